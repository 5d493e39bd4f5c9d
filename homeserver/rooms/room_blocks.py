"""Rooms that the server's administrators have closed to its users."""

from federation.protocol.ids import RoomId
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.storage.blocked_rooms import select_block


async def check_not_blocked(ctx: RoomsContext, room_id: RoomId) -> None:
    """Refuse to let users of this server into a room that is closed. Raises Forbidden."""
    async with ctx.db.acquire() as conn:
        block = await select_block(conn, room_id)
    if block is not None:
        raise Forbidden("This room is closed on this server")
