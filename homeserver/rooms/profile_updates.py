"""Carry a changed display name or avatar into the rooms of its owner.

Spec: https://spec.matrix.org/v1.19/client-server-api/#events-on-change-of-profile-information
"""

from federation.protocol.ids import UserId
from homeserver.errors import Forbidden
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.restricted_joins import AUTHORISING_USER
from homeserver.rooms.room_state import current_event, member_entry, membership_in
from homeserver.rooms.send import send_event
from homeserver.storage.profiles import SHOWN_IN_ROOMS
from homeserver.storage.rooms import Room

NOT_CARRIED = (*SHOWN_IN_ROOMS, AUTHORISING_USER, "reason")


async def update_member_profiles(ctx: RoomsContext, user_id: UserId, user_nid: int) -> None:
    """Send a member event with the present profile to every joined room where the last one says otherwise."""
    memberships = await ctx.memberships.of_user(user_nid)
    joined = [found.room_nid for found in memberships.values() if found.membership == "join"]
    profile = await member_profile(ctx, user_id)
    for room in (await ctx.names.rooms(joined)).values():
        await _update_in_room(ctx, room, user_id, profile)


async def _update_in_room(ctx: RoomsContext, room: Room, user_id: UserId, profile: JsonObject) -> None:
    event = await current_event(ctx, room, member_entry(user_id))
    if event is None or membership_in(event) != "join":
        return
    kept = {name: value for name, value in event.content.items() if name not in NOT_CARRIED}
    shown = {name: event.content[name] for name in SHOWN_IN_ROOMS if name in event.content}
    if shown == profile:
        return
    try:
        await send_event(ctx, room.room_id, user_id, "m.room.member", {**kept, **profile}, state_key=user_id)
    except Forbidden:
        return  # the user has just left, or the room takes no more joins: nothing to update there
