"""All rate limits of the client-facing side, in one place: a bucket per action and user, address or account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#rate-limiting
"""

import asyncio
from collections import Counter
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final

from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.config.limits import Limits, Rate
from homeserver.errors import LimitExceeded
from homeserver.fanout.ports import Fanout, Message, Topic

MAX_BUCKETS: Final = 50_000
TELL_EVERY_S: Final = 0.1
TOLD_AT_ONCE: Final = 50


class Action(StrEnum):
    """What is counted, named as its rate in the configuration's `limits`."""

    REGISTRATION = "registration"
    LOGIN = "login"
    FAILED_LOGIN = "failed_login"
    EMAIL = "email"
    MESSAGE = "message"
    TYPING = "typing"
    CREATE_ROOM = "create_room"
    JOIN = "join"
    INVITE = "invite"
    REMOTE_INVITE = "remote_invite"
    PROFILE = "profile"
    TO_DEVICE = "to_device"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    SEARCH = "search"
    PREVIEW = "preview"
    REPORT = "report"
    CHECK = "check"
    OTHER = "other"
    ANONYMOUS = "anonymous"
    """Requests that need no access token; they have the rate of `other`, per address."""


BY_ADDRESS: Final = frozenset({Action.REGISTRATION, Action.LOGIN, Action.EMAIL, Action.ANONYMOUS})


class RateLimits:
    """The buckets. A bucket is one number: the time at which it will be full again.

    Each worker has them all, and tells the others a few times a second what it has taken: a limit holds over
    all workers, but for what happens in between.
    """

    def __init__(self, clock: Clock, limits: Limits, fanout: Fanout) -> None:
        self._clock = clock
        self._fanout = fanout
        self._untold: Counter[tuple[Action, int | str]] = Counter()
        self._telling: asyncio.TimerHandle | None = None
        self._full_at: LruCache[tuple[Action, int | str], float] = LruCache(MAX_BUCKETS)
        self._rates: dict[Action, Rate] = {
            action: limits.other if action is Action.ANONYMOUS else getattr(limits, action)
            for action in Action
        }
        self.enabled = limits.enabled
        fanout.on_message(Topic.RATES, self._taken_elsewhere)

    def check_user(self, action: Action, user_nid: int, own_rate: tuple[float, int] | None = None) -> None:
        """Count one request of a user, whose rate for sending events may be the user's own.

        Raises: LimitExceeded.
        """
        if self.enabled:
            rate = self._rates[action]
            if own_rate is not None and action is Action.MESSAGE:
                rate = Rate(per_second=own_rate[0], burst=own_rate[1])
            self._take(action, user_nid, rate)

    def check_address(self, action: Action, address: str) -> None:
        """Count one request from an address; an IPv6 /64 counts as one address.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._take(action, _network_of(address), self._rates[action])

    def check_key(self, action: Action, key: str) -> None:
        """Count one request about something the client names, such as the account of a failed log-in.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._take(action, key, self._rates[action])

    def require_left(self, action: Action, key: str) -> None:
        """Refuse when the bucket is empty, without taking anything from it.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._full_again(action, key, self._clock.monotonic(), self._rates[action])

    def _take(self, action: Action, key: int | str, rate: Rate) -> None:
        full_at = self._full_again(action, key, self._clock.monotonic(), rate)
        self._full_at.put((action, key), full_at + 1 / rate.per_second)
        if self._fanout.has_company:
            self._untold[action, key] += 1
            if self._telling is None:
                self._telling = asyncio.get_running_loop().call_later(TELL_EVERY_S, self._tell)

    def _full_again(self, action: Action, key: int | str, now: float, rate: Rate) -> float:
        full_at = max(self._full_at.get((action, key)) or now, now)
        wait_s = full_at - now - (rate.burst - 1) / rate.per_second
        if wait_s > 1e-9:
            raise LimitExceeded(max(1, round(wait_s * 1000)))
        return full_at

    def _tell(self) -> None:
        self._telling = None
        taken = [[action, key, count] for (action, key), count in self._untold.items()]
        self._untold.clear()
        for start in range(0, len(taken), TOLD_AT_ONCE):
            self._fanout.tell(Topic.RATES, {"taken": taken[start : start + TOLD_AT_ONCE]})

    def _taken_elsewhere(self, message: Message) -> None:
        now = self._clock.monotonic()
        for name, key, count in message.body["taken"]:
            action = Action(name)
            full_at = max(self._full_at.get((action, key)) or now, now)
            self._full_at.put((action, key), full_at + count / self._rates[action].per_second)


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return address
