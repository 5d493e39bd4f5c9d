"""A user's rooms in order of activity, remembered and kept current by what has changed.

The first sync of a user reads when something last happened in each room; from then on only rooms in which
something happens, or where the user's membership changes, are looked at again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from homeserver.caches import LruCache
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.sliding_rooms import Standing
from homeserver.sync.last_changes import Changes
from homeserver.sync.sliding.room_filters import RoomFilters

MAX_FILTERS = 100
MAX_SPACES = 1_000
PRESENT = ("join", "invite", "knock")


@dataclass(slots=True)
class Matching:
    """The rooms that pass a filter, as of a position, and of which versions of what else it depends on."""

    rooms: set[int]
    upto: int
    version: object


@dataclass(slots=True)
class UserRooms:
    """The rooms that a user's lists are made of.

    `order` has the position of each room's last activity, the least active first. `departed` are the rooms
    that only those connections still show which have shown them before, after the position of the departure,
    the newest first.
    `direct` and `tags` are what the user's account data say of rooms; `version` counts changes of all that
    filters go by except rooms' own state. `children` are those of spaces, as of a position.
    """

    memberships: Mapping[int, RoomMembership] = field(default_factory=dict)
    ignored: frozenset[int] = frozenset()
    upto: int = 0
    order: OrderedDict[int, int] = field(default_factory=OrderedDict)
    departed: Sequence[tuple[int, int]] = ()
    standings: dict[int, Standing] = field(default_factory=dict)
    newest_membership: int = 0
    own_upto: int | None = None
    own_of: Mapping[int, RoomMembership] | None = None
    version: int = 0
    direct: Set[int] = frozenset()
    tags: Mapping[int, Set[str]] = field(default_factory=dict)
    matching: LruCache[RoomFilters, Matching] = field(default_factory=lambda: LruCache(MAX_FILTERS))
    children: LruCache[int, tuple[int, Set[str]]] = field(default_factory=lambda: LruCache(MAX_SPACES))
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def advance(self, changes: Mapping[int, Changes], upto: int) -> None:
        """Move the rooms in which something has happened to their new places."""
        self._place(
            {
                nid: position
                for nid, changed in changes.items()
                if (position := _active_at(changed)) > self.order[nid] and self.is_joined(nid)
            }
        )
        self.upto = upto

    def replace(
        self,
        memberships: Mapping[int, RoomMembership],
        ignored: frozenset[int],
        activity: Mapping[int, int],
    ) -> None:
        """Take in new memberships. The standings of rooms that the user is not in are there already.

        `activity` says when something last happened in the rooms that are new.
        """
        self.memberships, self.ignored = memberships, ignored
        self.newest_membership = max((room.position for room in memberships.values()), default=0)
        departed: list[tuple[int, int]] = []
        order: dict[int, int] = {}
        for nid, room in memberships.items():
            if room.membership == "join":
                order[nid] = activity.get(nid) or self.order.get(nid, room.position)
            elif self._is_shown(room):
                order[nid] = room.position
            elif not room.forgotten and room.membership not in PRESENT:
                departed.append((room.position, nid))
        self.departed = sorted(departed, reverse=True)
        self.order = OrderedDict(sorted(order.items(), key=lambda item: item[1]))
        self.version += 1

    def set_activity(self, found: Mapping[int, int]) -> None:
        """Note when something last happened in rooms."""
        self._place({nid: position for nid, position in found.items() if nid in self.order})

    def is_joined(self, nid: int) -> bool:
        room = self.memberships.get(nid)
        return room is not None and room.membership == "join"

    def _is_shown(self, room: RoomMembership) -> bool:
        """Whether a room that the user is not in is in every connection's list."""
        standing = self.standings.get(room.room_nid)
        if standing is None or room.forgotten:
            return False
        if room.membership in PRESENT:
            return standing.sender_nid not in self.ignored
        return standing.has_joined and not standing.left_alone

    def _place(self, moved: Mapping[int, int]) -> None:
        last = next(reversed(self.order.values()), 0)
        in_order = True
        for nid, position in sorted(moved.items(), key=lambda item: item[1]):
            in_order, last = in_order and position >= last, max(last, position)
            self.order[nid] = position
            self.order.move_to_end(nid)
        if not in_order:
            self.order = OrderedDict(sorted(self.order.items(), key=lambda item: item[1]))


def _active_at(changes: Changes) -> int:
    return max(changes.kinds.get(Stream.EVENTS, 0), changes.kinds.get(Stream.ROOM_META, 0))
