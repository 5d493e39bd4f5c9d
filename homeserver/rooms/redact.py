"""Redact an event."""

from federation.protocol.ids import EventId, RoomId, parse_event_id
from homeserver.accounts.requester import Requester
from homeserver.errors import UserSuspended
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import known_room, send_event
from homeserver.rooms.shadow_ban import event_of_shadow_banned
from homeserver.storage import events


async def redact_event(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, target: str, content: JsonObject, txn_id: str
) -> EventId:
    """Hide the content of an event; a repetition of the transaction returns the first redaction.

    Raises: InvalidParam where the room has no such event, Forbidden, UserSuspended for events of others.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidredacteventidtxnid
    """
    await known_room(ctx, room_id)
    event_id = parse_event_id(target)
    if requester.is_suspended and not await _is_own(ctx, requester, event_id):
        raise UserSuspended()
    if requester.is_shadow_banned:
        return event_of_shadow_banned()
    committed = await send_event(
        ctx, room_id, requester.user_id, "m.room.redaction", content,
        redacts=event_id, device_nid=requester.txn_scope, txn_id=txn_id,
    )  # fmt: skip
    return committed.event_id


async def _is_own(ctx: RoomsContext, requester: Requester, event_id: EventId) -> bool:
    async with ctx.db.acquire() as conn:
        event = (await events.select_events(conn, [event_id])).get(event_id)
    return event is not None and event.sender_nid == requester.user_nid
