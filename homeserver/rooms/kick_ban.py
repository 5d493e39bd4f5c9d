"""Remove somebody from a room, keep them out, let them in again."""

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import change_membership, member_content
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.send import known_room


async def kick_user(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, target: UserId, reason: str | None
) -> None:
    """Remove a member, or take back an invite or refuse a knock.

    Raises: Forbidden, also where the user is not in the room.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidkick
    """
    room = await known_room(ctx, room_id)
    if await membership_of(ctx, room, target) == "ban":
        raise Forbidden("The user is banned, not in the room")
    await change_membership(ctx, requester, room, target, member_content("leave", reason))


async def ban_user(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, target: UserId, reason: str | None
) -> None:
    """Remove a user and keep them out.

    Raises: Forbidden.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#banning-users-in-a-room
    """
    room = await known_room(ctx, room_id)
    await change_membership(ctx, requester, room, target, member_content("ban", reason))


async def unban_user(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, target: UserId, reason: str | None
) -> None:
    """Let a banned user in again.

    Raises: Forbidden, also where the user is not banned.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidunban
    """
    room = await known_room(ctx, room_id)
    if await membership_of(ctx, room, target) != "ban":
        raise Forbidden("The user is not banned")
    await change_membership(ctx, requester, room, target, member_content("leave", reason))
