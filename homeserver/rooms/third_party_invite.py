"""Invite the owner of an address.

Spec: https://spec.matrix.org/v1.19/client-server-api/#third-party-invites
"""

from collections.abc import Iterable

import structlog

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import Forbidden, MatrixError
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.identity_server import StoredInvite, ThirdPartyId, find_user, store_invite
from homeserver.rooms.invite import invite_user
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.room_state import CREATE, JOIN_RULES, current_events, membership_of, power_levels_in
from homeserver.rooms.send import known_room, send_event
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

SHOWN = (
    (("m.room.canonical_alias", ""), "alias", "room_alias"),
    (("m.room.avatar", ""), "url", "room_avatar_url"),
    (JOIN_RULES, "join_rule", "room_join_rules"),
    (("m.room.name", ""), "name", "room_name"),
    (CREATE, "type", "room_type"),
)
"""What an identity server is told of a room: state event, key of its content, name in the request."""


async def invite_third_party(
    ctx: RoomsContext, requester: Requester, room_id: RoomId, wanted: ThirdPartyId, reason: str | None
) -> None:
    """Invite the user whose address it is, or leave an invitation for whoever proves to be its owner.

    Raises: Forbidden where the requester may not invite; InvalidParam; MatrixError where the identity server
    refuses, or cannot be asked; what `invite_user` raises.
    """
    room = await known_room(ctx, room_id)
    await _check_may_invite(ctx, requester, room)
    user_id = await find_user(ctx.outgoing, wanted)
    if user_id is not None:
        await invite_user(ctx, requester, room_id, user_id, reason)
    else:
        await leave_invitation(ctx, requester, room, wanted)


async def leave_invitation(ctx: RoomsContext, requester: Requester, room: Room, wanted: ThirdPartyId) -> None:
    """Have the identity server keep an invitation, and put the keys that will prove it into the room.

    Raises: as `invite_third_party`.
    """
    stored = await store_invite(ctx.outgoing, wanted, await _about(ctx, requester, room))
    content = third_party_invite_content(stored)
    await send_event(
        ctx, room.room_id, requester.user_id, "m.room.third_party_invite", content, state_key=stored.token
    )


async def find_owners(ctx: RoomsContext, wanted: Iterable[ThirdPartyId]) -> dict[ThirdPartyId, UserId | None]:
    """Return whose addresses these are, before there is a room to invite them into.

    Raises: as `find_user`.
    """
    return {address: await find_user(ctx.outgoing, address) for address in wanted}


async def leave_invitations(
    ctx: RoomsContext, requester: Requester, room: Room, wanted: Iterable[ThirdPartyId]
) -> None:
    """Leave invitations into a room that was just made: it stays, whatever becomes of them."""
    for address in wanted:
        try:
            await leave_invitation(ctx, requester, room, address)
        except MatrixError as error:
            log.warning("invitation_not_left", room_id=room.room_id, reason=error.message)


def third_party_invite_content(stored: StoredInvite) -> JsonObject:
    """Return the content of the room's event; its own key is there for clients and servers of long ago."""
    first = stored.public_keys[0]
    return {
        "display_name": stored.display_name,
        "public_key": first.public_key,
        "key_validity_url": first.key_validity_url,
        "public_keys": [
            {"public_key": key.public_key, "key_validity_url": key.key_validity_url}
            for key in stored.public_keys
        ],
    }


async def _check_may_invite(ctx: RoomsContext, requester: Requester, room: Room) -> None:
    """Refuse, before anybody outside hears of it, whom the room would refuse."""
    if await membership_of(ctx, room, requester.user_id) != "join":
        raise Forbidden("You are not in this room")
    levels = await power_levels_in(ctx, room)
    if levels.user(requester.user_id) < levels.invite:
        raise Forbidden("You may not invite into this room")


async def _about(ctx: RoomsContext, requester: Requester, room: Room) -> JsonObject:
    profile = await member_profile(ctx, requester.user_id)
    about: JsonObject = {
        "room_id": room.room_id,
        "sender": requester.user_id,
        "sender_display_name": profile.get("displayname"),
        "sender_avatar_url": profile.get("avatar_url"),
    }
    state = await current_events(ctx, room, [entry for entry, _key, _name in SHOWN])
    about |= {name: state[entry].content.get(key) for entry, key, name in SHOWN if entry in state}
    return {name: value for name, value in about.items() if isinstance(value, str)}
