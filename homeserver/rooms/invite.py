"""Invite somebody into a room."""

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import change_membership, member_content
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.send import known_room


async def invite_user(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, target: UserId, reason: str | None
) -> None:
    """Invite a user; nothing happens where they are invited already.

    Raises: Forbidden where the requester may not invite, or the user is in the room or banned; NotFound.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
    """
    room = await known_room(ctx, room_id)
    is_member = await membership_of(ctx, room, requester.user_id) == "join"
    if is_member and await membership_of(ctx, room, target) == "invite":
        return
    await change_membership(ctx, requester, room, target, member_content("invite", reason))
