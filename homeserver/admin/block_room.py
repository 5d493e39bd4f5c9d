"""Close a room to the users of this server, or open it again.

Whoever is in it stays: `retention.delete_room` takes them out.
"""

from federation.protocol.ids import RoomId, UserId
from homeserver.admin.context import AdminContext
from homeserver.errors import NotFound
from homeserver.storage import blocked_rooms
from homeserver.storage.blocked_rooms import Block


async def block_room(ctx: AdminContext, room_id: RoomId, by: UserId) -> None:
    """Let nobody join, knock or be invited any more; the room need not be known."""
    blocked_by = await ctx.rooms.names.intern_user(by)
    async with ctx.rooms.db.acquire() as conn:
        await blocked_rooms.upsert_block(conn, room_id, blocked_by, ctx.rooms.clock.now_ms())


async def unblock_room(ctx: AdminContext, room_id: RoomId) -> None:
    """Open a room again; nothing happens where it is open, and one that is being deleted stays closed.

    Raises: NotFound where its deletion is under way.
    """
    async with ctx.rooms.db.acquire() as conn:
        block = await blocked_rooms.select_block(conn, room_id)
        if block is not None and block.until_job is not None:
            raise NotFound("The room is being deleted: it is closed until that is done")
        await blocked_rooms.delete_block(conn, room_id)


async def get_block(ctx: AdminContext, room_id: RoomId) -> Block | None:
    """Return who closed a room and when, None where it is open."""
    async with ctx.rooms.db.acquire() as conn:
        return await blocked_rooms.select_block(conn, room_id)


async def list_blocks(ctx: AdminContext, after: str = "", limit: int = 100) -> list[Block]:
    """Return closed rooms in the order of their ids, from the one after an id."""
    async with ctx.rooms.db.acquire() as conn:
        return list(await blocked_rooms.select_blocks(conn, after, limit))
