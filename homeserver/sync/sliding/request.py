"""A sliding sync request, whichever form it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

from homeserver.rooms.viewer import Viewer
from homeserver.sync.sliding.required_state import RequiredState
from homeserver.sync.sliding.room_filters import RoomFilters

MAX_TIMELINE = 100
"""More events of a room are not given at once, whatever a client asks for."""


class Dialect(Enum):
    """The form of requests and responses: what clients speak today, or what the accepted proposal says."""

    UNSTABLE = auto()
    STABLE = auto()


@dataclass(frozen=True)
class RoomConfig:
    """How much of a room a client wants. `timeline_limit` is at most MAX_TIMELINE."""

    timeline_limit: int
    required_state: RequiredState

    def union(self, other: "RoomConfig") -> "RoomConfig":
        """Return a config that gives everything that either gives."""
        return RoomConfig(
            max(self.timeline_limit, other.timeline_limit), self.required_state.union(other.required_state)
        )


@dataclass(frozen=True, slots=True)
class WantedList:
    """Windows onto the rooms that pass some filters: inclusive ranges, or None for all of them."""

    config: RoomConfig
    ranges: tuple[tuple[int, int], ...] | None = None
    filters: RoomFilters = field(default_factory=RoomFilters)


@dataclass(frozen=True, slots=True)
class Scope:
    """In which rooms an extension is wanted: those of lists and of subscriptions, None for all of these."""

    lists: frozenset[str] | None = None
    rooms: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ToDeviceRequest:
    """Messages to the device after `since`, which acknowledges those before."""

    limit: int
    since: str | None = None


@dataclass(frozen=True, slots=True)
class Extensions:
    """The extensions that are enabled: None and False are those that are not."""

    to_device: ToDeviceRequest | None = None
    e2ee: bool = False
    account_data: Scope | None = None
    receipts: Scope | None = None
    typing: Scope | None = None
    thread_subscriptions: int | None = None
    """How many changes of subscriptions at most."""


@dataclass(frozen=True, slots=True)
class SlidingRequest:
    """Who asks for what, over which connection. `pos` None begins the connection anew."""

    viewer: Viewer
    dialect: Dialect
    conn_id: str = ""
    pos: str | None = None
    txn_id: str | None = None
    lists: Mapping[str, WantedList] = field(default_factory=dict)
    subscriptions: Mapping[str, RoomConfig] = field(default_factory=dict)
    extensions: Extensions = field(default_factory=Extensions)
