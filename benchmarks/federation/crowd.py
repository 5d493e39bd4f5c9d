"""Hundreds of servers in one process, each at an address of its own in 127.0.0.0/8.

They publish their keys, so that whoever checks their events can, and take every transaction. Run as
`python -m benchmarks.federation.crowd PORT CA CA_KEY`.
"""

import asyncio
import ssl
import sys
import time
from pathlib import Path

import trustme
import uvloop
from aiohttp import web

from benchmarks.federation.names import crowd_addresses, crowd_key, crowd_names
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
    port, ca = int(sys.argv[1]), trustme.CA.from_pem(*(Path(file).read_bytes() for file in sys.argv[2:4]))
    documents = {name: key_document(name) for name in crowd_names(port)}

    async def answer(request: web.Request) -> web.Response:
        if request.path.startswith("/_matrix/key/v2/server"):
            return web.json_response(documents[ServerName(request.host)])
        if request.path.startswith("/_matrix/federation/v1/send/"):
            await request.read()
            return web.json_response({"pdus": {}})
        return web.json_response({"errcode": "M_UNRECOGNIZED", "error": "Not served"}, status=404)

    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_route("*", "/{path:.*}", answer)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(app, port, ca))


async def _serve(app: web.Application, port: int, ca: trustme.CA) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    for address in crowd_addresses():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(address).configure_cert(context)
        await web.TCPSite(runner, address, port, ssl_context=context).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main()
