import pytest

from homeserver.config.limits import Limits, Rate
from homeserver.errors import LimitExceeded
from homeserver.fanout.in_process import InProcessFanout
from homeserver.http import rate_limits
from homeserver.http.rate_limits import Action, RateLimits
from tests.support.fake_clock import FakeClock

ONE_A_SECOND = Limits(message=Rate(per_second=1, burst=3), login=Rate(per_second=1, burst=1))


@pytest.fixture
def limits(clock: FakeClock) -> RateLimits:
    return RateLimits(clock, ONE_A_SECOND, InProcessFanout(clock))


def send(limits: RateLimits, times: int, user_nid: int = 1) -> None:
    for _ in range(times):
        limits.check_user(Action.MESSAGE, user_nid)


def test_burst_passes_and_the_next_one_is_told_how_long_to_wait(limits: RateLimits) -> None:
    send(limits, 3)
    with pytest.raises(LimitExceeded) as refused:
        send(limits, 1)
    assert refused.value.retry_after_ms == 1000


def test_refused_request_costs_nothing(limits: RateLimits, clock: FakeClock) -> None:
    send(limits, 3)
    for _ in range(10):
        with pytest.raises(LimitExceeded):
            send(limits, 1)
    clock.advance(1000)
    send(limits, 1)


def test_long_silence_does_not_fill_the_bucket_above_its_burst(limits: RateLimits, clock: FakeClock) -> None:
    send(limits, 3)
    clock.advance(3_600_000)
    send(limits, 3)
    with pytest.raises(LimitExceeded):
        send(limits, 1)


@pytest.mark.parametrize("hours", [-5, 5])
def test_clock_that_is_set_neither_fills_a_bucket_nor_empties_it(
    limits: RateLimits, clock: FakeClock, hours: int
) -> None:
    send(limits, 3)
    clock.jump(hours * 3_600_000)
    with pytest.raises(LimitExceeded) as refused:
        send(limits, 1)
    assert refused.value.retry_after_ms == 1000
    clock.advance(1000)
    send(limits, 1)


def test_users_and_actions_have_buckets_of_their_own(limits: RateLimits) -> None:
    send(limits, 3)
    send(limits, 3, user_nid=2)
    limits.check_user(Action.JOIN, 1)


def test_addresses_of_one_ipv6_network_share_a_bucket(limits: RateLimits) -> None:
    limits.check_address(Action.LOGIN, "2001:db8:1:2::1")
    with pytest.raises(LimitExceeded):
        limits.check_address(Action.LOGIN, "2001:db8:1:2:ffff::9")
    limits.check_address(Action.LOGIN, "2001:db8:1:3::1")
    limits.check_address(Action.LOGIN, "192.0.2.1")
    limits.check_address(Action.LOGIN, "192.0.2.2")


def test_looking_takes_nothing(limits: RateLimits) -> None:
    for _ in range(5):
        limits.require_left(Action.LOGIN, "alice")
    limits.check_key(Action.LOGIN, "alice")
    with pytest.raises(LimitExceeded):
        limits.require_left(Action.LOGIN, "alice")


def test_turned_off_nothing_is_counted(clock: FakeClock) -> None:
    off = RateLimits(clock, ONE_A_SECOND.model_copy(update={"enabled": False}), InProcessFanout(clock))
    send(off, 1000)


def test_number_of_buckets_is_bounded(limits: RateLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "MAX_BUCKETS", 10)
    small = RateLimits(limits._clock, ONE_A_SECOND, InProcessFanout(limits._clock))
    for user_nid in range(100):
        send(small, 1, user_nid)
    assert len(small._full_at) == 10


def test_every_action_has_a_rate(limits: RateLimits) -> None:
    for action in Action:
        limits.check_key(action, "somebody")
