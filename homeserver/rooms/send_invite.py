"""Send an invite into a room, whoever's user is invited."""

from federation.protocol.ids import EventId, UserId, server_name_of
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import send_event
from homeserver.storage.rooms import Room


async def send_invite(
    ctx: RoomsContext,
    room: Room,
    sender: UserId,
    target: UserId,
    content: JsonObject,
    *,
    origin_server_ts: int | None = None,
) -> EventId:
    """Invite a user; one of another server only if that server signs the invite.

    Raises: Forbidden, BadJson, TooLarge, NotFound; MatrixError where the other server refuses or is away.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#inviting-to-a-room
    """
    if server_name_of(target) != ctx.server_name:
        return (await ctx.gateway.rooms.invite(room, sender, target, content)).event_id
    committed = await send_event(
        ctx, room.room_id, sender, "m.room.member", content,
        state_key=target, origin_server_ts=origin_server_ts,
    )  # fmt: skip
    return committed.event_id
