"""What a user has not read in all their rooms together, outside of any sync."""

from collections.abc import Mapping
from dataclasses import dataclass

from homeserver.rooms.viewer import Viewer
from homeserver.storage.unread import Counts, Unread
from homeserver.sync.context import SyncContext
from homeserver.sync.counts_by_rules import apply_push_rules
from homeserver.sync.delta import RoomDelta, Timeline

NO_TIMELINE = Timeline((), limited=False, prev_batch="")


@dataclass(frozen=True, slots=True)
class UnreadRooms:
    """By room number: up to where the user has read and what is unread by their rules; and invites."""

    readings: Mapping[int, Unread]
    counts: Mapping[int, Counts]
    invites: int

    @property
    def total(self) -> int:
        """How many notifications wait for the user."""
        return sum(count.notifications for count in self.counts.values()) + self.invites


async def count_unread(ctx: SyncContext, viewer: Viewer) -> UnreadRooms:
    """Count as of the tailer's position: from memory for who was counted before, else with one query."""
    memberships = await ctx.rooms.memberships.of_user(viewer.user_nid)
    joined = [nid for nid, room in memberships.items() if room.membership == "join"]
    invites = sum(room.membership == "invite" for room in memberships.values())
    rooms = await ctx.rooms.names.rooms(joined)
    applied = ctx.rooms.tailer.applied
    async with ctx.rooms.db.acquire() as conn:
        readings = await ctx.unread.load(conn, viewer.user_nid, joined, applied)
    if ctx.rooms.tailer.applied == applied:
        ctx.unread.remember(viewer.user_nid, readings)
    deltas = {
        nid: RoomDelta(rooms[nid], applied, applied, NO_TIMELINE, unread=unread)
        for nid, unread in readings.items()
    }
    await apply_push_rules(ctx, viewer, deltas, applied)
    counts = {nid: sum((delta.counts or {}).values(), Counts()) for nid, delta in deltas.items()}
    return UnreadRooms(readings, counts, invites)
