"""How long a server that fails is left alone, and who may try it."""

import pytest

from federation.errors import PeerBackedOff
from federation.outbound.back_off import LONGEST_INTERVAL_MS, next_interval_ms, with_jitter
from federation.protocol.ids import ServerName
from homeserver.peers.back_off import StoredBackOff
from homeserver.storage.db import Database
from tests.support.fake_clock import FakeClock

THERE = ServerName("there")


@pytest.fixture
def back_off(db: Database, clock: FakeClock) -> StoredBackOff:
    return StoredBackOff(db, clock, draw=lambda: 0.0)


async def fail_until_rare(back_off: StoredBackOff, clock: FakeClock, times: int) -> None:
    for _ in range(times):
        await back_off.failed(THERE, "refused")
        clock.advance(LONGEST_INTERVAL_MS)


def test_intervals_double_up_to_a_cap_and_are_jittered() -> None:
    intervals = [0]
    while intervals[-1] < LONGEST_INTERVAL_MS:
        intervals.append(next_interval_ms(intervals[-1]))
    assert intervals[1:4] == [5_000, 10_000, 20_000]
    assert next_interval_ms(intervals[-1]) == LONGEST_INTERVAL_MS
    assert with_jitter(10_000, 0.0) == 10_000 < with_jitter(10_000, 0.5) < with_jitter(10_000, 1.0) == 12_500


async def test_failing_server_is_left_alone_until_its_time(back_off: StoredBackOff, clock: FakeClock) -> None:
    await back_off.check(THERE)
    await back_off.failed(THERE, "refused")
    clock.advance(4_999)
    with pytest.raises(PeerBackedOff) as refusal:
        await back_off.check(THERE)
    assert refusal.value.retry_at_ms == clock.now_ms() + 1
    clock.advance(1)
    await back_off.check(THERE)


async def test_one_caller_tries_a_failing_server_and_the_others_wait(
    back_off: StoredBackOff, clock: FakeClock
) -> None:
    await back_off.failed(THERE)
    clock.advance(5_000)
    await back_off.check(THERE)
    with pytest.raises(PeerBackedOff):
        await back_off.check(THERE)
    await back_off.succeeded(THERE)
    await back_off.check(THERE)
    await back_off.check(THERE)


async def test_failures_at_the_same_time_count_as_one(back_off: StoredBackOff, clock: FakeClock) -> None:
    for _ in range(20):
        await back_off.failed(THERE)
    clock.advance(5_000)
    assert back_off.is_due(THERE)


async def test_back_off_survives_a_restart(db: Database, back_off: StoredBackOff, clock: FakeClock) -> None:
    await fail_until_rare(back_off, clock, 4)
    await back_off.failed(THERE, "refused \x00")
    again = StoredBackOff(db, clock, draw=lambda: 0.0)
    await again.load()
    clock.advance(5_000 * 2**4 - 1)
    assert not again.is_due(THERE)
    clock.advance(1)
    assert again.is_due(THERE)
    await again.succeeded(THERE)
    third = StoredBackOff(db, clock)
    await third.load()
    assert not third.is_failing(THERE)


async def test_server_heard_from_is_due_but_not_right_after_its_failure(
    back_off: StoredBackOff, clock: FakeClock
) -> None:
    await fail_until_rare(back_off, clock, 10)
    await back_off.failed(THERE)
    back_off.heard_from(THERE)
    assert not back_off.is_due(THERE), "or each request of a server that cannot be reached costs one of ours"
    clock.advance(30_000)
    assert back_off.is_due(THERE)


async def test_refusal_right_after_an_answer_goes_on_where_the_waiting_was(
    back_off: StoredBackOff, clock: FakeClock
) -> None:
    await back_off.failed(THERE)
    clock.advance(5_000)
    await back_off.succeeded(THERE)
    await back_off.refused(THERE, "M_FORBIDDEN")
    clock.advance(9_999)
    assert not back_off.is_due(THERE)
    clock.advance(1)
    assert back_off.is_due(THERE)
