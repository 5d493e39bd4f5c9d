"""Hundreds of servers in one process, each at an address of its own in 127.0.0.0/8.

They publish their keys, so that whoever checks their events can, and take every transaction. Run as
`python -m benchmarks.federation.crowd PORT CERTIFICATE KEY`.
"""

import asyncio
import ssl
import sys
import time

import uvloop
from aiohttp import web

from benchmarks.federation.names import crowd_key, crowd_names
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName
from federation.protocol.signing import encode_base64, sign_json

VALID_MS = 24 * 3600 * 1000
MAX_BODY = 8 * 1024 * 1024


def key_document(name: ServerName) -> JsonObject:
    """Return what a server publishes."""
    key = crowd_key(name)
    document: JsonObject = {
        "server_name": name,
        "verify_keys": {key.key_id: {"key": encode_base64(key.public_key)}},
        "old_verify_keys": {},
        "valid_until_ts": int(time.time() * 1000) + VALID_MS,
    }
    return sign_json(document, name, key)


def main() -> None:
    """Serve until killed."""
    port, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    documents = {name: key_document(name) for name in crowd_names(port)}

    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/_matrix/key/v2/server"):
            return web.json_response(documents[ServerName(request.host)])
        if request.path.startswith("/_matrix/federation/v1/send/"):
            await request.read()
            return web.json_response({"pdus": {}})
        return web.json_response({"errcode": "M_UNRECOGNIZED", "error": "Not served"}, status=404)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_route("*", "/{path:.*}", answer)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, port, context))


async def _serve(app: web.Application, port: int, context: ssl.SSLContext) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "0.0.0.0", port, ssl_context=context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
