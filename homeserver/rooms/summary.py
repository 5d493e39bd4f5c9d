"""Preview a room.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1room_summaryroomidoralias
"""

from homeserver.accounts.requester import Requester
from homeserver.errors import NotFound
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.find_room import find_room
from homeserver.rooms.restricted_joins import meets_condition
from homeserver.rooms.room_summary import RoomSummary, render_summary


async def get_room_summary(
    ctx: RoomsContext, requester: Requester | None, room_id_or_alias: str
) -> JsonObject:
    """Return a room's summary, with the requester's membership where they have one.

    `requester` is None for who did not log in. Raises: NotFound, also for what the requester may not see.
    """
    room = await find_room(ctx, room_id_or_alias)
    summary = await ctx.summaries.of_room(room.nid)
    if not await may_see_summary(ctx, requester, summary):
        raise NotFound("This server does not know the room")
    rendered = render_summary(summary)
    if requester is not None:
        membership = await ctx.memberships.in_room(requester.user_nid, room.nid)
        if membership is not None and not membership.forgotten:
            rendered["membership"] = membership.membership
    return rendered


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
