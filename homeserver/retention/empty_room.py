"""Take this server's users out of a room, and into another one if there is one for them."""

from __future__ import annotations

from typing import Final

import structlog

from federation.protocol.ids import RoomId, UserId
from homeserver.accounts.requester import Requester
from homeserver.errors import MatrixError
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.create import create_room
from homeserver.rooms.create_options import CreateOptions
from homeserver.rooms.leave import leave_out_of_band
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.membership_change import member_content
from homeserver.rooms.out_of_band import out_of_band_membership
from homeserver.rooms.send import send_event
from homeserver.storage.room_deletion import LocalPerson, select_local_people
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

PEOPLE_PER_STEP: Final = 20
MAX_LISTED: Final = 1_000
"""Of people in a job's progress."""
PRESENT: Final = ("join", "invite", "knock")
DEFAULT_NAME: Final = "Notice about a room"
DEFAULT_MESSAGE: Final = "A room that you were in has been closed by the administrators of this server."


async def empty_room_step(ctx: RoomsContext, room: Room, new_room: RoomId | None, done: JsonObject) -> bool:
    """Let some of the users leave, each by an event of their own; return whether that was all of them."""
    async with ctx.db.acquire() as conn:
        people = await select_local_people(
            conn, room.nid, ctx.server_name, PRESENT, after=done["last_user"], limit=PEOPLE_PER_STEP
        )
    for person in people:
        has_left = await _leave(ctx, room, person)
        listed = done["kicked_users" if has_left else "failed_to_kick_users"]
        if len(listed) < MAX_LISTED:
            listed.append(person.user_id)
        if has_left and new_room is not None and person.membership == "join":
            await _join(ctx, new_room, person)
        done["last_user"] = person.user_nid
    return len(people) < PEOPLE_PER_STEP


async def make_new_room(ctx: RoomsContext, creator: UserId, name: str | None, message: str | None) -> RoomId:
    """Make a room for those who lose theirs, in which only its creator speaks."""
    requester = Requester(creator, await ctx.names.intern_user(creator), None, None, None)
    options = CreateOptions(
        preset="public_chat",
        name=name or DEFAULT_NAME,
        power_level_content_override={"users_default": -10},
    )
    room = await create_room(ctx, requester, options)
    content: JsonObject = {"msgtype": "m.text", "body": message or DEFAULT_MESSAGE}
    await send_event(ctx, room.room_id, creator, "m.room.message", content)
    return room.room_id


async def _leave(ctx: RoomsContext, room: Room, person: LocalPerson) -> bool:
    content = member_content("leave")
    try:
        if await out_of_band_membership(ctx, person.user_nid, room) is not None:
            await leave_out_of_band(ctx, person.user_id, person.user_nid, room, content)
        else:
            await send_event(
                ctx, room.room_id, person.user_id, "m.room.member", content, state_key=person.user_id
            )
    except MatrixError as error:
        log.warning("empty_room.stays", room_id=room.room_id, user_id=person.user_id, reason=error.message)
        return False
    return True


async def _join(ctx: RoomsContext, room_id: RoomId, person: LocalPerson) -> None:
    content = {**await member_profile(ctx, person.user_id), "membership": "join"}
    try:
        await send_event(ctx, room_id, person.user_id, "m.room.member", content, state_key=person.user_id)
    except MatrixError as error:
        log.warning("empty_room.not_moved", user_id=person.user_id, reason=error.message)
