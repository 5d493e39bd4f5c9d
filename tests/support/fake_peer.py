"""A server of another kind, as far as requests and signatures go: it answers what a test tells it to.

Its key is answered truly; what else it answers, and what it sends, is the test's affair. Rooms to lie about
are in `fake_room.py`.
"""

import asyncio
import inspect
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from ssl import SSLContext
from typing import TypeAlias
from urllib.parse import quote, unquote, urlencode

import aiohttp
import orjson
from aiohttp import web
from yarl import URL

from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.ids import ServerName, UserId
from federation.protocol.signing import SigningKey, encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject, JsonValue
from tests.api.client import Reply
from tests.support.authority import Authority

KEY_PATH = "/_matrix/key/v2/server"
KEY_VALID_MS = 24 * 3600 * 1000
WAIT_LIMIT_S = 100
MAX_BODY = 64 * 1024 * 1024

_AUTHORIZATION_FIELD = re.compile(r'(\w+)="?([^",]*)"?')


@dataclass(frozen=True)
class PeerRequest:
    """A request that the peer was sent. `params` are the variables of the path, percent-decoded.

    `origin` is who claims to have signed it; nothing is verified.
    """

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: JsonObject
    raw_body: bytes
    authorization: str | None
    raw: web.Request

    @property
    def origin(self) -> str | None:
        return dict(_AUTHORIZATION_FIELD.findall(self.authorization or "")).get("origin")


PeerAnswer: TypeAlias = JsonObject | tuple[int, JsonObject] | web.StreamResponse
"""The JSON of a success; a status and the JSON of an error; or any response at all."""
Answerer: TypeAlias = Callable[[PeerRequest], PeerAnswer | Awaitable[PeerAnswer]]


@dataclass
class FakePeer:
    """A peer on a loopback port. `requests` are all it was sent, but for its key."""

    name: ServerName
    key: SigningKey
    session: aiohttp.ClientSession
    requests: list[PeerRequest] = field(default_factory=list)
    _answers: list[tuple[re.Pattern[str], Answerer]] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _transactions: "count[int]" = field(default_factory=lambda: count(1))

    def user(self, localpart: str) -> UserId:
        """Return the id of a user of this peer."""
        return UserId(f"@{localpart}:{self.name}")

    def answer(self, path: str, answer: Answerer | PeerAnswer) -> None:
        """Answer requests for a path, such as `/_matrix/federation/v1/event/{eventId}`, from now on.

        The newest answer that fits counts. What nothing fits is answered with 404 M_UNRECOGNIZED.
        """
        answerer: Answerer = answer if callable(answer) else lambda _request: answer
        self._answers.insert(0, (_path_pattern(path), answerer))

    def accept_transactions(self) -> None:
        """Accept every transaction that it is sent."""
        self.answer("/_matrix/federation/v1/send/{txnId}", lambda _request: {"pdus": {}})

    def requests_for(self, path: str) -> list[PeerRequest]:
        """Return the requests for a path that have come so far."""
        pattern = _path_pattern(path)
        return [request for request in self.requests if pattern.fullmatch(request.path)]

    async def wait_for_request(
        self, path: str, accept: Callable[[PeerRequest], bool] = lambda _request: True
    ) -> PeerRequest:
        """Return the first request for a path that is as asked, waiting for it where there is none yet."""

        def found() -> PeerRequest | None:
            return next((request for request in self.requests_for(path) if accept(request)), None)

        async with asyncio.timeout(WAIT_LIMIT_S), self._news:
            await self._news.wait_for(lambda: found() is not None)
        request = found()
        assert request is not None
        return request

    async def wait_for_edu(self, edu_type: str) -> JsonObject:
        """Return the first EDU of a type that it was sent, waiting for it where there is none yet."""

        def found(request: PeerRequest) -> JsonObject | None:
            edus = request.body.get("edus", [])
            return next((edu for edu in edus if edu["edu_type"] == edu_type), None)

        path = "/_matrix/federation/v1/send/{txnId}"
        edu = found(await self.wait_for_request(path, lambda request: found(request) is not None))
        assert edu is not None
        return edu

    def received_pdus(self) -> list[JsonObject]:
        """Return the PDUs of all transactions that have come so far."""
        transactions = self.requests_for("/_matrix/federation/v1/send/{txnId}")
        return [pdu for request in transactions for pdu in request.body.get("pdus", [])]

    async def get(self, server: str, path: str, **query: str) -> Reply:
        """Ask a server something, signed."""
        return await self.request("GET", server, path, query=query)

    async def put(self, server: str, path: str, body: JsonValue, **query: str) -> Reply:
        return await self.request("PUT", server, path, body, query=query)

    async def post(self, server: str, path: str, body: JsonValue, **query: str) -> Reply:
        return await self.request("POST", server, path, body, query=query)

    async def request(
        self,
        method: str,
        server: str,
        path: str,
        body: JsonValue = None,
        *,
        query: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        raw_body: bytes | None = None,
        authorization: str | None = None,
    ) -> Reply:
        """Send a signed request; the path must be percent-encoded. `authorization` replaces the signature.

        `raw_body` is sent instead of the encoded body, which is still what the signature covers.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Authorization": authorization or self.authorization(method, server, target, body)}
        data = raw_body if raw_body is not None or body is None else orjson.dumps(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        url = URL(f"https://{server}{target}", encoded=True)
        async with self.session.request(method, url, data=data, headers=headers) as response:
            content = await response.read()
            decoded = orjson.loads(content) if response.content_type == "application/json" else {}
            json = decoded if isinstance(decoded, dict) else {}
            return Reply(response.status, json, response.headers, content)

    def authorization(
        self, method: str, server: str, target: str, body: JsonValue = None, *, origin: str | None = None
    ) -> str:
        """Return the X-Matrix header of a request, signed by this peer's key."""
        origin = origin or self.name
        signed: JsonObject = {"method": method, "uri": target, "origin": origin, "destination": server}
        if body is not None:
            signed["content"] = body
        signature = encode_base64(self.key.sign(encode_canonical_json(signed, strict_numbers=False)))
        fields = {"origin": origin, "destination": server, "key": self.key.key_id, "sig": signature}
        return "X-Matrix " + ",".join(f'{name}="{value}"' for name, value in fields.items())

    async def send_transaction(
        self,
        server: str,
        pdus: Sequence[JsonValue] = (),
        edus: Sequence[JsonValue] = (),
        txn_id: str | None = None,
    ) -> Reply:
        """Send a transaction of events and EDUs."""
        txn_id = txn_id or f"txn{next(self._transactions)}"
        body: JsonObject = {"origin": self.name, "origin_server_ts": now_ms(), "pdus": list(pdus)}
        if edus:
            body["edus"] = list(edus)
        return await self.put(server, f"/_matrix/federation/v1/send/{quote(txn_id, safe='')}", body)

    async def send_edu(self, server: str, edu_type: str, content: JsonObject) -> None:
        """Send one EDU; it must be taken."""
        (await self.send_transaction(server, edus=[{"edu_type": edu_type, "content": content}])).ok()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Record a request and answer it."""
        raw_path = request.rel_url.raw_path
        for pattern, answerer in self._answers:
            if match := pattern.fullmatch(raw_path):
                seen = await _read(request, raw_path, match)
                await self._record(seen)
                answer = answerer(seen)
                return _response(await answer if inspect.isawaitable(answer) else answer)
        if raw_path == KEY_PATH:
            return web.json_response(self.key_answer())
        await self._record(await _read(request, raw_path, None))
        return web.json_response(
            {"errcode": "M_UNRECOGNIZED", "error": "not answered by this test"}, status=404
        )

    def key_answer(self, **changes: JsonValue) -> JsonObject:
        """Return what a truthful peer answers when it is asked for its key, but for some changes."""
        keys: JsonObject = {
            "server_name": self.name,
            "valid_until_ts": now_ms() + KEY_VALID_MS,
            "verify_keys": {self.key.key_id: {"key": encode_base64(self.key.public_key)}},
            "old_verify_keys": {},
            **changes,
        }
        return sign_json(keys, self.name, self.key)

    async def _record(self, request: PeerRequest) -> None:
        async with self._news:
            self.requests.append(request)
            self._news.notify_all()


@asynccontextmanager
async def running_fake_peer(
    authority: Authority, host: str = "127.0.0.1", context: SSLContext | None = None
) -> AsyncIterator[FakePeer]:
    """Run a peer whose certificate the authority has issued, or that of a context."""
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=authority.client_context()))
    peer = FakePeer(ServerName(""), generate_signing_key("peer", os.urandom(32)), session)
    app = web.Application(client_max_size=MAX_BODY)
    app.router.add_route("*", "/{path:.*}", peer.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context or authority.server_context())
    await site.start()
    try:
        peer.name = ServerName(f"{host}:{runner.addresses[0][1]}")
        yield peer
    finally:
        await session.close()
        await runner.cleanup()


def now_ms() -> int:
    """Return the time by the machine's clock."""
    return time.time_ns() // 1_000_000


async def _read(request: web.Request, raw_path: str, match: re.Match[str] | None) -> PeerRequest:
    raw_body = await request.read()
    try:
        decoded = orjson.loads(raw_body) if raw_body else {}
    except orjson.JSONDecodeError:
        decoded = {}
    return PeerRequest(
        method=request.method,
        path=raw_path,
        params={name: unquote(value) for name, value in match.groupdict().items()} if match else {},
        query=dict(request.query),
        body=decoded if isinstance(decoded, dict) else {},
        raw_body=raw_body,
        authorization=request.headers.get("Authorization"),
        raw=request,
    )


def _response(answer: PeerAnswer) -> web.StreamResponse:
    if isinstance(answer, web.StreamResponse):
        return answer
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")


def _path_pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", path)
    fixed, names = parts[0::2], parts[1::2]
    pattern = re.escape(fixed[0])
    for name, rest in zip(names, fixed[1:], strict=True):
        pattern += f"(?P<{name}>[^/]*){re.escape(rest)}"
    return re.compile(pattern)
