"""Preview a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
"""

from collections.abc import Sequence

from federation.protocol.ids import RoomId, ServerName
from homeserver.accounts.requester import Requester
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import find_room
from homeserver.rooms.locate_room import LocatedRoom, locate_room
from homeserver.rooms.restricted_joins import meets_condition
from homeserver.rooms.room_summary import OPEN_JOIN_RULES, RoomSummary, render_summary
from homeserver.rooms.takes_part import takes_part


async def get_room_summary(
    ctx: RoomsContext, requester: Requester | None, room_id_or_alias: str, via: Sequence[ServerName] = ()
) -> JsonObject:
    """Return a room's summary, with the requester's membership where they have one.

    `requester` is None for who did not log in: for them no other server is asked. `via` are servers that
    may know a room that this one does not.

    Raises: NotFound, also for what the requester may not see.
    """
    if requester is None:
        room = await find_room(ctx, room_id_or_alias)
        if not await takes_part(ctx, room):
            raise NotFound("This server does not know the room")
    else:
        located = await locate_room(ctx, requester.user_nid, room_id_or_alias, via)
        if located.room is None:
            return await _ask_others(ctx, requester, located)
        room = located.room
    summary = await ctx.summaries.of_room(room.nid)
    if not await may_see_summary(ctx, requester, summary):
        raise NotFound("This server does not know the room")
    rendered = render_summary(summary)
    if requester is not None:
        membership = await ctx.memberships.in_room(requester.user_nid, room.nid)
        if membership is not None and not membership.forgotten:
            rendered["membership"] = membership.membership
    return rendered


async def _ask_others(ctx: RoomsContext, requester: Requester, located: LocatedRoom) -> JsonObject:
    """Return what other servers say of a room. Raises NotFound."""
    space = await ctx.elsewhere.space(located.room_id, located.servers, suggested_only=False)
    if space is None:
        raise NotFound("This server does not know the room")
    is_invited = await _is_invited(ctx, requester, located.room_id)
    if not is_invited and not await may_see_told(ctx, requester, space.summary):
        raise NotFound("This server does not know the room")
    return {**space.summary, "membership": "invite"} if is_invited else dict(space.summary)


async def _is_invited(ctx: RoomsContext, requester: Requester, room_id: RoomId) -> bool:
    room = await ctx.names.room(room_id)
    if room is None:
        return False
    membership = await ctx.memberships.in_room(requester.user_nid, room.nid)
    return membership is not None and membership.membership == "invite"


async def may_see_told(ctx: RoomsContext, requester: Requester, told: JsonObject) -> bool:
    """Tell whether somebody could get into a room that other servers told of."""
    if told["world_readable"] or told.get("join_rule", "public") in OPEN_JOIN_RULES:
        return True
    return await meets_condition(ctx, requester.user_nid, told.get("allowed_room_ids", ()))


async def may_see_summary(ctx: RoomsContext, requester: Requester | None, summary: RoomSummary) -> bool:
    """Tell whether somebody is in a room or could get in: joined, invited, or by its rules."""
    if summary.is_open:
        return True
    if requester is None:
        return False
    membership = await ctx.memberships.in_room(requester.user_nid, summary.room.nid)
    if membership is not None and membership.membership in ("join", "invite"):
        return True
    return await meets_condition(ctx, requester.user_nid, summary.allowed_room_ids)
