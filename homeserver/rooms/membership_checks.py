"""What the server asks of a membership change beyond the authorization rules."""

from typing import Final

from federation.protocol.ids import UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import BadJson, Forbidden, GuestAccessForbidden
from homeserver.json_types import JsonObject, ReadonlyJsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.invite_permission import check_invite_permission
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.restricted_joins import AUTHORISING_USER, authorising_user
from homeserver.rooms.room_state import GUEST_ACCESS, text_in
from homeserver.storage.rooms import Room

MEMBERSHIPS: Final = frozenset({"join", "invite", "leave", "ban", "knock"})
TEXTS: Final = ("displayname", "avatar_url", "reason")


def check_member_content(content: ReadonlyJsonObject) -> str:
    """Return the membership that a member event's content names.

    Raises: BadJson for an unknown membership, and for texts that are none.
    """
    membership = content.get("membership")
    if not isinstance(membership, str) or membership not in MEMBERSHIPS:
        raise BadJson("`membership` must be one of join, invite, leave, ban and knock")
    for name in TEXTS:
        if not isinstance(content.get(name), str | None):
            raise BadJson(f"`{name}` must be a string")
    return membership


async def prepare_join(
    ctx: RoomsContext, requester: Requester, room: Room, content: JsonObject, before: str | None
) -> JsonObject:
    """Return the content of a requester's own join: profile and, where one is needed, the authorising user.

    Raises: GuestAccessForbidden, Forbidden, UnableToGrantJoin.
    """
    prepared = {**await member_profile(ctx, requester.user_id), **content}
    prepared.pop(AUTHORISING_USER, None)
    if before == "join":
        return prepared
    if requester.is_guest and not await lets_guests_in(ctx, room):
        raise GuestAccessForbidden("This room lets no guests in")
    if before not in ("invite", "ban"):
        authoriser = await authorising_user(ctx, room, requester.user_nid)
        if authoriser is not None:
            prepared[AUTHORISING_USER] = authoriser
    return prepared


async def prepare_invite(
    ctx: RoomsContext, inviter: UserId, target: UserId, content: JsonObject
) -> JsonObject:
    """Return the content of an invite, with the invited user's profile.

    Raises: MatrixError M_INVITE_BLOCKED.
    """
    await ctx.bridges.names.ask_for_user(target)
    await check_invite_permission(ctx, target, inviter)
    return {**await member_profile(ctx, target), **content}


async def lets_guests_in(ctx: RoomsContext, room: Room) -> bool:
    """Tell whether guests may join.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#guest-access
    """
    return await text_in(ctx, room, GUEST_ACCESS, "guest_access") == "can_join"


def check_removal(before: str | None) -> None:
    """Refuse to remove somebody who is not there. Raises Forbidden."""
    if before not in ("join", "invite", "knock", "ban"):
        raise Forbidden("The user is not in the room")
