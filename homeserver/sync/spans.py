"""Which rooms a sync shows, and which span of each.

A room that the user has been in since the last sync is shown from there; one joined since is shown whole.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from homeserver.storage.db import Database
from homeserver.storage.memberships import (
    RoomMembership,
    select_memberships_at,
    select_rooms_joined_between,
)
from homeserver.sync.delta import SyncRequest

WHOLE = 0
"""A span from here is the whole room: its newest events and its full state."""


@dataclass(frozen=True, slots=True)
class Span:
    """Positions of one room to be shown. `since` WHOLE shows the newest events with the full state."""

    room_nid: int
    since: int
    upto: int

    @property
    def is_whole(self) -> bool:
        return self.since == WHOLE


@dataclass(frozen=True, slots=True)
class Spans:
    """The rooms of one sync, by what the user has to do with them now."""

    joined: Sequence[Span]
    left: Sequence[Span]
    invited: Sequence[RoomMembership]
    knocked: Sequence[RoomMembership]


def initial_spans(request: SyncRequest, rooms: Mapping[int, RoomMembership], upto: int) -> Spans:
    """Show every joined room whole, every invite, and left rooms if the filter wants them."""
    wanted = [room for room in rooms.values() if room.position <= upto]
    left = [room for room in wanted if room.membership in ("leave", "ban") and not room.forgotten]
    return Spans(
        [Span(room.room_nid, WHOLE, upto) for room in wanted if room.membership == "join"],
        [Span(room.room_nid, WHOLE, room.position) for room in left]
        if request.filter.room.include_leave
        else (),
        [room for room in wanted if room.membership == "invite"],
        [room for room in wanted if room.membership == "knock"],
    )


async def changed_spans(
    db: Database,
    request: SyncRequest,
    rooms: Mapping[int, RoomMembership],
    since: int,
    upto: int,
    *,
    anew: Collection[int] = (),
) -> Spans:
    """Show what happened after `since`, and the rooms in `anew` whole if the user is in them."""
    moved = [room for room in rooms.values() if since < room.position <= upto]
    before: Mapping[int, str] = {}
    visited: Collection[int] = ()
    if moved:
        nids, user_nid = [room.room_nid for room in moved], request.viewer.user_nid
        async with db.acquire() as conn:
            before = await select_memberships_at(conn, user_nid, nids, since)
            visited = await select_rooms_joined_between(conn, user_nid, nids, since, upto)
    joined = [room for room in rooms.values() if room.membership == "join" and room.position <= upto]
    gone = [room for room in moved if room.membership in ("leave", "ban") and not room.forgotten]
    return Spans(
        [
            Span(room.room_nid, WHOLE, upto)
            if room.room_nid in anew
            else _joined_span(room, before.get(room.room_nid), since, upto)
            for room in joined
        ],
        [_left_span(room, before.get(room.room_nid), room.room_nid in visited, since) for room in gone],
        [room for room in moved if room.membership == "invite"],
        [room for room in moved if room.membership == "knock"],
    )


def _joined_span(room: RoomMembership, before: str | None, since: int, upto: int) -> Span:
    was_joined = room.position <= since or before == "join"
    return Span(room.room_nid, since if was_joined else WHOLE, upto)


def _left_span(room: RoomMembership, before: str | None, was_there: bool, since: int) -> Span:
    """Show what happened until the user left; of a room that was only declined, just that."""
    if before == "join":
        return Span(room.room_nid, since, room.position)
    return Span(room.room_nid, WHOLE if was_there else room.position - 1, room.position)
