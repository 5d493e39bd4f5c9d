"""Deadlines and their one timer."""

import asyncio

from homeserver.clock import SystemClock
from homeserver.ephemeral.deadlines import Deadlines
from tests.support.fake_clock import FakeClock


async def test_keys_are_due_in_the_order_of_their_deadlines(clock: FakeClock) -> None:
    deadlines: Deadlines[str] = Deadlines(clock, lambda: None)
    deadlines.set("late", 2.0)
    deadlines.set("early", 1.0)
    deadlines.set("later", 9.0)
    clock.advance(2_000)
    assert deadlines.pop_due() == ["early", "late"]
    assert deadlines.pop_due() == []
    deadlines.stop()


async def test_a_new_deadline_takes_the_place_of_the_old_one(clock: FakeClock) -> None:
    deadlines: Deadlines[str] = Deadlines(clock, lambda: None)
    deadlines.set("key", 1.0)
    deadlines.set("key", 5.0)
    clock.advance(3_000)
    assert deadlines.pop_due() == []
    clock.advance(2_000)
    assert deadlines.pop_due() == ["key"]
    deadlines.stop()


async def test_a_discarded_key_is_never_due(clock: FakeClock) -> None:
    deadlines: Deadlines[str] = Deadlines(clock, lambda: None)
    deadlines.set("key", 1.0)
    deadlines.discard("key")
    clock.advance(2_000)
    assert deadlines.pop_due() == []
    deadlines.stop()


async def test_renewing_a_deadline_for_ever_takes_no_more_memory(clock: FakeClock) -> None:
    deadlines: Deadlines[str] = Deadlines(clock, lambda: None)
    for second in range(10_000):
        deadlines.set("key", float(second))
    assert len(deadlines._heap) < 100
    deadlines.stop()


async def test_the_timer_fires_for_an_earlier_deadline_that_came_later() -> None:
    clock = SystemClock()
    due = asyncio.Event()
    deadlines: Deadlines[str] = Deadlines(clock, due.set)
    deadlines.set("late", clock.monotonic() + 3_600)
    deadlines.set("early", clock.monotonic() + 0.001)
    async with asyncio.timeout(60):
        await due.wait()
    deadlines.stop()
