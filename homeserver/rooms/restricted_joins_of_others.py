"""Joins of restricted rooms by users of other servers, who ask this one to let them in.

Spec: https://spec.matrix.org/v1.19/server-server-api/#restricted-rooms
"""

from collections.abc import Sequence

from federation.protocol.ids import RoomId, UserId
from homeserver.errors import Forbidden, UnableToAuthorizeJoin, UnableToGrantJoin
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.join_conditions import allowed_rooms, has_conditions
from homeserver.rooms.restricted_joins import meets_condition, member_who_may_invite
from homeserver.rooms.room_state import JOIN_RULES, current_event, membership_of
from homeserver.rooms.takes_part import takes_part
from homeserver.storage.rooms import Room


async def authorising_user_for(ctx: RoomsContext, room: Room, user_id: UserId) -> UserId | None:
    """Return the local user in whose name somebody of another server may join; None if none is needed.

    Raises: Forbidden for who meets no condition, UnableToAuthorizeJoin where a condition cannot be checked
    here, UnableToGrantJoin where nobody here may invite.
    """
    join_rules = await current_event(ctx, room, JOIN_RULES)
    if join_rules is None or not has_conditions(room.version, join_rules.content):
        return None
    if await membership_of(ctx, room, user_id) in ("join", "invite", "ban"):
        return None
    conditions = allowed_rooms(join_rules.content)
    # Of rooms that this server has left, it cannot know who is in them still.
    checked = await _rooms_of_ours(ctx, conditions)
    user_nid = (await ctx.names.known_users([user_id])).get(user_id)
    if user_nid is None or not await meets_condition(ctx, user_nid, checked):
        if len(checked) < len(conditions):
            raise UnableToAuthorizeJoin("This server is not in all of the rooms whose members may join")
        raise Forbidden("The user is in none of the rooms whose members may join")
    authoriser = await member_who_may_invite(ctx, room)
    if authoriser is None:
        raise UnableToGrantJoin("Nobody of this server may let the user into the room")
    return authoriser


async def _rooms_of_ours(ctx: RoomsContext, room_ids: Sequence[RoomId]) -> list[RoomId]:
    """Return those of the rooms that this server takes part in."""
    rooms = {room_id: await ctx.names.room(room_id) for room_id in room_ids}
    return [i for i, room in rooms.items() if room is not None and await takes_part(ctx, room)]
