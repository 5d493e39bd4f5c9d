"""What a device has not seen yet, before it takes the form of any transport."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from homeserver.e2ee.device_list_delta import DeviceListDelta
from homeserver.json_types import JsonObject
from homeserver.rooms.filters import Filter
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.memberships import Hero
from homeserver.storage.rooms import Room
from homeserver.storage.unread import CountsByThread, Unread
from homeserver.sync.tokens import SyncToken


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """Who asks for what. `since` None asks for everything.

    `acknowledged` is up to where the device says it has everything; by default that is `since`.
    `state_after_name` is what a room's state after its timeline is called, where it is asked for.
    """

    viewer: Viewer
    filter: Filter
    since: SyncToken | None
    full_state: bool = False
    use_state_after: bool = False
    acknowledged: SyncToken | None = None
    state_after_name: str = "state_after"


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events of a room, oldest first.

    `from_tail`: all are in memory, and none needs more than its own bytes. `is_whole_span`: nothing of the
    span was left out, so that others who saw the same span see the same. `changes_summary`: an event of the
    span, shown or not, is about members or the room's name. `shows_summary`: there is more to tell of members
    than events of the span.
    """

    events: Sequence[StoredEvent]
    limited: bool
    prev_batch: str
    from_tail: bool = False
    is_whole_span: bool = False
    changes_summary: bool = False
    shows_summary: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """How many are in a room, and whom to name it after: None where it has a name."""

    joined_members: int
    invited_members: int
    heroes: Sequence[Hero] | None = None

    def render(self) -> JsonObject:
        rendered: JsonObject = {
            "m.joined_member_count": self.joined_members,
            "m.invited_member_count": self.invited_members,
        }
        if self.heroes is not None:
            rendered["m.heroes"] = [hero.user_id for hero in self.heroes]
        return rendered


@dataclass(slots=True)
class RoomDelta:
    """What is new in a room that the user has joined, or has left.

    `unread` is by the server-default rules; `counts` are made of it, by the user's own.
    """

    room: Room
    since: int
    upto: int
    timeline: Timeline
    state: Sequence[StoredEvent] = ()
    ephemeral: list[JsonObject] = field(default_factory=list)
    account_data: list[JsonObject] = field(default_factory=list)
    unread: Unread | None = None
    counts: CountsByThread | None = None
    summary: Summary | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.timeline.events or self.state or self.ephemeral or self.account_data or self.summary)


@dataclass(frozen=True, slots=True)
class SyncDelta:
    """Everything that is new for a device, and the token that says so."""

    token: SyncToken
    joined: Sequence[RoomDelta] = ()
    left: Sequence[RoomDelta] = ()
    invited: Mapping[Room, Sequence[JsonObject]] = field(default_factory=dict)
    knocked: Mapping[Room, Sequence[JsonObject]] = field(default_factory=dict)
    presence: Sequence[JsonObject] = ()
    account_data: Sequence[JsonObject] = ()
    to_device: Sequence[orjson.Fragment] = ()
    device_lists: DeviceListDelta = field(default_factory=DeviceListDelta)
    key_counts_moved: bool = False

    @property
    def is_empty(self) -> bool:
        return not (
            self.joined or self.left or self.invited or self.knocked
            or self.presence or self.account_data or self.to_device
            or self.device_lists or self.key_counts_moved
        )  # fmt: skip
