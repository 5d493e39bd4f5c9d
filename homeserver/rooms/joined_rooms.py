"""List the rooms that a user is in."""

from federation.protocol.ids import RoomId
from homeserver.rooms.context import RoomsContext


async def list_joined_rooms(ctx: RoomsContext, user_nid: int) -> list[RoomId]:
    """Return the ids of all rooms that a user has joined."""
    memberships = await ctx.memberships.of_user(user_nid)
    joined = [found.room_nid for found in memberships.values() if found.membership == "join"]
    return [room.room_id for room in (await ctx.names.rooms(joined)).values()]
