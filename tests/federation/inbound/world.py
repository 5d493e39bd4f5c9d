"""A server's inbound side on a database, and a peer whose answers come from a room it keeps itself."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, fields
from re import findall
from typing import Any, cast
from urllib.parse import unquote

import orjson

from federation.context import FederationContext
from federation.errors import PeerRefused, PeerUnreachable
from federation.inbound.receive_transaction import receive_transaction
from federation.protocol.ids import EventId, ServerName, UserId
from federation.protocol.pdu import Pdu, pdu_from_stored
from federation.protocol.signing import SigningKey, generate_signing_key
from federation.routes import federation_routes
from federation.routes.routing import FederationHandler, FederationRequest
from federation.transport.keyring import KeyQuery
from homeserver.ephemeral.context import EphemeralContext, open_ephemeral
from homeserver.fanout.in_process import InProcessFanout
from homeserver.json_types import JsonObject
from homeserver.peers.open_inbound import InboundParts, make_inbound, running_inbound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus, StoredEvent, select_after, select_events
from homeserver.storage.rooms import Room
from tests.support.fake_room import FakeRoom
from tests.support.rooms import ALICE, KEY, SERVER, make_room, rooms_on

PEER = ServerName("peer.example")
OTHER = ServerName("other.example")
BOB = UserId(f"@bob:{PEER}")
CAROL = UserId(f"@carol:{OTHER}")
KEYS: dict[ServerName, SigningKey] = {
    SERVER: KEY,
    PEER: generate_signing_key("p", bytes([1]) * 32),
    OTHER: generate_signing_key("o", bytes([2]) * 32),
}

Answer = JsonObject | Exception
Answerer = Callable[[ServerName, dict[str, object]], Answer]


class KnownKeys:
    """A keyring that knows the keys of the servers of this test, and no others."""

    async def public_keys(self, queries: Iterable[KeyQuery]) -> dict[KeyQuery, bytes]:
        return {
            q: KEYS[q.server].public_key
            for q in queries
            if q.server in KEYS and KEYS[q.server].key_id == q.key_id
        }


@dataclass
class DirectClient:
    """Asks a room instead of a server. `asked` are the paths, `answers` replace those of the room."""

    room: FakeRoom | None = None
    asked: list[tuple[ServerName, str]] = field(default_factory=list)
    answers: list[tuple[str, Answerer]] = field(default_factory=list)
    down: set[ServerName] = field(default_factory=set)

    def answer(self, endpoint: str, answer: Answerer | Answer) -> None:
        """Answer requests whose path has this endpoint, from now on."""
        answerer: Answerer = answer if callable(answer) else lambda _server, _asked: answer
        self.answers.insert(0, (endpoint, answerer))

    def asked_for(self, endpoint: str) -> list[str]:
        """Return the paths with this endpoint that were asked for."""
        return [path for _, path in self.asked if f"/{endpoint}/" in path]

    async def get(
        self,
        destination: ServerName,
        path: str,
        query: dict[str, object] | None = None,
        *,
        limits: object = None,
    ) -> JsonObject:
        return await self._ask(destination, path, query or {})

    async def post(
        self, destination: ServerName, path: str, body: JsonObject, *, limits: object = None
    ) -> JsonObject:
        return await self._ask(destination, path, cast("dict[str, object]", body))

    async def _ask(self, destination: ServerName, path: str, asked: dict[str, object]) -> JsonObject:
        await asyncio.sleep(0)
        self.asked.append((destination, path))
        if destination in self.down:
            raise PeerUnreachable(destination, "down")
        endpoint, *params = map(unquote, path.removeprefix("/_matrix/federation/v1/").split("/"))
        for wanted, answerer in self.answers:
            if wanted == endpoint:
                answer = answerer(destination, {**asked, "params": params})
                if isinstance(answer, Exception):
                    raise answer
                return answer
        told = None if self.room is None else room_answer(self.room, endpoint, params, asked)
        if told is None:
            raise PeerRefused(destination, 404, "M_NOT_FOUND", "no such event", {})
        return told


def room_answer(
    room: FakeRoom, endpoint: str, params: Sequence[str], asked: dict[str, object]
) -> JsonObject | None:
    """Answer as a truthful server in the room does."""
    event_id = EventId(str(asked.get("event_id") or params[-1]))
    if endpoint == "get_missing_events":
        latest = cast("list[EventId]", asked["latest_events"])
        start = [prev for e in latest if e in room.events for prev in room.events[e].prev_events]
        events = room.history(
            start, cast(int, asked["limit"]), until=cast("list[EventId]", asked["earliest_events"])
        )
        return {"events": [pdu.json for pdu in reversed(events)]}
    if endpoint == "backfill":
        events = room.history(cast("list[EventId]", asked["v"]), cast(int, asked["limit"]))
        return {"pdus": [pdu.json for pdu in events]}
    if event_id not in room.events:
        return None
    if endpoint == "event":
        return {"pdus": [room.events[event_id].json]}
    if endpoint == "event_auth":
        return {"auth_chain": [pdu.json for pdu in room.auth_chain([event_id])]}
    state = room.state_before(room.events[event_id].prev_events)
    chain = room.auth_chain(state.values())
    if endpoint == "state":
        return {
            "pdus": [room.events[e].json for e in state.values()],
            "auth_chain": [pdu.json for pdu in chain],
        }
    assert endpoint == "state_ids", endpoint
    return {"pdu_ids": list(state.values()), "auth_chain_ids": [pdu.event_id for pdu in chain]}


@dataclass
class World:
    """The inbound side of a server, and what tests ask about it."""

    rooms: RoomsContext
    ephemeral: EphemeralContext
    parts: InboundParts
    ctx: FederationContext
    client: DirectClient
    shared: dict[str, FakeRoom] = field(default_factory=dict)
    _count: int = 0

    async def send(
        self,
        pdus: Sequence[object] = (),
        edus: Sequence[object] = (),
        *,
        origin: ServerName = PEER,
        txn_id: str | None = None,
    ) -> JsonObject:
        """Take a transaction, and return its answer once everything was dealt with."""
        answer = await self.send_only(pdus, edus, origin=origin, txn_id=txn_id)
        await self.settled()
        return answer

    async def send_only(
        self,
        pdus: Sequence[object] = (),
        edus: Sequence[object] = (),
        *,
        origin: ServerName = PEER,
        txn_id: str | None = None,
    ) -> JsonObject:
        """Take a transaction."""
        self._count += 1
        body = {"pdus": [pdu.json if isinstance(pdu, Pdu) else pdu for pdu in pdus], "edus": list(edus)}
        return await receive_transaction(
            self.ctx, origin, txn_id or f"txn{self._count}", cast(JsonObject, body)
        )

    async def ask(
        self,
        handler: FederationHandler,
        *params: str,
        origin: ServerName = PEER,
        body: object = None,
        **query: str | Sequence[str],
    ) -> JsonObject:
        """Ask an endpoint, whose path variables are given in their order."""
        every = {name: (value,) if isinstance(value, str) else tuple(value) for name, value in query.items()}
        [path] = [route.path for route in federation_routes() if route.handler is handler]
        names = findall(r"{(\w+)}", path)
        request = FederationRequest(
            origin, dict(zip(names, params, strict=True)), every, cast(JsonObject, body)
        )
        answer = await handler(self.ctx, request)
        decoded: JsonObject = orjson.loads(orjson.dumps(answer))
        return decoded

    async def settled(self) -> None:
        """Return once all that may be tried now was tried."""
        async with asyncio.timeout(100):
            await self.parts.inbound.until_idle()

    async def make_due(self) -> None:
        """Try what was postponed, as if its time had come."""
        async with self.rooms.db.acquire() as conn:
            await conn.execute("UPDATE staged_pdus SET retry_at_ms = 0")
        await self.parts.inbound.look(self.ctx)
        await self.settled()

    async def event(self, event_id: EventId) -> StoredEvent | None:
        async with self.rooms.db.acquire() as conn:
            return (await select_events(conn, [event_id])).get(event_id)

    async def status(self, pdu: Pdu) -> EventStatus | None:
        """Return how an event is stored, None where it is not."""
        event = await self.event(pdu.event_id)
        return None if event is None else EventStatus(event.status)

    async def set_state(
        self, room: Room, event_type: str, content: JsonObject, state_key: str = "", sender: UserId = ALICE
    ) -> EventId:
        """Let a user of this server change a room's state."""
        sent = await send_event(self.rooms, room.room_id, sender, event_type, content, state_key=state_key)
        await self.rooms.tailer.wait_for(sent.position)
        return sent.event_id

    async def make_room(
        self, version: str = "12", members: Sequence[UserId] = (BOB,)
    ) -> tuple[Room, FakeRoom]:
        """Make a room of ours with members of other servers, and return it as those see it too."""
        room = await make_room(self.rooms, ALICE, version, members)
        return room, await self.mirror(room)

    async def mirror(self, room: Room) -> FakeRoom:
        """Return a room of ours as a truthful peer sees it."""
        seen = FakeRoom(room.version, dict(KEYS), room.room_id)
        async with self.rooms.db.acquire() as conn:
            stored = await select_after(conn, room.nid, (0, 0), 1_000)
        for event in stored:
            seen.add(pdu_from_stored(room.version, event.json, event.event_id, room.room_id))
        return seen


def _context(rooms: RoomsContext, parts: InboundParts, client: DirectClient) -> FederationContext:
    """Return a context that has all that the inbound side uses, and nothing else."""
    used: dict[str, object] = {
        "server_name": SERVER,
        "signing_key": KEY,
        "now_ms": rooms.clock.now_ms,
        "client": client,
        "keyring": KnownKeys(),
        "rooms": parts.rooms,
        "staging": parts.staging,
        "edus": parts.edus,
        "inbound": parts.inbound,
    }
    every = {field.name: used.get(field.name) for field in fields(FederationContext)}
    return FederationContext(**cast("dict[str, Any]", every))


@asynccontextmanager
async def inbound_on(db: Database, *, running: bool = True) -> AsyncIterator[World]:
    """Run the inbound side of a server on a database; without `running` nothing staged is dealt with."""
    async with AsyncExitStack() as stack:
        rooms = await stack.enter_async_context(rooms_on(db))
        ephemeral = await stack.enter_async_context(open_ephemeral(rooms, InProcessFanout(rooms.clock)))
        parts = make_inbound(ephemeral, {})
        client = DirectClient()
        ctx = _context(rooms, parts, client)
        if running:
            await stack.enter_async_context(running_inbound(parts, ctx))
        yield World(rooms, ephemeral, parts, ctx, client)
