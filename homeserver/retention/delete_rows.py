"""Delete the rows of a room that nobody of this server is in any more."""

from typing import Final

from homeserver.json_types import JsonObject
from homeserver.media.remove import delete_media_of_events
from homeserver.retention.context import RetentionContext
from homeserver.storage import room_deletion
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room

ROWS_PER_STEP: Final = 1_000
EVENTS_PER_STEP: Final = 500


async def delete_rows(ctx: RetentionContext, room: Room, done: JsonObject, *, media: bool) -> bool:
    """Delete a bounded number of rows; return whether nothing is left.

    Memberships go first: whoever still asks for the room then is not in it.
    """
    if done["part"] == 0:
        async with ctx.rooms.positions.write() as change:
            gone = await room_deletion.delete_memberships(change.conn, room.nid, ROWS_PER_STEP)
            change.touch(Stream.ROOM_META, rooms=[room.nid], users=gone)
        done["part"] += len(gone) < ROWS_PER_STEP
        return False
    if done["part"] <= len(room_deletion.PARTS_OF_ROOM):
        async with ctx.rooms.db.transaction() as conn:
            more = await room_deletion.delete_part_of_room(conn, done["part"] - 1, room.nid, ROWS_PER_STEP)
        done["part"] += not more
        return False
    return await _delete_events(ctx, room, done, media=media)


async def _delete_events(ctx: RetentionContext, room: Room, done: JsonObject, *, media: bool) -> bool:
    async with ctx.rooms.db.acquire() as conn:
        if "total" not in done:
            done["total"] = done["deleted_events"] + await room_deletion.count_events(conn, room.nid)
        going = await room_deletion.select_some_events(conn, room.nid, EVENTS_PER_STEP)
    if media:
        done["deleted_media"] += await delete_media_of_events(ctx.media, going)
    async with ctx.rooms.db.transaction() as conn:
        await room_deletion.delete_events(conn, going)
        if len(going) < EVENTS_PER_STEP:
            await room_deletion.detach_reports(conn, room.nid)
    done["deleted_events"] += len(going)
    return len(going) < EVENTS_PER_STEP
