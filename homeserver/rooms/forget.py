"""Forget a room."""

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import MatrixError
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import known_room
from homeserver.storage.memberships import update_forgotten
from homeserver.storage.positions import Stream


async def forget_room(ctx: RoomsContext, requester: Requester, room_id: RoomId) -> None:
    """Forget a room that the user has left: syncs show it no more, its history is closed.

    Raises: Forbidden for an unknown room; MatrixError 400 where the user has not left it.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidforget
    """
    room = await known_room(ctx, room_id)
    async with ctx.positions.write() as change:
        forgotten = await update_forgotten(change.conn, requester.user_nid, room.nid)
        if forgotten:
            change.touch(Stream.ROOM_META, users=[requester.user_nid])
    if not forgotten:
        raise MatrixError("M_UNKNOWN", 400, "You have not left this room")
