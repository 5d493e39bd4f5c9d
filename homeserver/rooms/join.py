"""Join a room."""

from collections.abc import Iterable, Sequence

from federation.protocol.ids import RoomId, ServerName
from homeserver.accounts.requester import Requester
from homeserver.errors import GuestAccessForbidden, UnableToGrantJoin
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.locate_room import known_servers, locate_room
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.membership_change import change_membership
from homeserver.rooms.membership_checks import check_member_content
from homeserver.rooms.remote_rooms import Wish
from homeserver.rooms.restricted_joins import AUTHORISING_USER
from homeserver.rooms.room_blocks import check_not_blocked
from homeserver.rooms.room_state import membership_of
from homeserver.rooms.third_party_signed import ThirdPartyProof, accept_third_party_invite
from homeserver.storage.rooms import Room


async def join_room(
    ctx: RoomsContext,
    requester: Requester,
    room_id_or_alias: str,
    content: JsonObject,
    third_party_signed: ThirdPartyProof | None = None,
    via: Iterable[str] = (),
) -> RoomId:
    """Join a room by id or alias; nothing happens where the user is in it already.

    `content` goes into the member event, beside what the server puts there. With `third_party_signed` the
    user is invited first, in the name of who invited their address. `via` are servers that may be in the
    room.

    Raises: NotFound, Forbidden, GuestAccessForbidden, UnableToGrantJoin, BadJson, and what other servers
    refuse with.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#joining-rooms
    """
    located = await locate_room(ctx, requester.user_nid, room_id_or_alias, via)
    await check_not_blocked(ctx, located.room_id)
    wanted = {**content, "membership": "join"}
    check_member_content(wanted)
    room = located.room
    if room is None:
        servers = list(located.servers)
        if third_party_signed is not None:
            servers.append(
                await accept_third_party_invite(ctx, requester, located.room_id, third_party_signed)
            )
        if await _join_elsewhere(ctx, requester, located.room_id, wanted, servers):
            return located.room_id
        room = await ctx.names.room(located.room_id)
        assert room is not None, "a room that this server takes part in is known"
    elif third_party_signed is not None:
        await accept_third_party_invite(ctx, requester, room.room_id, third_party_signed)
    await _join_here(ctx, requester, room, wanted)
    return room.room_id


async def _join_here(ctx: RoomsContext, requester: Requester, room: Room, content: JsonObject) -> None:
    if await membership_of(ctx, room, requester.user_id) == "join":
        return
    try:
        await change_membership(ctx, requester, room, requester.user_id, content)
    except UnableToGrantJoin:
        # Another server may have a member who can let the user in.
        servers = await known_servers(ctx, requester.user_nid, room)
        if not servers:
            raise
        wish = await _wish(ctx, requester, room.room_id, content, servers)
        await ctx.gateway.rooms.join(wish, although_resident=True)


async def _join_elsewhere(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    content: JsonObject,
    servers: Sequence[ServerName],
) -> bool:
    """Join a room of other servers; False where it has become one of this server before that was done."""
    if requester.is_guest:
        await _check_lets_guests_in(ctx, room_id, servers)
    wish = await _wish(ctx, requester, room_id, content, servers)
    return await ctx.gateway.rooms.join(wish)


async def _check_lets_guests_in(ctx: RoomsContext, room_id: RoomId, servers: Sequence[ServerName]) -> None:
    """Ask other servers first: the state of their room comes here only after the join."""
    told = await ctx.elsewhere.space(room_id, servers, suggested_only=False)
    if told is None or told.summary["guest_can_join"] is not True:
        raise GuestAccessForbidden("This room lets no guests in, as far as is known here")


async def _wish(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    content: JsonObject,
    servers: Sequence[ServerName],
) -> Wish:
    prepared = {**await member_profile(ctx, requester.user_id), **content}
    prepared.pop(AUTHORISING_USER, None)
    return Wish(requester.user_id, room_id, prepared, servers)
