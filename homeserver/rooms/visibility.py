"""Which events of a room a user may see, and whether they may read the room at all.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-history-visibility
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from msgspec import structs

from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.visibility_rules import (
    NEVER,
    SHARED,
    Circumstances,
    Timetable,
    ViewedRoom,
    may_see,
    visibility_of,
)
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, load_json
from homeserver.storage.history import (
    BranchEntry,
    VisibilityChange,
    select_branch_visibility,
    select_erased,
    select_last_departure,
    select_state_event,
    select_visibility_changes,
)
from homeserver.storage.rooms import Room

if TYPE_CHECKING:
    from homeserver.rooms.viewer import Viewer

HISTORY_VISIBILITY: Final = "m.room.history_visibility"
MEMBER: Final = "m.room.member"

NOBODY: Final[frozenset[int]] = frozenset()
WITHHELD: Final = -1
"""Stands for a redaction that nobody sent: such an event is shown redacted, without `redacted_because`."""

END: Final = 2**62
"""Beyond every position."""


@dataclass(frozen=True, slots=True)
class ReadAccess:
    """How a user may read a room.

    `state_position` is the position whose state they see, None for the current one. `history_end` is the
    position after which nothing can be visible to them, None where there is no such limit.
    """

    is_joined: bool
    state_position: int | None = None
    history_end: int | None = None


async def check_may_read_room(ctx: RoomsContext, viewer: Viewer, room: Room) -> ReadAccess:
    """Return how a user may read a room.

    Members see the current state, former members that of their departure, unless they forgot the room;
    everybody else sees the current state of world-readable rooms.

    Raises: Forbidden.
    """
    if viewer.sees_everything:
        return ReadAccess(is_joined=True)
    membership = await ctx.memberships.in_room(viewer.user_nid, room.nid)
    if membership is not None and membership.membership == "join":
        return ReadAccess(is_joined=True)
    async with ctx.db.acquire() as conn:
        is_world_readable = await _is_world_readable(conn, room.nid)
        departure = None
        if membership is not None and not membership.forgotten:
            departure = await select_last_departure(conn, room.nid, viewer.user_id)
    if departure is None and not is_world_readable:
        raise Forbidden("You are not in this room")
    return ReadAccess(False, departure, None if is_world_readable else departure)


async def visible_events(
    ctx: RoomsContext,
    viewer: Viewer,
    room: Room,
    events: Sequence[StoredEvent],
    *,
    with_ignored: bool = False,
) -> list[StoredEvent]:
    """Return those of a room's events that the viewer may see and does not ignore, in the order given.

    Takes a connection of its own where one is needed: callers that hold one use `visible_in_rooms`.
    """
    if viewer.sees_everything:
        return _shown(events, NOBODY)
    await ctx.lifetimes.load()
    events = ctx.lifetimes.without_expired(room.nid, events)
    ignored = await ctx.ignored.of_user(viewer.user_nid)
    await ctx.memberships.of_user(viewer.user_nid)
    if was_joined_throughout(ctx, viewer, room.nid, events):
        return _shown(events, NOBODY if with_ignored else ignored)
    async with ctx.db.acquire() as conn:
        found = await visible_in_rooms(conn, ctx, viewer, {room.nid: events}, with_ignored=with_ignored)
    return found[room.nid]


async def visible_in_rooms(
    conn: Connection,
    ctx: RoomsContext,
    viewer: Viewer,
    events: Mapping[int, Sequence[StoredEvent]],
    *,
    with_ignored: bool = False,
) -> dict[int, list[StoredEvent]]:
    """Return, per room number, those events that the viewer may see and does not ignore.

    At most four queries, however many rooms and events there are.
    """
    ignored = NOBODY if with_ignored else await ctx.ignored.read(conn, viewer.user_nid)
    await ctx.lifetimes.read(conn)
    found = {
        room_nid: _shown(ctx.lifetimes.without_expired(room_nid, of_room), ignored)
        for room_nid, of_room in events.items()
    }
    doubtful = {
        room_nid: of_room
        for room_nid, of_room in found.items()
        if not was_joined_throughout(ctx, viewer, room_nid, of_room)
    }
    if doubtful:
        rooms = await _viewed_rooms(conn, viewer, doubtful)
        off_line = [e.event_nid for of_room in doubtful.values() for e in of_room if not e.on_main_line]
        branches = await select_branch_visibility(conn, viewer.user_id, off_line) if off_line else {}
        erased = await select_erased(conn, {e.sender_nid for of_room in doubtful.values() for e in of_room})
        for room_nid, of_room in doubtful.items():
            viewed = rooms[room_nid]
            at = {e.event_nid: _circumstances(viewed, e, branches.get(e.event_nid, ())) for e in of_room}
            seen = [e for e in of_room if _may_see_event(at[e.event_nid], viewer, e)]
            found[room_nid] = [_as_served(e, at[e.event_nid], erased) for e in seen]
    return found


def withhold(event: StoredEvent) -> StoredEvent:
    """Return an event as if it were redacted."""
    return structs.replace(event, redacted_by=WITHHELD)


async def history_ends(
    conn: Connection, ctx: RoomsContext, viewer: Viewer, room_nids: Iterable[int]
) -> dict[int, int]:
    """Return, per room, the position after which nothing counts for the viewer.

    For a former member that is their departure; for all others it is END.
    """
    memberships = ctx.memberships.peek(viewer.user_nid) or {}
    ends: dict[int, int] = {}
    for room_nid in room_nids:
        membership = memberships.get(room_nid)
        departure = None
        if membership is None or membership.membership != "join":
            departure = await select_last_departure(conn, room_nid, viewer.user_id)
        ends[room_nid] = END if departure is None else departure
    return ends


def was_joined_throughout(
    ctx: RoomsContext, viewer: Viewer, room_nid: int, events: Sequence[StoredEvent]
) -> bool:
    """Whether memory is enough to say that the viewer was joined when each of these events was sent.

    Memory goes up to the tailer's position: of what is newer, the viewer's departure may be a part.
    """
    memberships = ctx.memberships.peek(viewer.user_nid)
    membership = memberships.get(room_nid) if memberships is not None else None
    if membership is None or membership.membership != "join":
        return False
    since, upto = membership.position, ctx.tailer.applied
    return all(e.on_main_line and e.position is not None and since <= e.position <= upto for e in events)


def _shown(events: Sequence[StoredEvent], ignored: frozenset[int]) -> list[StoredEvent]:
    """Leave out what no client sees, and messages (never state) of ignored users."""
    return [
        e
        for e in events
        if e.status == EventStatus.ACCEPTED and (e.key_nid is not None or e.sender_nid not in ignored)
    ]


async def _viewed_rooms(
    conn: Connection, viewer: Viewer, events: Mapping[int, Sequence[StoredEvent]]
) -> dict[int, ViewedRoom]:
    since = {room_nid: min(map(_base_position, of_room), default=0) for room_nid, of_room in events.items()}
    changes = await select_visibility_changes(conn, viewer.user_id, since)
    return {room_nid: _viewed_room(changes.get(room_nid, ())) for room_nid in events}


def _viewed_room(changes: Sequence[VisibilityChange]) -> ViewedRoom:
    visibilities = [(c.position, _visibility(c.json)) for c in changes if c.type == HISTORY_VISIBILITY]
    memberships = [(c.position, c.membership or "leave") for c in changes if c.type == MEMBER]
    joins = [c for c in changes if c.membership == "join"]
    last_join, topo = (joins[-1].position, joins[-1].topo) if joins else (NEVER, NEVER)
    return ViewedRoom(
        Timetable(visibilities, SHARED),
        Timetable(memberships, "leave"),
        last_join,
        NEVER if topo is None else topo,
    )


def _may_see_event(at: Circumstances, viewer: Viewer, event: StoredEvent) -> bool:
    new_visibility = new_membership = None
    if event.key_nid is not None and event.type in (HISTORY_VISIBILITY, MEMBER):
        pdu = event.load()
        if event.type == HISTORY_VISIBILITY and pdu["state_key"] == "":
            new_visibility = visibility_of(pdu["content"])
        elif event.type == MEMBER and pdu["state_key"] == viewer.user_id:
            new_membership = pdu["content"]["membership"]
    return may_see(at, new_visibility=new_visibility, new_membership=new_membership)


def _as_served(event: StoredEvent, at: Circumstances, erased: Collection[int]) -> StoredEvent:
    """Withhold what somebody whose account was erased has written from everybody who was not there.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3accountdeactivate
    """
    if event.sender_nid not in erased or at.membership == "join" or event.redacted_by is not None:
        return event
    return withhold(event)


def _circumstances(viewed: ViewedRoom, event: StoredEvent, branch: Sequence[BranchEntry]) -> Circumstances:
    before = _base_position(event)
    visibility, membership = viewed.visibility.after(before), viewed.membership.after(before)
    for entry in branch:
        if entry.type == HISTORY_VISIBILITY:
            visibility = _visibility(entry.json)
        else:
            membership = entry.membership or "leave"
    if event.position is not None:
        joined_later = viewed.last_join > event.position
    else:
        joined_later = viewed.last_join_topo > event.topo
    return Circumstances(visibility, membership, joined_later)


def _base_position(event: StoredEvent) -> int:
    """Return the position whose state on the main line is the base of the state before an event."""
    if event.state_base is not None:
        return event.state_base
    return event.position - 1 if event.position is not None else 0


def _visibility(canonical: bytes | None) -> str:
    return SHARED if canonical is None else visibility_of(load_json(canonical)["content"])


async def _is_world_readable(conn: Connection, room_nid: int) -> bool:
    event = await select_state_event(conn, room_nid, HISTORY_VISIBILITY, "", None)
    return event is not None and visibility_of(event.load()["content"]) == "world_readable"
