"""Leave a room, reject an invite, take back a knock."""

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import change_membership, member_content
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.send import known_room


async def leave_room(ctx: RoomsContext, requester: Requester, room_id: RoomId, reason: str | None) -> None:
    """Leave a room; nothing happens where the user has left it already.

    Raises: Forbidden where the user never was there, or is banned.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#leaving-rooms
    """
    room = await known_room(ctx, room_id)
    if await membership_of(ctx, room, requester.user_id) == "leave":
        return
    await change_membership(ctx, requester, room, requester.user_id, member_content("leave", reason))
