"""All rate limits of the client-facing side, in one place: a bucket per action and user, address or account.

Spec: https://spec.matrix.org/v1.19/client-server-api/#rate-limiting
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final

from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.errors import LimitExceeded

MAX_BUCKETS: Final = 50_000


class Action(StrEnum):
    """What is counted. The first group is counted per address, before anything is known of the user."""

    REGISTER = "register"
    LOGIN = "login"
    ANONYMOUS = "anonymous"

    LOGIN_FAILED = "login_failed"

    SEND = "send"
    CREATE_ROOM = "create_room"
    JOIN = "join"
    INVITE = "invite"
    MEMBERSHIP = "membership"
    PROFILE = "profile"
    ACCOUNT = "account"
    EPHEMERAL = "ephemeral"
    TO_DEVICE = "to_device"
    DIRECTORY = "directory"
    SEARCH = "search"
    REPORT = "report"
    UPLOAD = "upload"


BY_ADDRESS: Final = frozenset({Action.REGISTER, Action.LOGIN, Action.ANONYMOUS})


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` requests in the long run, `burst` of them at once."""

    per_second: float
    burst: int


DEFAULT_RATES: Final[Mapping[Action, Rate]] = {
    Action.REGISTER: Rate(0.17, 5),
    Action.LOGIN: Rate(0.5, 10),
    Action.ANONYMOUS: Rate(5, 50),
    Action.LOGIN_FAILED: Rate(0.1, 5),
    Action.SEND: Rate(10, 50),
    Action.CREATE_ROOM: Rate(0.2, 20),
    Action.JOIN: Rate(0.5, 30),
    Action.INVITE: Rate(0.5, 30),
    Action.MEMBERSHIP: Rate(2, 50),
    Action.PROFILE: Rate(0.5, 20),
    Action.ACCOUNT: Rate(0.2, 10),
    Action.EPHEMERAL: Rate(20, 100),
    Action.TO_DEVICE: Rate(20, 200),
    Action.DIRECTORY: Rate(2, 50),
    Action.SEARCH: Rate(1, 20),
    Action.REPORT: Rate(0.1, 10),
    Action.UPLOAD: Rate(1, 30),
}


class RateLimits:
    """The buckets of this process. A bucket is one number: the time at which it will be full again."""

    def __init__(self, clock: Clock, rates: Mapping[Action, Rate] = DEFAULT_RATES, *, enabled: bool) -> None:
        self._clock = clock
        self._rates = rates
        self._full_at: LruCache[tuple[Action, int | str], float] = LruCache(MAX_BUCKETS)
        self.enabled = enabled

    def check_user(self, action: Action, user_nid: int) -> None:
        """Count one request of a user.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._take(action, user_nid)

    def check_address(self, action: Action, address: str) -> None:
        """Count one request from an address; an IPv6 /64 counts as one address.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._take(action, _network_of(address))

    def check_key(self, action: Action, key: str) -> None:
        """Count one request about something named by the client, such as the account of a failed log-in.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._take(action, key)

    def require_left(self, action: Action, key: str) -> None:
        """Refuse when the bucket is empty, without taking anything from it.

        Raises: LimitExceeded.
        """
        if self.enabled:
            self._full_again(action, key, self._clock.monotonic())

    def _take(self, action: Action, key: int | str) -> None:
        now = self._clock.monotonic()
        full_at = self._full_again(action, key, now)
        self._full_at.put((action, key), full_at + 1 / self._rates[action].per_second)

    def _full_again(self, action: Action, key: int | str, now: float) -> float:
        rate = self._rates[action]
        full_at = max(self._full_at.get((action, key)) or now, now)
        wait_s = full_at - now - (rate.burst - 1) / rate.per_second
        if wait_s > 1e-9:
            raise LimitExceeded(max(1, round(wait_s * 1000)))
        return full_at


def _network_of(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return parsed.exploded[:19]
    return address
