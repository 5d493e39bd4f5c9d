"""Filters of lists: which of a user's rooms are in one. Pure."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from federation.protocol.ids import RoomId

SPACE_CHILD = "m.space.child"


@dataclass(frozen=True, slots=True)
class RoomFilters:
    """What rooms must be; None and empty sets let every room through."""

    is_dm: bool | None = None
    is_encrypted: bool | None = None
    is_invite: bool | None = None
    spaces: frozenset[str] | None = None
    room_types: frozenset[str | None] | None = None
    not_room_types: frozenset[str | None] = frozenset()
    name_like: str | None = None
    tags: frozenset[str] | None = None
    not_tags: frozenset[str] = frozenset()

    @property
    def asks_details(self) -> bool:
        """Whether what rooms are by their own state matters."""
        return (
            self.is_encrypted is not None
            or self.room_types is not None
            or bool(self.not_room_types)
            or self.name_like is not None
        )

    @property
    def is_trivial(self) -> bool:
        return self == NO_FILTERS


NO_FILTERS = RoomFilters()


@dataclass(frozen=True, slots=True)
class RoomDetails:
    """What filters ask of a room's state; of a room that the user is invited to, as far as that was told."""

    is_encrypted: bool = False
    room_type: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class OwnData:
    """What a user's account data say of rooms: which are direct chats, and how rooms are tagged."""

    direct: Set[int] = frozenset()
    tags: Mapping[int, Set[str]] = field(default_factory=dict)


def passes(
    filters: RoomFilters,
    room: tuple[int, RoomId],
    membership: str,
    details: RoomDetails,
    own: OwnData,
    in_spaces: Set[str],
) -> bool:
    """Tell whether a room is let through; `in_spaces` are the children of the spaces asked for."""
    nid, room_id = room
    tags = own.tags.get(nid, frozenset())
    return (
        filters.is_dm in (None, nid in own.direct)
        and filters.is_encrypted in (None, details.is_encrypted)
        and filters.is_invite in (None, membership == "invite")
        and (filters.spaces is None or room_id in in_spaces)
        and (filters.room_types is None or details.room_type in filters.room_types)
        and details.room_type not in filters.not_room_types
        and (filters.name_like is None or filters.name_like in (details.name or "").lower())
        and (filters.tags is None or bool(filters.tags & tags))
        and not filters.not_tags & tags
    )
