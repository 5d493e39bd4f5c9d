"""Whose devices somebody has to look up again, and whose no longer.

Spec: https://spec.matrix.org/v1.19/client-server-api/#e2e-extensions-to-sync
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from homeserver.accounts.requester import Requester
from homeserver.e2ee.context import E2eeContext
from homeserver.json_types import JsonObject
from homeserver.storage import device_lists
from homeserver.storage.db import Connection
from homeserver.storage.memberships import RoomMembership, select_users_sharing_rooms
from homeserver.storage.names import Names

PRESENT = ("join", "invite")
"""Members are told of from their invitation on: keys may be shared with them from then."""


@dataclass(frozen=True, slots=True)
class DeviceListDelta:
    """Users whose keys changed, or who are new company; and those with whom no room is shared any more."""

    changed: Collection[int] = ()
    left: Collection[int] = ()

    def __bool__(self) -> bool:
        return bool(self.changed or self.left)


@dataclass(frozen=True, slots=True)
class DeviceListSpan:
    """Whose view, and between which positions."""

    viewer_nid: int
    since: int
    upto: int


async def get_key_changes(ctx: E2eeContext, requester: Requester, since: int) -> JsonObject:
    """Return the users whose keys changed after a position, and those with whom no room is shared since.

    Only the newest change of each user is known, so there is no end to the span: who changed after a later
    token of the client is named too.
    """
    rooms = await ctx.memberships.of_user(requester.user_nid)
    span = DeviceListSpan(requester.user_nid, since, ctx.tailer.applied)
    async with ctx.db.acquire() as conn:
        delta = await load_device_list_delta(conn, span, rooms, rooms_to_look_at(rooms, since))
    return await render_device_lists(ctx.names, delta)


async def render_device_lists(names: Names, delta: DeviceListDelta) -> JsonObject:
    """Return a delta with user ids."""
    user_ids = await names.user_ids({*delta.changed, *delta.left})
    return {
        "changed": sorted(user_ids[user_nid] for user_nid in delta.changed),
        "left": sorted(user_ids[user_nid] for user_nid in delta.left),
    }


def rooms_to_look_at(rooms: Mapping[int, RoomMembership], since: int) -> list[int]:
    """Return the rooms that a user is in, or whose membership changed after a position."""
    return [nid for nid, room in rooms.items() if room.membership == "join" or room.position > since]


async def load_device_list_delta(
    conn: Connection, span: DeviceListSpan, rooms: Mapping[int, RoomMembership], room_nids: Collection[int]
) -> DeviceListDelta:
    """Return what happened in a span; members come and go in `room_nids` at most, which are among `rooms`."""
    changed = await device_lists.select_changed_users(conn, span.viewer_nid, span.since, span.upto)
    if not room_nids:
        return DeviceListDelta(changed)
    moves = await device_lists.select_member_changes(conn, sorted(room_nids), span.since, span.upto)
    if not moves:
        return DeviceListDelta(changed)
    joined = {nid for nid in room_nids if rooms[nid].membership == "join"}
    own = [move for move in moves if move.user_nid == span.viewer_nid]
    entered = [move.room_nid for move in own if move.came and move.room_nid in joined]
    departed = [move.room_nid for move in own if move.went and move.room_nid not in joined]
    changed |= {move.user_nid for move in moves if move.came and move.room_nid in joined}
    watched = joined.union(departed)
    gone = {move.user_nid for move in moves if move.went and move.room_nid in watched}
    if entered:
        changed |= await device_lists.select_members_of_rooms(conn, entered, PRESENT)
    if departed:
        gone |= await device_lists.select_members_of_rooms(conn, departed, PRESENT[:1])
    gone.discard(span.viewer_nid)
    left = gone - await select_users_sharing_rooms(conn, span.viewer_nid, sorted(gone)) if gone else gone
    return DeviceListDelta(changed - left, left)
