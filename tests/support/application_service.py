"""An application service of the tests' own: real HTTP, which can refuse, stall, fail, go away and return."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from aiohttp import web

from homeserver.json_types import JsonObject, JsonValue
from tests.support.ports import free_port

Answer = tuple[int, JsonValue]


@dataclass
class ApplicationService:
    """Records what it is sent. `status` is what transactions are answered with.

    `answers` holds what further paths answer: (status, JSON), or a function that makes it; all others are
    answered with 404. While `open` is not set, nothing is answered at all.
    """

    id: str = "irc"
    as_token: str = "as-token-of-irc"
    hs_token: str = "hs-token-of-irc"
    status: int = 200
    legacy: bool = False
    transactions: list[tuple[str, JsonObject]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answers: dict[str, Answer | Callable[[], Awaitable[Answer]]] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def registration(self, **keys: Any) -> JsonObject:
        """Return the registration; `keys` replace some, those that are None are left out."""
        written: dict[str, Any] = {
            "id": self.id,
            "url": f"http://127.0.0.1:{self.port}",
            "as_token": self.as_token,
            "hs_token": self.hs_token,
            "sender_localpart": f"_{self.id}_bot",
            "namespaces": {
                "users": [{"exclusive": True, "regex": f"@_{self.id}_.*"}],
                "aliases": [{"exclusive": True, "regex": f"#_{self.id}_.*"}],
                "rooms": [],
            },
            "protocols": ["irc"],
        }
        return {**written, **keys}

    def write(self, folder: Path, **keys: Any) -> Path:
        """Write the registration file into a folder."""
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.id}.yaml"
        path.write_text(yaml.safe_dump(self.registration(**keys)))
        return path

    async def start(self) -> None:
        """Listen, at the same port as before."""
        self.open.set()
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Be gone."""
        self.open.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def events(self) -> list[JsonObject]:
        """All events that arrived, in order."""
        return [event for _, body in self.transactions for event in body["events"]]

    def of_type(self, type_: str, member: str = "events") -> list[JsonObject]:
        """Return what arrived of one type, of those in one member of the transactions."""
        return [
            each for _, body in self.transactions for each in body.get(member, ()) if each["type"] == type_
        ]

    def last(self, member: str) -> Any:
        """Return the newest value of a member of the transactions."""
        return next((body[member] for _, body in reversed(self.transactions) if member in body), None)

    async def until(self, there: Callable[[], object]) -> None:
        """Wait until something has arrived."""
        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(there)

    async def until_attempts(self, count: int) -> None:
        """Wait until so many transactions were tried."""
        await self.until(lambda: len(self.attempts) >= count)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        prefix, _, path = request.path.partition("/_matrix/app/v1")
        if self.legacy and not prefix:
            return web.json_response({"errcode": "M_UNRECOGNIZED", "error": "too new"}, status=404)
        path = path or request.path.removeprefix("/_matrix/app/unstable")
        if not self._knows(request):
            return web.json_response({"errcode": "M_FORBIDDEN", "error": "wrong token"}, status=403)
        if path.startswith("/transactions/"):
            return await self._take(path.rpartition("/")[2], await request.json())
        query = f"?{request.query_string}" if request.query_string else ""
        self.asked.append(path + query)
        await self._tell()
        await self.open.wait()
        answer = self.answers.get(path, (404, {"errcode": "M_NOT_FOUND", "error": "not here"}))
        status, body = await answer() if callable(answer) else answer
        return web.json_response(body, status=status)

    def _knows(self, request: web.Request) -> bool:
        if self.legacy:
            return request.query.get("access_token") == self.hs_token
        return request.headers.get("Authorization") == f"Bearer {self.hs_token}"

    async def _take(self, txn_id: str, body: JsonObject) -> web.StreamResponse:
        self.attempts.append(txn_id)
        await self._tell()
        await self.open.wait()
        if self.status == 200:
            self.transactions.append((txn_id, body))
            await self._tell()
        return web.json_response({}, status=self.status)

    async def _tell(self) -> None:
        async with self._arrived:
            self._arrived.notify_all()


def bodies_by_attempt(transactions: list[tuple[str, JsonObject]]) -> dict[str, list[JsonObject]]:
    """Return what was sent under each transaction id."""
    found: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for txn_id, body in transactions:
        found[txn_id].append(body)
    return dict(found)
