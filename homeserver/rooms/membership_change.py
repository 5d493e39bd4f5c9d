"""Change somebody's membership: the one way to a member event, whichever endpoint asked for it."""

from federation.protocol.ids import EventId, UserId
from homeserver.accounts.requester import Requester
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.membership_checks import (
    check_member_content,
    check_removal,
    prepare_invite,
    prepare_join,
)
from homeserver.rooms.repetition import is_repetition
from homeserver.rooms.restricted_joins import AUTHORISING_USER
from homeserver.rooms.room_state import current_event, member_entry, membership_in
from homeserver.rooms.send import send_event
from homeserver.rooms.send_invite import send_invite
from homeserver.rooms.shadow_ban import event_of_shadow_banned
from homeserver.storage.rooms import Room


async def change_membership(
    ctx: RoomsContext,
    requester: Requester,
    room: Room,
    target: UserId,
    content: JsonObject,
    *,
    origin_server_ts: int | None = None,
) -> EventId:
    """Send a member event with this content; a change that changes nothing returns the event there is.

    Joins, knocks and invites carry the display name and avatar of who is joining, knocking or invited.

    Raises: BadJson, Forbidden, GuestAccessForbidden, NotFound, UnableToGrantJoin, TooLarge, and what the
    server of an invited user refuses with.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#room-membership
    """
    membership = check_member_content(content)
    event = await current_event(ctx, room, member_entry(target))
    before = membership_in(event)
    is_own = target == requester.user_id
    if requester.is_shadow_banned and not is_own:
        return event_of_shadow_banned()
    prepared = {name: value for name, value in content.items() if name != AUTHORISING_USER}
    if membership == "join" and is_own:
        prepared = await prepare_join(ctx, requester, room, prepared, before)
    elif membership == "knock" and is_own:
        prepared = {**await member_profile(ctx, target), **prepared}
    elif membership == "invite":
        prepared = await prepare_invite(ctx, requester.user_id, target, prepared)
    elif membership == "leave" and not is_own:
        check_removal(before)
    if event is not None and await is_repetition(ctx, event, requester.user_id, prepared):
        return event.event_id
    if membership == "invite":
        return await send_invite(
            ctx, room, requester.user_id, target, prepared, origin_server_ts=origin_server_ts
        )
    committed = await send_event(
        ctx, room.room_id, requester.user_id, "m.room.member", prepared,
        state_key=target, origin_server_ts=origin_server_ts,
    )  # fmt: skip
    return committed.event_id


def member_content(membership: str, reason: str | None = None, **further: bool) -> JsonObject:
    """Return a member event's content."""
    content: JsonObject = {"membership": membership, **further}
    if reason is not None:
        content["reason"] = reason
    return content
