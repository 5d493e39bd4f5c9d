"""Stamps of typing and presence."""

from homeserver.fanout.stamps import Stamps
from tests.support.fake_clock import FakeClock


def test_stamps_increase_while_the_clock_stands_still(clock: FakeClock) -> None:
    stamps = Stamps(clock)
    given = [stamps.next() for _ in range(3)]
    assert given == [stamps.floor + 1, stamps.floor + 2, stamps.floor + 3]


def test_stamps_after_a_restart_are_above_those_before_it(clock: FakeClock) -> None:
    before = Stamps(clock)
    clock.advance(1_000)
    last = before.next()
    clock.advance(1)
    after = Stamps(clock)
    assert after.floor > last
    assert after.next() > last


def test_stamps_increase_when_the_clock_steps_back(clock: FakeClock) -> None:
    stamps = Stamps(clock)
    first = stamps.next()
    clock.advance(-60_000)
    assert stamps.next() > first
