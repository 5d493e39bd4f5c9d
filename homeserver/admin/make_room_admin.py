"""Give somebody all power in a room, by the hand of a user of this server who has it."""

from federation.protocol.ids import UserId
from federation.protocol.power_levels import CREATOR_LEVEL, INFINITE_LEVEL, PowerLevels
from homeserver.errors import InvalidParam
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.membership_change import member_content
from homeserver.rooms.room_state import membership_of, power_levels_in
from homeserver.rooms.send import send_event
from homeserver.rooms.send_invite import send_invite
from homeserver.storage.admin_rooms import select_local_members_by_age
from homeserver.storage.rooms import Room


async def make_room_admin(ctx: RoomsContext, room: Room, user_id: UserId) -> None:
    """Let a user have the greatest power that a user of this server can give; invite them if need be.

    Raises: InvalidParam where no user of this server can give any; Forbidden for who is banned.
    """
    levels = await power_levels_in(ctx, room)
    giver = await _most_powerful(ctx, room, levels)
    given = levels.user(giver)
    given = CREATOR_LEVEL if given == INFINITE_LEVEL else given
    if levels.user(user_id) < given:
        content = dict(levels.content or {})
        users = content.get("users")
        content["users"] = {**(users if isinstance(users, dict) else {}), user_id: given}
        await send_event(ctx, room.room_id, giver, "m.room.power_levels", content, state_key="")
    if await membership_of(ctx, room, user_id) not in ("join", "invite"):
        await send_invite(ctx, room, giver, user_id, member_content("invite"))


async def _most_powerful(ctx: RoomsContext, room: Room, levels: PowerLevels) -> UserId:
    """Return the user of this server who has most power and may change power levels."""
    async with ctx.db.acquire() as conn:
        members = await select_local_members_by_age(conn, room.nid)
    needed = levels.for_event("m.room.power_levels", is_state=True)
    able = [user for user in members if levels.user(user) >= needed]
    if not able:
        raise InvalidParam("No user of this server can change the power levels of this room")
    return max(able, key=levels.user)
