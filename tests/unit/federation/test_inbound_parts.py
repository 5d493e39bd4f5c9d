"""The parts of the inbound side that need no database: turns, order, and doing things once."""

import asyncio

import pytest

from federation.inbound.budget import Budget, Unfetchable
from federation.inbound.dag_order import ancestors_first, reachable, reachable_auth
from federation.inbound.drain_room import FIRST_RETRY_MS, LAST_RETRY_MS, retry_delay_ms
from federation.inbound.fair_queue import FairQueue
from federation.inbound.in_flight import InFlight
from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from tests.protocol.room_factory import ALICE, BOB, RoomFactory

A, B = ServerName("a"), ServerName("b")


async def test_servers_take_turns_however_much_one_has() -> None:
    queue: FairQueue[int] = FairQueue()
    for key in range(5):
        await queue.add(A, key)
    await queue.add(B, 99)
    taken = [await queue.take() for _ in range(3)]
    assert taken == [(A, 0), (B, 99), (A, 1)]


async def test_key_is_worked_on_by_one_at_a_time() -> None:
    queue: FairQueue[int] = FairQueue()
    await queue.add(A, 1)
    assert await queue.take() == (A, 1)
    await queue.add(B, 1)
    waiting = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    await queue.done(A, 1)
    assert await waiting == (B, 1)


async def test_one_server_keeps_only_so_many_busy() -> None:
    queue: FairQueue[int] = FairQueue(max_running=2)
    for key in range(4):
        await queue.add(A, key)
    await queue.add(B, 9)
    assert [(await queue.take())[0] for _ in range(3)] == [A, B, A]
    blocked = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    assert not blocked.done()
    await queue.done(A, 0)
    assert (await blocked)[0] == A


async def test_queue_is_idle_once_all_is_done() -> None:
    queue: FairQueue[int] = FairQueue()
    await queue.until_idle()
    await queue.add(A, 1)
    await queue.add(A, 1)
    assert len(queue) == 1
    server, key = await queue.take()
    assert not queue.is_idle
    await queue.done(server, key)
    await queue.until_idle()


async def test_work_for_a_key_runs_once_and_outlives_who_asked() -> None:
    flights: InFlight[str, int] = InFlight("test")
    gate, runs = asyncio.Event(), 0

    async def work() -> int:
        nonlocal runs
        runs += 1
        await gate.wait()
        return 7

    first = asyncio.ensure_future(flights.run("k", work))
    second = asyncio.ensure_future(flights.run("k", work))
    await asyncio.sleep(0)
    first.cancel()
    gate.set()
    assert await second == 7
    assert runs == 1
    await flights.stop()


def test_ancestors_come_first_in_any_order_of_arrival() -> None:
    room = RoomFactory.public("12", BOB)
    pdus = list(room.events.values())
    ordered = [pdu.event_id for pdu in ancestors_first(pdus[::-1])]
    for pdu in pdus:
        assert all(ordered.index(prev) < ordered.index(pdu.event_id) for prev in pdu.prev_events)


def test_only_what_is_referred_to_is_reachable() -> None:
    room = RoomFactory.public("12", BOB)
    before: dict[EventId, Pdu] = dict(room.events)
    tip = room.send(ALICE, "m.room.name", {"name": "n"}, "")
    assert reachable(before, tip.prev_events) == before
    assert tip.event_id not in reachable(room.events, [room.heads[0] + "x"])  # type: ignore[list-item]
    chain = reachable_auth(before, tip.auth_events)
    assert set(tip.auth_events) <= chain.keys() < before.keys()


async def test_budget_ends() -> None:
    budget = Budget(requests=1, events=5)
    budget.spend_request()
    with pytest.raises(Unfetchable):
        budget.spend_request()
    budget.spend_events(5)
    with pytest.raises(Unfetchable):
        budget.spend_events(1)
    with pytest.raises(Unfetchable):
        Budget(ends_at=0).spend_request()


def test_retries_become_rarer_up_to_a_bound() -> None:
    delays = [retry_delay_ms(failures) for failures in range(30)]
    assert delays[0] == FIRST_RETRY_MS
    assert delays == sorted(delays)
    assert delays[-1] == LAST_RETRY_MS
