"""Joins of restricted rooms: whose word lets a user in.

Spec: https://spec.matrix.org/v1.19/client-server-api/#restricted-rooms
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import InvalidIdentifier, RoomId, UserId, parse_user_id, server_name_of
from federation.protocol.power_levels import PowerLevels
from homeserver.errors import Forbidden, UnableToGrantJoin
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.join_conditions import allowed_rooms, has_conditions
from homeserver.rooms.room_state import JOIN_RULES, current_event, membership_of, power_levels_in
from homeserver.storage.local_members import select_local_members
from homeserver.storage.rooms import Room

AUTHORISING_USER: Final = "join_authorised_via_users_server"
MAX_CANDIDATES: Final = 50


async def authorising_user(ctx: RoomsContext, room: Room, user_nid: int) -> UserId | None:
    """Return the local user in whose name somebody may join; None where the room's joins are not restricted.

    Raises: Forbidden where the user meets no condition, UnableToGrantJoin where nobody here may invite.
    """
    join_rules = await current_event(ctx, room, JOIN_RULES)
    if join_rules is None or not has_conditions(room.version, join_rules.content):
        return None
    if not await meets_condition(ctx, user_nid, allowed_rooms(join_rules.content)):
        raise Forbidden("You are in none of the rooms whose members may join")
    user_id = await member_who_may_invite(ctx, room)
    if user_id is None:
        raise UnableToGrantJoin("Nobody of this server may let you into the room")
    return user_id


async def meets_condition(ctx: RoomsContext, user_nid: int, room_ids: Sequence[RoomId]) -> bool:
    """Tell whether a local user has joined one of these rooms."""
    memberships = await ctx.memberships.of_user(user_nid)
    for room_id in room_ids:
        room = await ctx.names.room(room_id)
        found = None if room is None else memberships.get(room.nid)
        if found is not None and found.membership == "join":
            return True
    return False


async def member_who_may_invite(ctx: RoomsContext, room: Room) -> UserId | None:
    """Return a joined user of this server who may invite into a room, if there is one."""
    levels = await power_levels_in(ctx, room)
    for user_id in _named_local_users(ctx, levels):
        if await membership_of(ctx, room, user_id) == "join":
            return user_id
    async with ctx.db.acquire() as conn:
        members = await select_local_members(conn, room.nid, MAX_CANDIDATES)
    return next((user_id for user_id in members if levels.user(user_id) >= levels.invite), None)


def _named_local_users(ctx: RoomsContext, levels: PowerLevels) -> list[UserId]:
    """Return the local users that the power levels name as ones who may invite, the most powerful first."""
    named = levels.content.get("users") if levels.content is not None else None
    user_ids = levels.creators.union(named if isinstance(named, dict) else ())
    able = [
        user_id for user_id in user_ids if levels.user(user_id) >= levels.invite and _is_local(ctx, user_id)
    ]
    able.sort(key=lambda user_id: (-levels.user(user_id), user_id))
    return [UserId(user_id) for user_id in able[:MAX_CANDIDATES]]


def _is_local(ctx: RoomsContext, user_id: str) -> bool:
    try:
        return server_name_of(parse_user_id(user_id)) == ctx.server_name
    except InvalidIdentifier:
        return False
