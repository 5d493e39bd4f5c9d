"""Presence in a sync: of users one shares a room with.

Spec: https://spec.matrix.org/v1.19/client-server-api/#presence
"""

from collections.abc import Iterable, Mapping, Sequence

from homeserver.json_types import JsonObject
from homeserver.storage import memberships as membership_rows
from homeserver.storage.memberships import RoomMembership
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncRequest

TYPE = "m.presence"
MAX_USERS = 500
"""How many users' presence one sync carries at most: in larger circles nobody looks at it."""


async def load_presence(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], joined: Sequence[RoomDelta]
) -> list[JsonObject]:
    """Return the presence that changed, and that of users whom the sync shows for the first time."""
    presence = ctx.ephemeral.presence
    if not request.filter.presence.allows_type(TYPE):
        return []
    if request.since is None or request.since.stamp < ctx.ephemeral.stamps.floor:
        changed = presence.not_offline()
    else:
        changed = [*presence.changed_since(request.since.stamp), *_newly_met(ctx, joined)]
    users = await _sharing_rooms(ctx, request, rooms, dict.fromkeys(changed))
    events: list[JsonObject] = []
    for user_nid in users:
        content, user_id = presence.content(user_nid), presence.user_id(user_nid)
        if content is not None and user_id is not None and request.filter.presence.allows(TYPE, user_id):
            events.append({"type": TYPE, "sender": user_id, "content": content})
    return events[: request.filter.presence.limit or MAX_USERS]


def _newly_met(ctx: SyncContext, joined: Sequence[RoomDelta]) -> list[int]:
    """Return users whose presence the device may lack although it did not change."""
    if any(delta.since == 0 for delta in joined):
        return ctx.ephemeral.presence.not_offline()
    return [
        event.sender_nid
        for delta in joined
        for event in delta.timeline.events
        if event.type == "m.room.member"
    ]


async def _sharing_rooms(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], users: Iterable[int]
) -> list[int]:
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
