"""Send what a client hands in as a message event."""

from federation.protocol.ids import EventId, RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import UserSuspended
from homeserver.json_types import JsonObject
from homeserver.rooms.check_relation import check_relation
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.redact import redact_event
from homeserver.rooms.send import check_txn_id, send_event
from homeserver.rooms.shadow_ban import event_of_shadow_banned
from homeserver.rooms.tombstone import check_tombstone


async def send_message(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    type_: str,
    content: JsonObject,
    txn_id: str,
    *,
    origin_server_ts: int | None = None,
) -> EventId:
    """Send a message event; a repetition of the transaction by the same device returns the first event.

    `origin_server_ts`, in milliseconds since the epoch, stands in the event instead of the present time.

    An `m.room.redaction` that names an event redacts it, as the endpoint for redactions does.

    Raises: Forbidden, UserSuspended, BadJson, InvalidParam, TooLarge, and what relations are refused with.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidsendeventtypetxnid
    """
    redacts = content.get("redacts")
    if type_ == "m.room.redaction" and isinstance(redacts, str):
        rest = {name: value for name, value in content.items() if name != "redacts"}
        return await redact_event(ctx, requester, room_id, redacts, rest, txn_id)
    if requester.is_suspended:
        raise UserSuspended()
    if requester.is_shadow_banned:
        return event_of_shadow_banned()
    check_tombstone(type_, room_id, content)
    if "m.relates_to" in content:
        await check_relation(ctx, requester, room_id, type_, content, check_txn_id(txn_id))
    committed = await send_event(
        ctx, room_id, requester.user_id, type_, content,
        device_nid=requester.txn_scope, txn_id=txn_id, origin_server_ts=origin_server_ts,
    )  # fmt: skip
    return committed.event_id
