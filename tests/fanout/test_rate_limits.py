"""Rate limits that hold over all workers."""

import pytest

from homeserver.clock import SystemClock
from homeserver.config.limits import Limits, Rate
from homeserver.errors import LimitExceeded
from homeserver.http.rate_limits import Action, RateLimits
from tests.fanout.conftest import Worker

FIVE = Limits(message=Rate(per_second=0.01, burst=5))


async def test_what_one_worker_lets_pass_counts_at_the_other(pair: tuple[Worker, Worker]) -> None:
    here, there = pair
    first, second = (RateLimits(SystemClock(), FIVE, worker.fanout) for worker in pair)
    for _ in range(3):
        first.check_user(Action.MESSAGE, 7)
    await there.until(lambda: bool(there.heard))
    for _ in range(2):
        second.check_user(Action.MESSAGE, 7)
    with pytest.raises(LimitExceeded):
        second.check_user(Action.MESSAGE, 7)
    second.check_user(Action.MESSAGE, 8)
    await here.until(lambda: bool(here.heard))
    with pytest.raises(LimitExceeded):
        first.check_user(Action.MESSAGE, 7)
