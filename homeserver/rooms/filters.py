"""Filters: which events, rooms and members a client wants, parsed from JSON and applied.

Spec: https://spec.matrix.org/v1.19/client-server-api/#filtering
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias, TypeVar

import msgspec
import orjson
from msgspec import Meta, Struct

from federation.protocol.ids import RoomId
from homeserver.errors import BadJson, InvalidParam
from homeserver.json_types import JsonObject
from homeserver.rooms.event_fields import FieldPath, parse_field_path
from homeserver.rooms.type_patterns import TypePatterns
from homeserver.storage.events import StoredEvent

MAX_ENTRIES: Final = 1_000
"""How many entries each list of a filter may have."""

Shape = TypeVar("Shape", bound=Struct)

EventFormat: TypeAlias = Literal["client", "federation"]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What applies to events of every kind. A list that is None lets everything through."""

    limit: int | None = None
    types: TypePatterns | None = None
    not_types: TypePatterns | None = None
    senders: frozenset[str] | None = None
    not_senders: frozenset[str] = frozenset()

    @property
    def is_trivial(self) -> bool:
        """Whether every event passes."""
        return _has_no_lists(self)

    def allows_type(self, type_: str) -> bool:
        if self.not_types is not None and self.not_types.match(type_):
            return False
        return self.types is None or self.types.match(type_)

    def allows_sender(self, sender: str) -> bool:
        return sender not in self.not_senders and (self.senders is None or sender in self.senders)

    def allows(self, type_: str, sender: str | None = None) -> bool:
        """Decide on what is not a room's event: presence, account data, ephemeral events.

        What has no sender passes unless only certain senders are wanted.
        """
        if not self.allows_type(type_):
            return False
        return self.allows_sender(sender) if sender is not None else self.senders is None


@dataclass(frozen=True, slots=True)
class RoomEventFilter(EventFilter):
    """What applies to the events of rooms."""

    rooms: frozenset[str] | None = None
    not_rooms: frozenset[str] = frozenset()
    contains_url: bool | None = None
    lazy_load_members: bool = False
    include_redundant_members: bool = False
    unread_thread_notifications: bool = False

    @property
    def is_trivial(self) -> bool:
        """Whether every event of the rooms let through passes."""
        return self.contains_url is None and _has_no_lists(self)

    def allows_room(self, room_id: RoomId) -> bool:
        return _allows_room(room_id, self.rooms, self.not_rooms)

    def allows_type_in(self, room_id: RoomId, type_: str) -> bool:
        """Decide on what has no sender: account data and ephemeral events of a room."""
        return self.allows_room(room_id) and self.allows_type(type_)

    def matches(self, event: StoredEvent) -> bool:
        """Decide on an event, by its type, sender and content; which room it is of is not looked at."""
        if self.is_trivial:
            return True
        if not self.allows_type(event.type):
            return False
        if self.senders is None and not self.not_senders and self.contains_url is None:
            return True
        pdu = event.load()
        if not self.allows_sender(pdu["sender"]):
            return False
        # What is redacted has no `url` any more.
        has_url = event.redacted_by is None and "url" in pdu["content"]
        return self.contains_url is None or self.contains_url == has_url


@dataclass(frozen=True, slots=True)
class RoomFilter:
    """Which rooms a sync shows, and what of each."""

    rooms: frozenset[str] | None = None
    not_rooms: frozenset[str] = frozenset()
    include_leave: bool = False
    state: RoomEventFilter = field(default_factory=RoomEventFilter)
    timeline: RoomEventFilter = field(default_factory=RoomEventFilter)
    ephemeral: RoomEventFilter = field(default_factory=RoomEventFilter)
    account_data: RoomEventFilter = field(default_factory=RoomEventFilter)

    def allows_room(self, room_id: RoomId) -> bool:
        return _allows_room(room_id, self.rooms, self.not_rooms)


@dataclass(frozen=True, slots=True)
class Filter:
    """Everything that a sync can be told about what to show. `event_fields` None shows every field."""

    event_fields: tuple[FieldPath, ...] | None = None
    event_format: EventFormat = "client"
    presence: EventFilter = field(default_factory=EventFilter)
    account_data: EventFilter = field(default_factory=EventFilter)
    room: RoomFilter = field(default_factory=RoomFilter)


EVERYTHING: Final = Filter()
"""The filter that is none."""

EVERY_EVENT: Final = RoomEventFilter()


def parse_filter(body: JsonObject) -> Filter:
    """Read a filter, as it is uploaded or given to a sync. Raises BadJson, naming what is wrong."""
    return _convert(body, _FilterBody).parsed()


def parse_room_event_filter(text: str | None) -> RoomEventFilter:
    """Read the `filter` parameter of an endpoint that shows the events of one room.

    Raises: InvalidParam where it is not JSON, BadJson where it is not a filter.
    """
    if text is None:
        return EVERY_EVENT
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidParam(f"filter is not JSON: {error}") from error
    return _convert(body, _RoomEventFilterBody).parsed()


def room_event_filter(body: JsonObject) -> RoomEventFilter:
    """Read a filter of events that came inside a request. Raises BadJson."""
    return _convert(body, _RoomEventFilterBody).parsed()


def _convert(body: object, shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise BadJson(f"This is not a filter: {error}") from error


def _has_no_lists(wanted: EventFilter) -> bool:
    return (
        wanted.types is None
        and wanted.not_types is None
        and wanted.senders is None
        and not wanted.not_senders
    )


def _allows_room(room_id: RoomId, rooms: Collection[str] | None, not_rooms: Collection[str]) -> bool:
    return room_id not in not_rooms and (rooms is None or room_id in rooms)


_Entries: TypeAlias = Annotated[list[str], Meta(max_length=MAX_ENTRIES)]
_UserIds: TypeAlias = Annotated[list[Annotated[str, Meta(pattern="^@")]], Meta(max_length=MAX_ENTRIES)]
_RoomIds: TypeAlias = Annotated[list[Annotated[str, Meta(pattern="^!")]], Meta(max_length=MAX_ENTRIES)]
_Limit: TypeAlias = Annotated[int, Meta(ge=0)]


class _EventFilterBody(Struct, frozen=True):
    limit: _Limit | None = None
    types: _Entries | None = None
    not_types: _Entries | None = None
    senders: _UserIds | None = None
    not_senders: _UserIds | None = None

    def parsed(self) -> EventFilter:
        return EventFilter(
            self.limit,
            _patterns(self.types),
            _patterns(self.not_types),
            _set(self.senders),
            frozenset(self.not_senders or ()),
        )


class _RoomEventFilterBody(_EventFilterBody, frozen=True):
    rooms: _RoomIds | None = None
    not_rooms: _RoomIds | None = None
    contains_url: bool | None = None
    lazy_load_members: bool = False
    include_redundant_members: bool = False
    unread_thread_notifications: bool = False

    def parsed(self) -> RoomEventFilter:
        return RoomEventFilter(
            self.limit,
            _patterns(self.types),
            _patterns(self.not_types),
            _set(self.senders),
            frozenset(self.not_senders or ()),
            _set(self.rooms),
            frozenset(self.not_rooms or ()),
            self.contains_url,
            self.lazy_load_members,
            self.include_redundant_members,
            self.unread_thread_notifications,
        )


class _RoomFilterBody(Struct, frozen=True):
    rooms: _RoomIds | None = None
    not_rooms: _RoomIds | None = None
    include_leave: bool = False
    state: _RoomEventFilterBody = _RoomEventFilterBody()
    timeline: _RoomEventFilterBody = _RoomEventFilterBody()
    ephemeral: _RoomEventFilterBody = _RoomEventFilterBody()
    account_data: _RoomEventFilterBody = _RoomEventFilterBody()

    def parsed(self) -> RoomFilter:
        return RoomFilter(
            _set(self.rooms),
            frozenset(self.not_rooms or ()),
            self.include_leave,
            self.state.parsed(),
            self.timeline.parsed(),
            self.ephemeral.parsed(),
            self.account_data.parsed(),
        )


class _FilterBody(Struct, frozen=True):
    event_fields: _Entries | None = None
    event_format: EventFormat = "client"
    presence: _EventFilterBody = _EventFilterBody()
    account_data: _EventFilterBody = _EventFilterBody()
    room: _RoomFilterBody = _RoomFilterBody()

    def parsed(self) -> Filter:
        fields = None if self.event_fields is None else tuple(map(parse_field_path, self.event_fields))
        return Filter(
            fields, self.event_format, self.presence.parsed(), self.account_data.parsed(), self.room.parsed()
        )


def _patterns(entries: list[str] | None) -> TypePatterns | None:
    return None if entries is None else TypePatterns.of(entries)


def _set(entries: list[str] | None) -> frozenset[str] | None:
    return None if entries is None else frozenset(entries)
