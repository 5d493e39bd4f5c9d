"""Leave a room, reject an invite, take back a knock."""

import secrets

import structlog

from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import CannotLeaveServerNoticeRoom, MatrixError
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.locate_room import known_servers
from homeserver.rooms.membership_change import change_membership, member_content
from homeserver.rooms.out_of_band import PENDING, OutOfBand, out_of_band_membership, store_out_of_band
from homeserver.rooms.remote_rooms import Wish
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.send import known_room
from homeserver.storage.rooms import Room
from homeserver.storage.server_notices import is_notice_room

log = structlog.get_logger(__name__)


async def leave_room(ctx: RoomsContext, requester: Requester, room_id: RoomId, reason: str | None) -> None:
    """Leave a room; nothing happens where the user has left it already.

    Raises: Forbidden where the user never was there, or is banned.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#leaving-rooms
    """
    room = await known_room(ctx, room_id)
    content = member_content("leave", reason)
    await _check_no_notices(ctx, requester, room)
    if await out_of_band_membership(ctx, requester.user_nid, room) is not None:
        await leave_out_of_band(ctx, requester.user_id, requester.user_nid, room, content)
    elif await membership_of(ctx, room, requester.user_id) != "leave":
        await change_membership(ctx, requester, room, requester.user_id, content)


async def _check_no_notices(ctx: RoomsContext, requester: Requester, room: Room) -> None:
    """Refuse to reject the invite into the room of the server's notices; who has joined it may leave.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#server-notices
    """
    membership = await ctx.memberships.in_room(requester.user_nid, room.nid)
    if membership is None or membership.membership != "invite":
        return
    async with ctx.db.acquire() as conn:
        if await is_notice_room(conn, requester.user_nid, room.nid):
            raise CannotLeaveServerNoticeRoom()


async def leave_out_of_band(
    ctx: RoomsContext, user_id: UserId, user_nid: int, room: Room, content: JsonObject
) -> None:
    """Reject an invite into, or take back a knock on, a room that this server is not in.

    The user is out even where no server of the room can be told.
    """
    membership = await ctx.memberships.in_room(user_nid, room.nid)
    if membership is None or membership.membership not in PENDING:
        return
    servers = await known_servers(ctx, user_nid, room)
    version = room.version
    try:
        version, pdu = await ctx.gateway.rooms.leave(Wish(user_id, room.room_id, content, servers))
        event_id, json = pdu.event_id, pdu.canonical
    except MatrixError as error:
        log.info("leave.told_nobody", room_id=room.room_id, user_id=user_id, reason=error.message)
        event_id, json = _unsent_leave(ctx, user_id, room, content)
    await store_out_of_band(
        ctx, OutOfBand(room.room_id, version, user_id, user_id, "leave", event_id, json, (), servers)
    )


def _unsent_leave(
    ctx: RoomsContext, user_id: UserId, room: Room, content: JsonObject
) -> tuple[EventId, bytes]:
    """Return what the user is shown of a leave that no other server has heard of."""
    event: JsonObject = {
        "type": "m.room.member",
        "room_id": room.room_id,
        "sender": user_id,
        "state_key": user_id,
        "content": content,
        "origin_server_ts": ctx.clock.now_ms(),
    }
    return EventId(f"${secrets.token_urlsafe(32)}"), encode_canonical_json(event)
