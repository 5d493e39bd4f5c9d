"""What push rules may ask about a room, looked up only where a rule asks for it."""

from collections.abc import Callable, Sequence

from homeserver.push.event_view import RoomView
from homeserver.push.room_stance import RoomStance
from homeserver.rooms.room_state import power_levels_in
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room
from homeserver.storage.unread import count_joined
from homeserver.sync.context import SyncContext

MAX_COUNTED_MEMBERS = 10_000
"""A room with more members counts as having so many."""
ROOM_MENTION = b'"room":true'
"""Canonical JSON of what rules ask the sender's power for; without it, most need not be answered."""


async def load_room_view(
    ctx: SyncContext, viewer: Viewer, room: Room, stance: RoomStance, events: Sequence[StoredEvent]
) -> RoomView:
    """Return the room as it is now for the owner of the rules."""
    return RoomView(
        await _member_count(ctx, room) if stance.asks_member_count else 0,
        await _display_name(ctx, viewer, room) if stance.asks_display_name else None,
        await _permissions(ctx, room, stance, events),
    )


async def _member_count(ctx: SyncContext, room: Room) -> int:
    count = ctx.evaluated.member_count(room.nid)
    if count is None:
        applied = ctx.rooms.tailer.applied
        async with ctx.rooms.db.acquire() as conn:
            count = await count_joined(conn, room.nid, MAX_COUNTED_MEMBERS)
        if ctx.rooms.tailer.applied == applied:
            ctx.evaluated.put_member_count(room.nid, count)
    return count


async def _display_name(ctx: SyncContext, viewer: Viewer, room: Room) -> str | None:
    entry = ("m.room.member", viewer.user_id)
    member = (await ctx.rooms.heads.load(room, [entry])).state[entry]
    name = None if member is None else member.pdu.content.get("displayname")
    return name if isinstance(name, str) else None


async def _permissions(
    ctx: SyncContext, room: Room, stance: RoomStance, events: Sequence[StoredEvent]
) -> Callable[[str, str], bool]:
    asks = stance.asks_permission or any(ROOM_MENTION in event.json for event in events)
    if not asks:
        return lambda sender, key: False
    levels = await power_levels_in(ctx.rooms, room)
    return lambda sender, key: levels.user(sender) >= levels.notifications(key)
