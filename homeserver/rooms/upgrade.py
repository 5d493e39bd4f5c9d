"""Replace a room by one of another version.

Spec: https://spec.matrix.org/v1.19/client-server-api/#room-upgrades
"""

from collections.abc import Sequence
from typing import Final

from federation.protocol.ids import RoomId, UserId, parse_user_id
from federation.protocol.pdu import EventDraft
from homeserver.accounts.requester import Requester
from homeserver.errors import BadJson, Forbidden, InvalidRoomState
from homeserver.json_types import JsonObject
from homeserver.rooms.build_event import EventRequest
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.create import chosen_version
from homeserver.rooms.create_commit import build_room, commit_room, reserve_room, room_requests
from homeserver.rooms.find_room import room_by_id
from homeserver.rooms.member_profiles import member_profile
from homeserver.rooms.room_state import (
    CANONICAL_ALIAS,
    CREATE,
    POWER_LEVELS,
    current_events,
    may_send_state,
    member_entry,
)
from homeserver.rooms.send import send_event
from homeserver.rooms.upgrade_events import COPIED_ENTRIES, Upgrade, replacement_events
from homeserver.rooms.upgrade_power_levels import closing_power_levels
from homeserver.storage import directory
from homeserver.storage.events import load_json
from homeserver.storage.memberships import select_members
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_current_state_of_type

MAX_COPIED: Final = 1_000
"""Bans, and children of a space, that go on into the new room."""

MAX_ADDITIONAL_CREATORS: Final = 100
TOMBSTONE_BODY: Final = "This room has been replaced"


async def upgrade_room(
    ctx: RoomsContext,
    requester: Requester,
    room_id: RoomId,
    new_version: str,
    additional_creators: Sequence[str] = (),
) -> RoomId:
    """Make the replacement of a room, move its aliases there, and close it.

    Raises: NotFound, UnsupportedRoomVersion, Forbidden for who may not send the tombstone, BadJson,
    InvalidRoomState where the old room's state cannot be that of the new one.
    """
    room = await room_by_id(ctx, room_id)
    version = chosen_version(ctx, new_version)
    if not await may_send_state(ctx, room, requester.user_id, "m.room.tombstone"):
        raise Forbidden("You may not upgrade this room")
    if len(additional_creators) > MAX_ADDITIONAL_CREATORS:
        raise BadJson(f"At most {MAX_ADDITIONAL_CREATORS} additional creators are taken")
    upgrade = Upgrade(
        requester.user_id,
        await member_profile(ctx, requester.user_id),
        room.version,
        await current_events(ctx, room, [CREATE, POWER_LEVELS, *COPIED_ENTRIES]),
        await _further_state(ctx, room, requester.user_id),
        version,
        [parse_user_id(user_id) for user_id in dict.fromkeys(additional_creators)],
    )
    replacement = await _replace(ctx, room, upgrade)
    await _move_directory(ctx, room, replacement)
    await _close(ctx, room, upgrade)
    return replacement.room_id


async def _further_state(ctx: RoomsContext, room: Room, upgrader: UserId) -> list[EventDraft]:
    async with ctx.db.acquire() as conn:
        banned = await select_members(conn, room.nid, "ban", MAX_COPIED)
        children = await select_current_state_of_type(conn, room.nid, "m.space.child")
    bans = await current_events(ctx, room, [member_entry(user_id) for user_id in banned])
    drafts = [EventDraft(pdu.type, upgrader, pdu.content, pdu.state_key) for pdu in bans.values()]
    for event in children[:MAX_COPIED]:
        pdu = load_json(event.json)
        drafts.append(EventDraft(event.type, upgrader, pdu["content"], pdu["state_key"]))
    return drafts


async def _replace(ctx: RoomsContext, room: Room, upgrade: Upgrade) -> Room:
    """Commit the new room and the tombstone that leads to it.

    A room id that is a hash is not known before the room is: there the tombstone comes second. Elsewhere it
    comes first, since the new room names it, but not before the new room has proved possible.
    """
    new = await reserve_room(ctx, upgrade.new_version)
    predecessor: JsonObject = {"room_id": room.room_id}
    requests = await _requests(ctx, new, upgrade, predecessor)
    try:
        build_room(ctx, new, requests)
    except Forbidden as refusal:
        raise InvalidRoomState(refusal.message) from refusal
    if upgrade.new_version.room_id_is_create_hash:
        new = await commit_room(ctx, new, requests)
        await _send_tombstone(ctx, room, upgrade, new)
        return new
    predecessor["event_id"] = await _send_tombstone(ctx, room, upgrade, new)
    return await commit_room(ctx, new, await _requests(ctx, new, upgrade, predecessor))


async def _requests(
    ctx: RoomsContext, new: Room, upgrade: Upgrade, predecessor: JsonObject
) -> list[EventRequest]:
    return await room_requests(ctx, new, replacement_events(upgrade, dict(predecessor)))


async def _send_tombstone(ctx: RoomsContext, room: Room, upgrade: Upgrade, new: Room) -> str:
    content = {"body": TOMBSTONE_BODY, "replacement_room": new.room_id}
    committed = await send_event(
        ctx, room.room_id, upgrade.upgrader, "m.room.tombstone", content, state_key=""
    )
    return committed.event_id


async def _move_directory(ctx: RoomsContext, room: Room, new: Room) -> None:
    async with ctx.db.transaction() as conn:
        await directory.move_aliases(conn, room.nid, new.nid)
        if await directory.select_is_published(conn, room.nid):
            await directory.update_published(conn, new.nid, True)
            await directory.update_published(conn, room.nid, False)


async def _close(ctx: RoomsContext, room: Room, upgrade: Upgrade) -> None:
    """Take its canonical alias from the old room, and the power to write there, where the upgrader may."""
    closed = closing_power_levels(upgrade.old_levels)
    changes: list[tuple[str, JsonObject]] = []
    if CANONICAL_ALIAS in upgrade.old_state:
        changes.append(("m.room.canonical_alias", {}))
    if closed is not None:
        changes.append(("m.room.power_levels", closed))
    for type_, content in changes:
        try:
            await send_event(ctx, room.room_id, upgrade.upgrader, type_, content, state_key="")
        except Forbidden:
            continue  # the room is replaced all the same
