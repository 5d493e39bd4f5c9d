"""Presence in a sync: of users one shares a room with.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from collections.abc import Iterable, Mapping, Sequence

from homeserver.json_types import JsonObject
from homeserver.storage import memberships as membership_rows
from homeserver.storage.memberships import RoomMembership
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest
from homeserver.sync.spans import WHOLE

TYPE = "m.presence"
OFFLINE: JsonObject = {"presence": "offline"}
MAX_MEMBERS = 100
"""Of larger rooms that a user joins, only the members who are there."""
MAX_USERS = 500
"""How many users' presence one sync carries at most: in larger circles nobody looks at it."""


async def load_presence(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], joined: Sequence[RoomDelta]
) -> list[JsonObject]:
    """Return the presence that changed, and that of users whom the sync shows for the first time."""
    presence = ctx.ephemeral.presence
    if not request.filter.presence.allows_type(TYPE) or not ctx.rooms.settings.presence.enabled:
        return []
    if request.since is None or request.since.stamp < ctx.ephemeral.stamps.floor:
        users = await _sharing_rooms(ctx, request, rooms, presence.not_offline())
    else:
        users = await _sharing_rooms(ctx, request, rooms, presence.changed_since(request.since.stamp))
        users += await _newly_met(ctx, request, joined)
    if not users:
        return []
    names = await ctx.rooms.names.user_ids(users)
    events: list[JsonObject] = []
    for user_nid, user_id in names.items():
        if request.filter.presence.allows(TYPE, user_id):
            events.append({"type": TYPE, "sender": user_id, "content": presence.content(user_nid) or OFFLINE})
    return events[: request.filter.presence.limit or MAX_USERS]


async def _newly_met(ctx: SyncContext, request: SyncRequest, joined: Sequence[RoomDelta]) -> list[int]:
    """Return users the device meets for the first time: of rooms just joined, and who just joined."""
    met = {
        event.sender_nid
        for delta in joined
        for event in delta.timeline.events
        if event.type == "m.room.member"
    }
    whole = [delta.room.nid for delta in joined if delta.since == WHOLE]
    if whole:
        async with ctx.rooms.db.acquire() as conn:
            for room_nid in whole:
                members = await membership_rows.select_member_nids(conn, room_nid, ["join"])
                met |= (
                    members
                    if len(members) <= MAX_MEMBERS
                    else members.intersection(ctx.ephemeral.presence.not_offline())
                )
    return sorted(met - {request.viewer.user_nid})


async def _sharing_rooms(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], users: Iterable[int]
) -> list[int]:
    users = list(users)
    if not users:
        return []
    own_rooms = {room.room_nid for room in rooms.values() if room.membership == "join"}
    found, unsure = [], []
    for user_nid in users:
        theirs = ctx.rooms.memberships.peek(user_nid)
        if user_nid == request.viewer.user_nid or (theirs is not None and _meet(own_rooms, theirs)):
            found.append(user_nid)
        elif theirs is None:
            unsure.append(user_nid)
    if unsure:
        async with ctx.rooms.db.acquire() as conn:
            found += await membership_rows.select_users_sharing_rooms(conn, request.viewer.user_nid, unsure)
    return found


def _meet(own_rooms: set[int], theirs: Mapping[int, RoomMembership]) -> bool:
    return any(room.membership == "join" and room.room_nid in own_rooms for room in theirs.values())
