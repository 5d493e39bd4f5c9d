"""Publish a room in the server's directory, or tell whether it is.

Spec: https://spec.matrix.org/v1.19/client-server-api/#published-room-directory
"""

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import room_by_id
from homeserver.rooms.room_state import may_send_state
from homeserver.storage import directory


async def is_published(ctx: RoomsContext, room_id: RoomId) -> bool:
    """Tell whether a room is in the published directory. Raises NotFound."""
    room = await room_by_id(ctx, room_id)
    async with ctx.db.acquire() as conn:
        return await directory.select_is_published(conn, room.nid)


async def publish_room(ctx: RoomsContext, requester: Requester, room_id: RoomId, published: bool) -> None:
    """Show a room in the directory, or no longer: for who may set its canonical alias, and server admins.

    Raises: NotFound, Forbidden.
    """
    room = await room_by_id(ctx, room_id)
    may_publish = requester.is_admin or await may_send_state(
        ctx, room, requester.user_id, "m.room.canonical_alias"
    )
    if not may_publish:
        raise Forbidden("You may not publish this room")
    async with ctx.db.acquire() as conn:
        await directory.update_published(conn, room.nid, published)
