"""Ask to be let into a room."""

from collections.abc import Iterable

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.locate_room import LocatedRoom, locate_room
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.membership_change import change_membership, member_content
from homeserver.rooms.out_of_band import OutOfBand, store_out_of_band
from homeserver.rooms.remote_rooms import Wish
from homeserver.rooms.room_blocks import check_not_blocked


async def knock_on_room(
    ctx: RoomsContext,
    requester: Requester,
    room_id_or_alias: str,
    reason: str | None,
    via: Iterable[str] = (),
) -> RoomId:
    """Knock on a room by id or alias. `via` are servers that may be in it.

    Raises: NotFound, Forbidden, and what other servers refuse with.
    Spec: https://spec.matrix.org/v1.19/client-server-api/#knocking-on-rooms
    """
    located = await locate_room(ctx, requester.user_nid, room_id_or_alias, via)
    await check_not_blocked(ctx, located.room_id)
    if located.room is None:
        await _knock_elsewhere(ctx, requester, located, reason)
    else:
        content = member_content("knock", reason)
        await change_membership(ctx, requester, located.room, requester.user_id, content)
    return located.room_id


async def _knock_elsewhere(
    ctx: RoomsContext, requester: Requester, located: LocatedRoom, reason: str | None
) -> None:
    user_id = requester.user_id
    content = {**await member_profile(ctx, user_id), **member_content("knock", reason)}
    knocked = await ctx.gateway.rooms.knock(Wish(user_id, located.room_id, content, located.servers))
    servers = list(dict.fromkeys([knocked.via, *located.servers]))
    event = knocked.event
    await store_out_of_band(
        ctx,
        OutOfBand(
            located.room_id, knocked.version, user_id, user_id, "knock", event.event_id, event.canonical,
            knocked.stripped_state, servers,
        ),
    )  # fmt: skip
