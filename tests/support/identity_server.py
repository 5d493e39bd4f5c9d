"""An identity server as small as the tests need, over TLS on a loopback port."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import trustme
from aiohttp import web

from federation.protocol.signing import encode_base64, encode_base64_url, generate_signing_key, sign_json
from homeserver.json_types import JsonObject

TOKEN = "identity token"
PEPPER = "matrixrocks"
KEY = generate_signing_key("0", bytes(range(32)))
PUBLIC_KEY = encode_base64(KEY.public_key)


@dataclass
class IdentityServer:
    """Knows whose address is whose, keeps invitations, and says that its key is valid until told otherwise.

    `asked` are the paths that were asked for, `validated` the addresses that were proven to it, by session.
    """

    name: str = ""
    owners: dict[str, str] = field(default_factory=dict)
    validated: dict[str, str] = field(default_factory=dict)
    stored: list[JsonObject] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    key_is_valid: bool = True

    def third_party_id(self, address: str) -> JsonObject:
        """Return what a client sends to invite an address."""
        server = {"id_server": self.name, "id_access_token": TOKEN}
        return server | {"medium": "email", "address": address}

    def proof(self, mxid: str, token: str, **further: str) -> JsonObject:
        """Return the word that a user owns the invited address."""
        return sign_json({"mxid": mxid, "token": token, **further}, self.name, KEY)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/_matrix/identity/v2/")
        self.asked.append(path)
        if path == "pubkey/isvalid":
            valid = self.key_is_valid and request.query["public_key"] == PUBLIC_KEY
            return web.json_response({"valid": valid})
        if path == "3pid/unbind":
            return self._unbind(request, await request.json())
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"errcode": "M_UNAUTHORIZED", "error": "no token"}, status=401)
        if path == "hash_details":
            return web.json_response({"lookup_pepper": PEPPER, "algorithms": ["none", "sha256"]})
        body: JsonObject = await request.json()
        if path == "3pid/bind":
            return self._bind(body)
        return web.json_response(self._look_up(body) if path == "lookup" else self._store(body))

    def _bind(self, body: JsonObject) -> web.Response:
        address = self.validated.get(body["sid"])
        if address is None:
            return web.json_response({"errcode": "M_NO_VALID_SESSION", "error": "no session"}, status=404)
        self.owners[address] = body["mxid"]
        return web.json_response({"medium": "email", "address": address, "mxid": body["mxid"]})

    def _unbind(self, request: web.Request, body: JsonObject) -> web.Response:
        """Only the user's own server may, as its signature shows; which is checked in part here."""
        server = body["mxid"].partition(":")[2]
        assert request.headers["Authorization"].startswith(f'X-Matrix origin="{server}"')
        assert self.owners.pop(body["threepid"]["address"]) == body["mxid"]
        return web.json_response({})

    def _look_up(self, body: JsonObject) -> JsonObject:
        known = {_hashed(address): user_id for address, user_id in self.owners.items()}
        assert (body["algorithm"], body["pepper"]) == ("sha256", PEPPER)
        return {"mappings": {a: known[a] for a in body["addresses"] if a in known}}

    def _store(self, body: JsonObject) -> JsonObject:
        self.stored.append(body)
        url = f"https://{self.name}/_matrix/identity/v2/pubkey/isvalid"
        keys = [{"public_key": PUBLIC_KEY, "key_validity_url": url}]
        return {"token": f"token{len(self.stored)}", "public_keys": keys, "display_name": "b..."}


@asynccontextmanager
async def running_identity_server(authority: trustme.CA) -> AsyncIterator[IdentityServer]:
    """Run an identity server whose certificate an authority has issued."""
    identity = IdentityServer()
    context = SSLContext(PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", identity.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        identity.name = f"127.0.0.1:{runner.addresses[0][1]}"
        yield identity
    finally:
        await runner.cleanup()


def write_authority(authority: trustme.CA, folder: Path) -> Path:
    """Write an authority's certificate where a server can be told to trust it."""
    path = folder / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def _hashed(address: str) -> str:
    return encode_base64_url(hashlib.sha256(f"{address} email {PEPPER}".encode()).digest())
