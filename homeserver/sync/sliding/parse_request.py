"""Reading sliding sync requests: the form that clients send today, and that of the accepted proposal.

Everything is bounded here: what passes may be worked with.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from homeserver.errors import InvalidParam
from homeserver.rooms.viewer import Viewer
from homeserver.sync.sliding.request import (
    MAX_TIMELINE,
    Dialect,
    Extensions,
    RoomConfig,
    Scope,
    SlidingRequest,
    ToDeviceRequest,
    WantedList,
)
from homeserver.sync.sliding.required_state import MEMBER, Element, RequiredState, Selection
from homeserver.sync.sliding.room_filters import RoomFilters

MAX_LISTS: Final = 100
MAX_SUBSCRIPTIONS: Final = 100
MAX_ELEMENTS: Final = 200
MAX_ENTRIES: Final = 1_000
MAX_TO_DEVICE: Final = 100
MAX_THREAD_SUBSCRIPTIONS: Final = 100

ANY: Final = "*"
ME: Final = "$ME"
LAZY: Final = "$LAZY"

T = TypeVar("T")

_Index: TypeAlias = Annotated[int, Meta(ge=0)]
_Name: TypeAlias = Annotated[str, Meta(max_length=255)]
_Names: TypeAlias = Annotated[list[_Name], Meta(max_length=MAX_ENTRIES)]
_Types: TypeAlias = Annotated[list[_Name | None], Meta(max_length=MAX_ENTRIES)]


class _Filters(Struct, frozen=True):
    is_dm: bool | None = None
    is_encrypted: bool | None = None
    is_invite: bool | None = None
    is_invited: bool | None = None
    spaces: _Names | None = None
    room_types: _Types | None = None
    not_room_types: _Types | None = None
    room_name_like: Annotated[str, Meta(max_length=255)] | None = None
    tags: _Names | None = None
    not_tags: _Names | None = None

    def parsed(self) -> RoomFilters:
        return RoomFilters(
            self.is_dm,
            self.is_encrypted,
            self.is_invited if self.is_invite is None else self.is_invite,
            _set(self.spaces),
            _set(self.room_types),
            frozenset(self.not_room_types or ()),
            self.room_name_like.lower() if self.room_name_like else None,
            _set(self.tags),
            frozenset(self.not_tags or ()),
        )


class _Element(Struct, frozen=True):
    type: _Name | None = None
    state_key: _Name | None = None


class _RequiredState(Struct, frozen=True):
    include: Annotated[list[_Element], Meta(max_length=MAX_ELEMENTS)] = []
    exclude: Annotated[list[_Element], Meta(max_length=MAX_ELEMENTS)] = []
    lazy_members: bool = False


_Pairs: TypeAlias = Annotated[list[tuple[_Name, _Name]], Meta(max_length=MAX_ELEMENTS)]


class _Config(Struct, frozen=True):
    timeline_limit: _Index = 0
    required_state: _Pairs | _RequiredState = []

    def config(self, user_id: str) -> RoomConfig:
        wanted = self.required_state
        selection = _selection(wanted) if isinstance(wanted, _RequiredState) else _of_pairs(wanted, user_id)
        return RoomConfig(min(self.timeline_limit, MAX_TIMELINE), RequiredState(frozenset({selection})))


class _List(_Config, frozen=True):
    range: tuple[_Index, _Index] | None = None
    ranges: Annotated[list[tuple[_Index, _Index]], Meta(max_length=100)] | None = None
    filters: _Filters | None = None

    def parsed(self, user_id: str) -> WantedList:
        ranges = self.ranges if self.range is None else [self.range]
        if ranges is not None and any(first > last for first, last in ranges):
            raise InvalidParam("A range ends before it begins")
        return WantedList(
            self.config(user_id),
            None if ranges is None else tuple(ranges),
            (self.filters or _Filters()).parsed(),
        )


class _Extension(Struct, frozen=True):
    enabled: bool | None = False
    limit: _Index | None = None
    since: Annotated[str, Meta(max_length=255)] | None = None
    lists: _Names | None = None
    rooms: _Names | None = None

    @property
    def scope(self) -> Scope | None:
        return Scope(_scope(self.lists), _scope(self.rooms)) if self.enabled else None


_OFF: Final = _Extension()


class _Extensions(Struct, frozen=True):
    to_device: _Extension = _OFF
    e2ee: _Extension = _OFF
    account_data: _Extension = _OFF
    receipts: _Extension = _OFF
    typing: _Extension = _OFF
    thread_subscriptions: _Extension = _OFF
    unstable_thread_subscriptions: _Extension = msgspec.field(
        default=_OFF, name="io.element.msc4308.thread_subscriptions"
    )

    def parsed(self) -> Extensions:
        to_device, subscribed = self.to_device, self.thread_subscriptions
        if not subscribed.enabled:
            subscribed = self.unstable_thread_subscriptions
        return Extensions(
            ToDeviceRequest(_limit(to_device, MAX_TO_DEVICE), to_device.since) if to_device.enabled else None,
            bool(self.e2ee.enabled),
            self.account_data.scope,
            self.receipts.scope,
            self.typing.scope,
            _limit(subscribed, MAX_THREAD_SUBSCRIPTIONS) if subscribed.enabled else None,
        )


class SlidingBody(Struct, frozen=True):
    """The body of a request, of either form; `pos`, `timeout` and `set_presence` are in the newer one."""

    conn_id: Annotated[str, Meta(max_length=255)] | None = None
    pos: Annotated[str, Meta(max_length=255)] | None = None
    timeout: _Index | None = None
    set_presence: str | None = None
    txn_id: Annotated[str, Meta(max_length=255)] | None = None
    lists: dict[_Name, _List] | None = None
    room_subscriptions: dict[_Name, _Config] | None = None
    extensions: _Extensions | None = None

    def parsed(self, viewer: Viewer, dialect: Dialect, pos: str | None) -> SlidingRequest:
        """Return what is asked for. Raises InvalidParam."""
        lists, subscriptions = self.lists or {}, self.room_subscriptions or {}
        _check_count("lists", lists, MAX_LISTS)
        _check_count("room subscriptions", subscriptions, MAX_SUBSCRIPTIONS)
        return SlidingRequest(
            viewer,
            dialect,
            self.conn_id or "",
            pos or None,
            self.txn_id,
            {name: wanted.parsed(viewer.user_id) for name, wanted in lists.items()},
            {room_id: wanted.config(viewer.user_id) for room_id, wanted in subscriptions.items()},
            (self.extensions or _Extensions()).parsed(),
        )


def _selection(wanted: _RequiredState) -> Selection:
    return Selection(
        frozenset(Element(e.type, e.state_key) for e in wanted.include),
        frozenset(Element(e.type, e.state_key) for e in wanted.exclude),
        wanted.lazy_members,
    )


def _of_pairs(pairs: Iterable[tuple[str, str]], user_id: str) -> Selection:
    """Read pairs of type and state key, with stand-ins for any, the user, and members on demand."""
    include, lazy = set(), False
    for type_, state_key in pairs:
        if state_key == LAZY:
            lazy = lazy or type_ in (MEMBER, ANY)
            continue
        key = user_id if state_key == ME else state_key
        include.add(Element(None if type_ == ANY else type_, None if key == ANY else key))
    return Selection(frozenset(include), frozenset(), lazy)


def _limit(extension: _Extension, most: int) -> int:
    return most if extension.limit is None else max(1, min(extension.limit, most))


def _scope(names: list[str] | None) -> frozenset[str] | None:
    return None if names is None or ANY in names else frozenset(names)


def _set(names: list[T] | None) -> frozenset[T] | None:
    return None if names is None else frozenset(names)


def _check_count(what: str, found: Mapping[str, object], most: int) -> None:
    if len(found) > most:
        raise InvalidParam(f"There may be at most {most} {what}")
