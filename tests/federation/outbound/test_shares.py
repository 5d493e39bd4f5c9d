"""Each server is told by the worker that has its share; what one worker leaves, another one goes on with."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from federation.outbound import sender
from federation.protocol.ids import ServerName, UserId
from federation.transport.server_names import ServerLists
from homeserver.fanout.shares import ALL, Shares, Shift, share_of
from homeserver.storage.db import Database
from homeserver.storage.destinations import select_checkpoints, select_laggards
from tests.federation.outbound.world import Gate, World
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room

THERE, OTHER = ServerName("there"), ServerName("other")
CAROL, DAVE = UserId("@carol:there"), UserId("@dave:other")


class SomeShares(Shares):
    """The shares that a test gives, takes, and lets another worker have."""

    def __init__(self, *servers: ServerName) -> None:
        super().__init__()
        self.own: frozenset[int] = frozenset(map(share_of, servers))

    @property
    def held(self) -> frozenset[int]:
        return self.own

    async def fenced(self, conn: object, shares: Iterable[int]) -> frozenset[int]:
        return self.own.intersection(shares)

    def gain(self, *servers: ServerName) -> None:
        taken = frozenset(map(share_of, servers)) - self.own
        self.own |= taken
        self._shift(Shift(taken=taken))

    def lose(self, *servers: ServerName) -> None:
        lost = self.own.intersection(map(share_of, servers))
        self.own -= lost
        self._shift(Shift(lost=lost))

    async def give_up(self, *servers: ServerName) -> None:
        shares = self.own.intersection(map(share_of, servers))
        for hook in self._before_release:
            await hook(shares)
        self.own -= shares


@pytest.fixture
async def pair(world: World, db: Database, clock: FakeClock) -> AsyncIterator[list[World]]:
    """Two workers on one tailer: the first one has the share of THERE, the second one that of OTHER."""
    assert share_of(THERE) != share_of(OTHER)
    await world.outbound.feed.stop()
    world.outbound.sender.drop(ALL)
    worlds: list[World] = []
    async with AsyncExitStack() as stack:
        for server in (THERE, OTHER):
            rooms = replace(world.rooms, shares=SomeShares(server))
            own = World(db, clock, replace(world.ephemeral, rooms=rooms), ServerLists())
            await own.start()
            stack.push_async_callback(own.outbound.stop)
            worlds.append(own)
        yield worlds


def shares_of(world: World) -> SomeShares:
    assert isinstance(world.rooms.shares, SomeShares)
    return world.rooms.shares


async def settle(pair: list[World]) -> None:
    for world in pair:
        await world.settle()


async def test_each_worker_tells_the_servers_of_its_shares(pair: list[World]) -> None:
    one, two = pair
    room = await make_room(one.rooms, members=[CAROL, DAVE])
    await one.say(room, "hello")
    await settle(pair)
    assert (one.peers.texts(THERE), one.peers.texts(OTHER)) == (["hello"], [])
    assert (two.peers.texts(THERE), two.peers.texts(OTHER)) == ([], ["hello"])


async def test_share_that_is_given_up_is_gone_on_with_the_same_transaction(
    pair: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = pair
    room = await make_room(one.rooms, members=[CAROL, DAVE])
    await settle(pair)
    gate = Gate()
    one.peers.answers[THERE] = gate
    await one.say(room, "under way")
    await gate.entered.wait()
    await one.say(room, "waiting")
    monkeypatch.setattr(sender, "STOP_WITHIN_S", 0.0)
    await shares_of(one).give_up(THERE)
    await one.say(room, "said in between")
    shares_of(two).gain(THERE)
    await one.say(room, "said afterwards")
    await settle(pair)
    assert two.peers.texts(THERE) == ["under way", "waiting", "said in between", "said afterwards"]
    [broken_off] = [sent for sent in one.peers.tried if sent.texts]
    again = next(sent for sent in two.peers.tried if sent.texts and sent.destination == THERE)
    assert (broken_off.txn_id, broken_off.raw) == (again.txn_id, again.raw)
    assert one.peers.texts(THERE) == []
    assert two.peers.texts(OTHER) == two.peers.texts(THERE)


async def test_share_of_a_dead_worker_is_gone_on_with_from_its_checkpoint(pair: list[World]) -> None:
    one, two = pair
    room = await make_room(one.rooms, members=[CAROL, DAVE])
    await settle(pair)
    await one.say(room, "saved")
    await settle(pair)
    await one.outbound.sender.save()
    gate = Gate()
    one.peers.answers[THERE] = gate
    await one.say(room, "not saved")
    await gate.entered.wait()
    before = await checkpoint(one)
    shares_of(one).lose(THERE)
    shares_of(two).gain(THERE)
    await settle(pair)
    assert two.peers.texts(THERE) == ["not saved"]
    gate.opened.set()
    await one.outbound.sender.save()
    assert await checkpoint(one) == before, "what is another's by now is not written"
    await two.outbound.sender.save()
    assert await checkpoint(two) == two.rooms.tailer.applied


async def test_invitation_taken_back_is_told_by_whoever_has_the_share_then(pair: list[World]) -> None:
    one, two = pair
    room = await make_room(one.rooms, members=[DAVE])
    await one.set_membership(room, CAROL, "invite")
    await settle(pair)
    await one.outbound.sender.save()
    shares_of(one).lose(THERE)
    await one.set_membership(room, CAROL, "leave")
    shares_of(two).gain(THERE)
    await settle(pair)
    told = [pdu for sent in two.peers.got if sent.destination == THERE for pdu in sent.body["pdus"]]
    assert [pdu["content"]["membership"] for pdu in told] == ["leave"]


async def test_worker_without_shares_keeps_nothing(pair: list[World]) -> None:
    one, _ = pair
    await shares_of(one).give_up(THERE)
    room = await make_room(one.rooms, members=[CAROL, DAVE])
    await one.say(room, "hello")
    await settle(pair)
    assert one.outbound.sender.queues == {}
    assert one.peers.tried == []
    async with one.db.acquire() as conn:
        assert await select_laggards(conn) == []
        assert set(await select_checkpoints(conn, ALL)) <= ALL


async def checkpoint(world: World) -> int:
    async with world.db.acquire() as conn:
        return (await select_checkpoints(conn, [share_of(THERE)]))[share_of(THERE)].position
