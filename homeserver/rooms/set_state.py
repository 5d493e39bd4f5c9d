"""Set a part of a room's state."""

from federation.protocol.ids import EventId, RoomId, parse_user_id
from homeserver.accounts.requester import Requester
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import change_membership
from homeserver.rooms.repetition import is_repetition
from homeserver.rooms.room_aliases_state import check_canonical_alias
from homeserver.rooms.room_state import current_event, membership_of
from homeserver.rooms.send import known_room, send_event
from homeserver.rooms.shadow_ban import event_of_shadow_banned
from homeserver.rooms.tombstone import check_tombstone


async def set_state(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    type_: str,
    state_key: str,
    content: JsonObject,
    *,
    origin_server_ts: int | None = None,
) -> EventId:
    """Send a state event; one that changes nothing returns the event there is.

    `origin_server_ts`, in milliseconds since the epoch, stands in the event instead of the present time.

    Memberships obey the same rules as the endpoints that change them.

    Raises: Forbidden, BadJson, InvalidParam, BadAlias, TooLarge, and what a membership change raises.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#put_matrixclientv3roomsroomidstateeventtypestatekey
    """
    room = await known_room(ctx, room_id)
    if type_ == "m.room.member":
        return await change_membership(
            ctx, requester, room, parse_user_id(state_key), content, origin_server_ts=origin_server_ts
        )
    if requester.is_shadow_banned:
        return event_of_shadow_banned()
    if type_ == "m.room.canonical_alias" and state_key == "":
        await check_canonical_alias(ctx, room, content)
    check_tombstone(type_, room_id, content)
    before = await current_event(ctx, room, (type_, state_key))
    is_member = await membership_of(ctx, room, requester.user_id) == "join"
    if before is not None and is_member and await is_repetition(ctx, before, requester.user_id, content):
        return before.event_id
    committed = await send_event(
        ctx, room_id, requester.user_id, type_, content,
        state_key=state_key, origin_server_ts=origin_server_ts,
    )  # fmt: skip
    return committed.event_id
