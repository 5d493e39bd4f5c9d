"""A worker stands still until another has its shares, and goes on: what it sends then, others have sent.

What it had in hand may arrive twice, as after a kill: by the worker that took over. Nothing more comes of it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from federation.protocol.ids import UserId
from homeserver.clock import SystemClock
from homeserver.fanout.shares import COUNT, share_of
from homeserver.json_types import JsonObject
from homeserver.storage import mails
from homeserver.storage.db import Database
from tests.api.client import ApiClient
from tests.api.pusher_support import pusher, set_pusher
from tests.api.room_calls import send
from tests.support.application_service import ApplicationService, bodies_by_attempt
from tests.support.authority import Authority
from tests.support.fake_peer import FakePeer, PeerRequest, running_fake_peer
from tests.support.parlour_process import ParlourProcess
from tests.support.push_gateway import PushGateway, running_push_gateway
from tests.support.rooms import SERVER, make_room, rooms_on
from tests.support.smtp_server import SmtpServer, running_smtp_server
from tests.workers.test_moving_shares import EVERY_ROOM, until_divided

HANGING_AFTER_S = 90.0
LOOK_EVERY_S = 0.05
MAILS = 6
SEND = "/_matrix/federation/v1/send/{txnId}"
COUNT_UNSENT = "SELECT (SELECT count(*) FROM outgoing_mails) + (SELECT count(*) FROM push_queue)"


@dataclass
class Outside:
    """Everybody whom a server tells things by itself. While `gate` is cleared nobody answers.

    All are in the shares of the worker that was there first, which keeps the lower half.
    """

    gateway: PushGateway
    smtp: SmtpServer
    bridge: ApplicationService
    peer: FakePeer
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        for event in (self.gate, self.gateway.resume, self.smtp.resume, self.bridge.open):
            event.clear()

    def open(self) -> None:
        for event in (self.gate, self.gateway.resume, self.smtp.resume, self.bridge.open):
            event.set()

    async def answer(self, _request: PeerRequest) -> JsonObject:
        await self.gate.wait()
        return {"pdus": {}}

    def pushed(self) -> Counter[str]:
        return Counter(self.gateway.events())

    def mailed(self) -> Counter[str]:
        return Counter(mail.recipient for mail in self.smtp.mails)

    def federated(self) -> Counter[str]:
        return Counter(
            pdu["content"]["body"] for pdu in self.peer.received_pdus() if pdu["type"] == "m.room.message"
        )

    def told(self) -> Counter[str]:
        """How often everybody was told each thing so far."""
        attempts = Counter(self.bridge.attempts)
        return self.pushed() + self.mailed() + self.federated() + attempts

    def bridged(self) -> list[str]:
        """Return the messages that the application service was told of in transactions new to it."""
        return [
            event["content"]["body"]
            for body in dict(self.bridge.transactions).values()
            for event in body["events"]
            if event["type"] == "m.room.message"
        ]


@pytest.fixture
async def outside(authority: Authority) -> AsyncIterator[Outside]:
    async with AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(running_push_gateway(authority))
        smtp = await stack.enter_async_context(running_smtp_server())
        bridge = ApplicationService(id="mail")
        await bridge.start()
        stack.push_async_callback(bridge.stop)
        peer = await stack.enter_async_context(running_fake_peer(authority))
        while share_of(peer.name) >= COUNT // 2:
            peer = await stack.enter_async_context(running_fake_peer(authority))
        assert share_of(bridge.id) < COUNT // 2
        outside = Outside(gateway, smtp, bridge, peer)
        peer.answer(SEND, outside.answer)
        outside.open()
        yield outside
        outside.open()


@pytest.fixture
async def pair(
    database_url: str, db: Database, authority: Authority, tmp_path: Path, outside: Outside
) -> AsyncIterator[list[ParlourProcess]]:
    """Two workers on one database; mails wait when the first one comes, who has half of everything."""
    settings: JsonObject = {
        "server_name": SERVER,
        "database_url": database_url,
        "appservices": [str(outside.bridge.write(tmp_path / "as", namespaces=EVERY_ROOM))],
        "federation": {
            "ca_file": str(authority.ca_file), "allow_private_addresses": True, "trusted_key_servers": [],
        },
        "smtp": {
            "host": "127.0.0.1", "port": outside.smtp.port, "security": "none",
            "sender": "Parlour <chat@example.org>", "timeout": "10m",
        },
    }  # fmt: skip
    outside.smtp.resume.clear()
    async with db.acquire() as conn:
        for number in range(MAILS):
            message = b"Subject: A letter\r\n\r\nWith a text.\r\n"
            await mails.insert_mail(conn, f"user{number}@example.com", message, SystemClock().now_ms())
    workers = [ParlourProcess(tmp_path / "data", settings) for _ in range(2)]
    for worker in workers:
        await asyncio.to_thread(worker.start)
    await until_divided(database_url, 2)
    yield workers
    for worker in workers:
        worker.go_on()
        await asyncio.to_thread(worker.kill)


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(HANGING_AFTER_S):
        while not there():
            await asyncio.sleep(LOOK_EVERY_S)


async def until_nothing_waits(db: Database) -> None:
    async with asyncio.timeout(HANGING_AFTER_S), db.acquire() as conn:
        while await conn.fetchval(COUNT_UNSENT):
            await asyncio.sleep(LOOK_EVERY_S)


@pytest.mark.chaos
@pytest.mark.timeout(400)
async def test_worker_that_stood_still_sends_nothing_that_others_have_taken_over(
    database_url: str, db: Database, pair: list[ParlourProcess], outside: Outside
) -> None:
    paused, other = pair
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        alice, bob = [await ApiClient(session, other.base_url).register(name) for name in ("alice", "bob")]
        async with rooms_on(db) as rooms:
            members = [UserId(bob.user_id), outside.peer.user("carol")]
            room = await make_room(rooms, UserId(alice.user_id), members=members)
        (await set_pusher(alice, pusher(outside.gateway.url))).ok()
        await said_by(bob, room.room_id, "before")
        await until(lambda: outside.pushed() and outside.federated() and "before" in outside.bridged())

        outside.close()
        outside.gateway.asked.clear()
        attempts, requests = len(outside.bridge.attempts), len(outside.peer.requests_for(SEND))
        sent = [await said_by(bob, room.room_id, f"meanwhile {n}") for n in range(4)]
        await until(outside.gateway.asked.is_set)
        await until(lambda: outside.smtp.mails and len(outside.bridge.attempts) > attempts)
        await until(lambda: len(outside.peer.requests_for(SEND)) > requests)
        paused.pause()
        await until_divided(database_url, 1)
        outside.open()
        await until(lambda: outside.pushed().keys() >= set(sent))
        await until_nothing_waits(db)
        await until(lambda: {f"meanwhile {n}" for n in range(4)} <= outside.federated().keys())
        await until(lambda: "meanwhile 3" in outside.bridged())
        before = outside.told()

        paused.go_on()
        await until_divided(database_url, 2)
        last = await said_by(bob, room.room_id, "after")
        await until(lambda: last in outside.pushed() and "after" in outside.federated())
        await until(lambda: "after" in outside.bridged())
    after = outside.told()
    assert {what: after[what] for what in before} == before, "something was sent again"
    check_transactions(outside)


async def said_by(user: ApiClient, room_id: str, text: str) -> str:
    return str((await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()["event_id"])


def check_transactions(outside: Outside) -> None:
    """An application service can tell what it knows already, by the id and where it stands in the order."""
    texts = outside.bridged()
    assert len(texts) == len(set(texts))
    assert all(
        body == bodies[0]
        for bodies in bodies_by_attempt(outside.bridge.transactions).values()
        for body in bodies
    )
    assert outside.bridge.attempts == sorted(outside.bridge.attempts, key=int), "an old one came again"
