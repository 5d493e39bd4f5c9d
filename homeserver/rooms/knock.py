"""Ask to be let into a room."""

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import find_room
from homeserver.rooms.membership_change import change_membership, member_content


async def knock_on_room(
    ctx: RoomsContext, requester: Requester, room_id_or_alias: str, reason: str | None
) -> RoomId:
    """Knock on a room by id or alias.

    Raises: NotFound, Forbidden.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#knocking-on-rooms
    """
    room = await find_room(ctx, room_id_or_alias)
    await change_membership(ctx, requester, room, requester.user_id, member_content("knock", reason))
    return room.room_id
