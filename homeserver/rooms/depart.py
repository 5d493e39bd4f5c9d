"""Take somebody who closed their account out of all rooms."""

from federation.protocol.ids import UserId
from homeserver.errors import Forbidden
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.leave import leave_out_of_band
from homeserver.rooms.membership_change import member_content
from homeserver.rooms.out_of_band import out_of_band_membership
from homeserver.rooms.send import send_event


async def leave_all_rooms(ctx: RoomsContext, user_id: UserId, user_nid: int) -> None:
    """Leave every room, reject every invite and take back every knock of a user."""
    memberships = await ctx.memberships.of_user(user_nid)
    present = [m.room_nid for m in memberships.values() if m.membership in ("join", "invite", "knock")]
    for room in (await ctx.names.rooms(present)).values():
        if await out_of_band_membership(ctx, user_nid, room) is not None:
            await leave_out_of_band(ctx, user_id, user_nid, room, member_content("leave"))
            continue
        try:
            await send_event(
                ctx, room.room_id, user_id, "m.room.member", member_content("leave"), state_key=user_id
            )
        except Forbidden:
            continue  # somebody else has removed them meanwhile
