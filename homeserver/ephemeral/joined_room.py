"""The door of everything that only members of a room may say."""

from federation.protocol.ids import RoomId
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room


async def joined_room(ctx: RoomsContext, user_nid: int, room_id: RoomId) -> Room:
    """Return a room that a user has joined.

    Raises: Forbidden, the same whether the room exists or not.
    """
    room = ctx.names.remembered_room(room_id) or await ctx.names.room(room_id)
    if room is None or not await ctx.memberships.is_joined(user_nid, room.nid):
        raise Forbidden("You have not joined this room")
    return room
