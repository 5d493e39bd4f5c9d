"""Join a room."""

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import find_room
from homeserver.rooms.membership_change import change_membership
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.third_party_signed import ThirdPartyProof, accept_third_party_invite


async def join_room(
    ctx: RoomsContext,
    requester: Requester,
    room_id_or_alias: str,
    content: JsonObject,
    third_party_signed: ThirdPartyProof | None = None,
) -> RoomId:
    """Join a room by id or alias; nothing happens where the user is in it already.

    `content` goes into the member event, beside what the server puts there. With `third_party_signed` the
    user is invited first, in the name of who invited their address.

    Raises: NotFound, Forbidden, GuestAccessForbidden, UnableToGrantJoin, BadJson.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#joining-rooms
    """
    room = await find_room(ctx, room_id_or_alias)
    if await membership_of(ctx, room, requester.user_id) == "join":
        return room.room_id
    if third_party_signed is not None:
        await accept_third_party_invite(ctx, requester, room, third_party_signed)
    await change_membership(ctx, requester, room, requester.user_id, {**content, "membership": "join"})
    return room.room_id
