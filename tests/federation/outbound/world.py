"""A server that sends, on a test's database and clock, and other servers that are functions."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import orjson

from federation.errors import PeerFailed, PeerRefused, PeerUnreachable
from federation.protocol.ids import EventId, ServerName, UserId
from federation.transport.client import FederationClient
from federation.transport.limits import Limits
from federation.transport.server_names import ServerLists
from homeserver.ephemeral.context import EphemeralContext, open_ephemeral
from homeserver.fanout.in_process import InProcessFanout
from homeserver.json_types import JsonObject
from homeserver.peers.back_off import StoredBackOff
from homeserver.peers.outbound import Outbound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import send_event
from homeserver.storage.db import Database
from homeserver.storage.edu_outbox import insert_edu
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from tests.support.fake_clock import FakeClock
from tests.support.rooms import ALICE, SERVER, rooms_on


@dataclass(frozen=True)
class Sent:
    """A transaction as a peer got it."""

    destination: ServerName
    txn_id: str
    raw: bytes

    @property
    def body(self) -> JsonObject:
        body: JsonObject = orjson.loads(self.raw)
        return body

    @property
    def texts(self) -> list[str]:
        """What the messages in it say."""
        return [pdu["content"]["body"] for pdu in self.body["pdus"] if pdu["type"] == "m.room.message"]

    def edus(self, edu_type: str) -> list[JsonObject]:
        return [edu["content"] for edu in self.body.get("edus", []) if edu["edu_type"] == edu_type]


Answer: TypeAlias = Callable[[Sent], Awaitable[JsonObject]]


async def take(_sent: Sent) -> JsonObject:
    """Accept a transaction."""
    return {"pdus": {}}


async def be_dead(sent: Sent) -> JsonObject:
    raise PeerUnreachable(sent.destination, "connection refused")


def refuse(status: int, errcode: str) -> Answer:
    async def answer(sent: Sent) -> JsonObject:
        raise PeerRefused(sent.destination, status, errcode, "no", {})

    return answer


class Peers:
    """Takes the place of `FederationClient`, back-off included.

    `tried` is what was sent, `got` what arrived.
    """

    def __init__(self, back_off: StoredBackOff) -> None:
        self.back_off = back_off
        self.tried: list[Sent] = []
        self.got: list[Sent] = []
        self.answers: dict[ServerName, Answer] = {}

    async def put(self, destination: ServerName, path: str, body: bytes, *, limits: Limits) -> JsonObject:
        await self.back_off.check(destination)
        sent = Sent(destination, path.rsplit("/", 1)[1], body)
        self.tried.append(sent)
        try:
            answer = await self.answers.get(destination, take)(sent)
        except PeerFailed as failure:
            if isinstance(failure, PeerRefused) and failure.errcode and failure.status < 500:
                await self.back_off.succeeded(destination)
            else:
                await self.back_off.failed(destination, failure.message)
            raise
        await self.back_off.succeeded(destination)
        self.got.append(sent)
        return answer

    def texts(self, destination: ServerName) -> list[str]:
        """Return the messages that have arrived at a server, in order."""
        return [text for sent in self.got if sent.destination == destination for text in sent.texts]

    def edus(self, destination: ServerName, edu_type: str) -> list[JsonObject]:
        return [edu for sent in self.got if sent.destination == destination for edu in sent.edus(edu_type)]


@dataclass
class World:
    """The sending server: it may be stopped, killed and started."""

    db: Database
    clock: FakeClock
    ephemeral: EphemeralContext
    lists: ServerLists = field(default_factory=ServerLists)
    back_off: StoredBackOff = field(init=False)
    peers: Peers = field(init=False)
    outbound: Outbound = field(init=False)

    @property
    def rooms(self) -> RoomsContext:
        return self.ephemeral.rooms

    async def start(self) -> None:
        """Start to send; what peers have got before is remembered."""
        answers = self.peers.answers if hasattr(self, "peers") else {}
        self.back_off = StoredBackOff(self.db, self.clock, draw=lambda: 0.0)
        await self.back_off.load()
        old = getattr(self, "peers", None)
        self.peers = Peers(self.back_off)
        if old is not None:
            self.peers.answers, self.peers.tried, self.peers.got = answers, old.tried, old.got
        self.outbound = Outbound(self.db, self.clock, SERVER, self.back_off)
        await self.outbound.start(self.ephemeral, cast(FederationClient, self.peers), self.lists)

    async def restart(self) -> None:
        """Stop in order, and start again."""
        await self.outbound.stop()
        await self.start()

    async def crash(self) -> None:
        """End without a word, and start again."""
        await self.outbound.feed.stop()
        sender = self.outbound.sender
        sender._stopping = True
        for task in sender._tasks:
            task.cancel()
        await self.start()

    async def say(self, room: Room, *texts: str) -> list[EventId]:
        """Have Alice send messages."""
        sent = [
            await send_event(
                self.rooms, room.room_id, ALICE, "m.room.message", {"body": text, "msgtype": "m"}
            )
            for text in texts
        ]
        return [committed.event_id for committed in sent]

    async def set_membership(self, room: Room, user: UserId, membership: str, sender: UserId = ALICE) -> None:
        content: JsonObject = {"membership": membership}
        await send_event(self.rooms, room.room_id, sender, "m.room.member", content, state_key=user)

    async def queue_edu(self, destinations: Sequence[ServerName], edu_type: str, content: JsonObject) -> None:
        """Store an EDU that must arrive, as the end-to-end encryption does."""
        async with self.rooms.positions.write() as change:
            await insert_edu(change.conn, destinations, edu_type, content)
            change.touch(Stream.TO_DEVICE)

    async def settle(self) -> None:
        """Return once all that can be sent now was sent."""
        await self.rooms.tailer.wait_for(self.rooms.tailer.applied)
        await self.outbound.until_idle()

    async def pass_time(self, milliseconds: int) -> None:
        """Move the clock, and let what is due by then be done."""
        self.clock.advance(milliseconds)
        await self.outbound.look_again()
        await self.settle()


@asynccontextmanager
async def running_world(db: Database, clock: FakeClock, lists: ServerLists) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        rooms = await stack.enter_async_context(rooms_on(db))
        ephemeral = await stack.enter_async_context(open_ephemeral(rooms, InProcessFanout(rooms.clock)))
        world = World(db, clock, ephemeral, lists)
        await world.start()
        await world.settle()
        yield world
        await world.outbound.stop()


class Gate:
    """An answer that comes when the test says so."""

    def __init__(self, answer: Answer = take) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()
        self._answer = answer

    async def __call__(self, sent: Sent) -> JsonObject:
        self.entered.set()
        await self.opened.wait()
        return await self._answer(sent)
