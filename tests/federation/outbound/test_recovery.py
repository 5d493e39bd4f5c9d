"""Servers that fail, hang and return; and what outlives a restart of this one."""

import asyncio

import pytest

from federation.outbound import sender
from federation.protocol.ids import ServerName, UserId
from homeserver.peers import outbound_feed
from homeserver.storage.destinations import (
    ask_for_retry,
    select_destination,
    select_laggards,
    select_oldest_checkpoint,
)
from tests.federation.outbound.world import Gate, Sent, World, be_dead, refuse
from tests.support.rooms import make_room

THERE, OTHER = ServerName("there"), ServerName("other")
CAROL, DAVE = UserId("@carol:there"), UserId("@dave:other")
HOUR_MS = 3_600_000


async def test_retry_has_the_same_id_and_body(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    await world.say(room, "two")
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(5_000)
    first, again, rest = [sent for sent in world.peers.tried if sent.texts]
    assert (first.txn_id, first.raw) == (again.txn_id, again.raw)
    assert rest.txn_id != first.txn_id
    assert world.peers.texts(THERE) == ["one", "two"]


async def test_retry_has_the_same_id_and_body_after_a_restart(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    await world.restart()
    await world.say(room, "two")
    await world.settle()
    assert world.back_off.is_failing(THERE), "the restart must not forget the failure"
    del world.peers.answers[THERE]
    await world.pass_time(5_000)
    first, again, _ = [sent for sent in world.peers.tried if sent.texts]
    assert (first.txn_id, first.raw) == (again.txn_id, again.raw)
    assert world.peers.texts(THERE) == ["one", "two"]


async def test_transaction_broken_off_by_the_stop_is_sent_again_as_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    gate = Gate()
    world.peers.answers[THERE] = gate
    await world.say(room, "one")
    await gate.entered.wait()
    monkeypatch.setattr(sender, "STOP_WITHIN_S", 0.0)
    await world.outbound.stop()
    del world.peers.answers[THERE]
    await world.start()
    await world.settle()
    first, again = [sent for sent in world.peers.tried if sent.texts]
    assert (first.txn_id, first.raw) == (again.txn_id, again.raw)


async def test_events_since_the_checkpoint_are_sent_after_a_crash(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL, DAVE])
    await world.settle()
    await world.outbound.sender.save()
    gate = Gate()
    world.peers.answers[THERE] = gate
    await world.say(room, "one", "two")
    await gate.entered.wait()
    del world.peers.answers[THERE]
    await world.crash()
    await world.settle()
    assert world.peers.texts(THERE) == ["one", "two"]
    assert set(world.peers.texts(OTHER)) == {"one", "two"}


async def test_checkpoint_waits_for_servers_that_keep_up_but_not_for_laggards(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    gate = Gate(be_dead)
    world.peers.answers[THERE] = gate
    before = world.rooms.tailer.applied
    await world.say(room, "one")
    await gate.entered.wait()
    await world.outbound.sender.save()
    async with world.db.acquire() as conn:
        assert (await select_oldest_checkpoint(conn)).position == before  # type: ignore[union-attr]
    gate.opened.set()
    await world.settle()
    await world.outbound.sender.save()
    async with world.db.acquire() as conn:
        assert (await select_oldest_checkpoint(conn)).position == world.rooms.tailer.applied  # type: ignore[union-attr]
        [laggard] = await select_laggards(conn)
    assert (laggard.server, laggard.cursor, laggard.has_in_flight) == (THERE, before, True)


async def test_server_that_is_well_leaves_no_row(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    await world.outbound.sender.save()
    del world.peers.answers[THERE]
    await world.pass_time(10_000)
    await world.outbound.sender.save()
    async with world.db.acquire() as conn:
        assert await select_destination(conn, THERE) is None
    assert world.outbound.sender.queues == {}


async def test_no_event_is_lost_over_an_outage_and_a_restart_in_it(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    texts = [str(number) for number in range(120)]
    await world.say(room, *texts[:60])
    await world.settle()
    await world.restart()
    await world.say(room, *texts[60:])
    await world.settle()
    await world.crash()
    del world.peers.answers[THERE]
    await world.pass_time(60_000)
    assert list(dict.fromkeys(world.peers.texts(THERE))) == texts


async def test_server_behind_by_more_than_an_hour_gets_the_newest_of_each_room(world: World) -> None:
    rooms = [await make_room(world.rooms, members=[CAROL]) for _ in range(3)]
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(rooms[0], "lost in flight")
    await world.settle()
    for number in range(3):
        for room in rooms:
            await world.say(room, f"{rooms.index(room)}-{number}")
    await world.settle()
    del world.peers.answers[THERE]
    await world.pass_time(HOUR_MS + 1)
    assert world.peers.texts(THERE) == ["lost in flight", "0-2", "1-2", "2-2"]
    await world.say(rooms[1], "live again")
    await world.settle()
    assert world.peers.texts(THERE)[-1] == "live again"


async def test_server_behind_by_more_than_500_events_gets_the_newest_of_each_room(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    gate = Gate()
    world.peers.answers[THERE] = gate
    await world.say(room, "first")
    await gate.entered.wait()
    for start in range(0, 550, 50):
        await asyncio.gather(*(world.say(room, f"{start + n}") for n in range(50)))
    await world.outbound.feed.until_idle()
    assert len(world.outbound.sender.queues[THERE].pdus) == 0, "memory is bounded"
    last = (await world.say(room, "last"))[0]
    await world.outbound.feed.until_idle()
    gate.opened.set()
    await world.settle()
    assert world.peers.texts(THERE) == ["first", "last"]
    assert last


async def test_server_that_starts_far_behind_its_checkpoint_lets_others_catch_up_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await make_room(world.rooms, members=[CAROL, DAVE])
    await world.settle()
    await world.outbound.stop()
    await world.say(room, "one", "two")
    monkeypatch.setattr(outbound_feed, "MAX_REPLAYED", 1)
    await world.start()
    assert set(world.outbound.sender.queues) == {THERE, OTHER}
    await world.settle()
    assert world.peers.texts(THERE) == world.peers.texts(OTHER) == ["one", "two"]


async def test_commits_that_the_tailer_missed_are_found(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.rooms.tailer._subscribers, subscribers = [], world.rooms.tailer._subscribers
    await world.say(room, "unheard of")
    world.rooms.tailer._subscribers = subscribers
    for reset in world.rooms.tailer._resets:
        reset()
    await world.settle()
    assert world.peers.texts(THERE) == ["unheard of"]


async def test_operator_has_a_server_tried_at_once(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    for _ in range(8):
        await world.pass_time(HOUR_MS)
    del world.peers.answers[THERE]
    async with world.db.acquire() as conn:
        assert await ask_for_retry(conn, THERE) == [THERE]
    await world.pass_time(5_000)
    assert world.peers.texts(THERE) == ["one"]


async def test_server_that_hangs_holds_up_no_other(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL, DAVE])
    await world.settle()
    gate = Gate()
    world.peers.answers[THERE] = gate
    arrived = asyncio.Event()

    async def note(sent: Sent) -> dict[str, object]:
        if "two" in sent.texts:
            arrived.set()
        return {"pdus": {}}

    world.peers.answers[OTHER] = note
    await world.say(room, "one", "two")
    await asyncio.wait_for(arrived.wait(), 100)
    assert world.peers.texts(THERE) == []
    gate.opened.set()


async def test_server_that_speaks_to_us_is_tried_at_once(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = be_dead
    await world.say(room, "one")
    await world.settle()
    for _ in range(8):
        await world.pass_time(HOUR_MS)
    del world.peers.answers[THERE]
    await world.pass_time(60_000)
    assert world.peers.texts(THERE) == []
    world.back_off.heard_from(THERE)
    await world.settle()
    assert world.peers.texts(THERE) == ["one"]


async def test_server_that_refuses_us_is_left_alone_longer_and_longer(world: World) -> None:
    room = await make_room(world.rooms, members=[CAROL])
    await world.settle()
    world.peers.answers[THERE] = refuse(403, "M_FORBIDDEN")
    await world.say(room, "one")
    await world.settle()
    for wait_ms, tries in ((4_999, 1), (1, 2), (9_999, 2), (1, 3), (19_999, 3), (1, 4)):
        await world.pass_time(wait_ms)
        assert len([sent for sent in world.peers.tried if sent.texts]) == tries


async def test_five_hundred_servers_of_which_a_hundred_are_dead(world: World) -> None:
    names = [ServerName(f"s{number}") for number in range(500)]
    room = await make_room(world.rooms, members=[UserId(f"@u:{name}") for name in names])
    await world.settle()
    for name in names[:100]:
        world.peers.answers[name] = be_dead
    await world.say(room, "one")
    await world.settle()
    await world.say(room, "two")
    await world.settle()
    assert all(world.peers.texts(name) == ["one", "two"] for name in names[100:])
    tried = [sent for sent in world.peers.tried if sent.destination in names[:100] and sent.texts]
    assert len(tried) == 100, "a dead server is tried once"
    assert len(world.outbound.sender.queues) == 100, "nothing is kept for servers that are well"
    world.peers.answers.clear()
    await world.pass_time(5_000)
    assert all(world.peers.texts(name) == ["one", "two"] for name in names[:100])
