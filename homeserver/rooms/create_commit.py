"""Build a whole new room in memory and commit it at once."""

import secrets
import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from msgspec import structs

from federation.protocol.ids import RoomId, ServerName
from federation.protocol.pdu import EventDraft
from federation.protocol.room_versions import RoomVersion
from homeserver.rooms.build_event import CREATE, EventRequest, build_event, needed_entries
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.heads import RoomHead
from homeserver.rooms.send import build_request
from homeserver.storage.commit import NewEvent
from homeserver.storage.rooms import Room, next_room_nid

ROOM_ID_LENGTH: Final = 18
UNKNOWN_ROOM_ID: Final = RoomId("!")
"""Stands for the id of a room whose create event is not built yet."""


async def reserve_room(ctx: RoomsContext, version: RoomVersion) -> Room:
    """Take a number, and where the room version lets the server choose it an id, for a new room."""
    async with ctx.db.acquire() as conn:
        nid = await next_room_nid(conn)
    room_id = UNKNOWN_ROOM_ID if version.room_id_is_create_hash else random_room_id(ctx.server_name)
    return Room(nid, room_id, version)


def random_room_id(server_name: ServerName) -> RoomId:
    """Return a room id that nobody can guess."""
    opaque = "".join(secrets.choice(string.ascii_letters) for _ in range(ROOM_ID_LENGTH))
    return RoomId(f"!{opaque}:{server_name}")


async def room_requests(ctx: RoomsContext, room: Room, drafts: Sequence[EventDraft]) -> list[EventRequest]:
    """Look up all that a new room's commit refers to by number, in few queries."""
    entries = [(draft.type, draft.state_key) for draft in drafts if draft.state_key is not None]
    await ctx.names.intern_entries(entries)
    now_ms = ctx.clock.now_ms()
    return [await build_request(ctx, room, draft, origin_server_ts=now_ms) for draft in drafts]


def build_room(
    ctx: RoomsContext, room: Room, requests: Sequence[EventRequest]
) -> tuple[RoomHead, list[NewEvent]]:
    """Build every event of a new room on the one before it, the create event first.

    Raises: Forbidden where the authorization rules refuse one; BadJson, TooLarge.
    """
    head = RoomHead(room, None, (), 0, 0, 0, {CREATE: None})
    built: list[NewEvent] = []
    for request in requests:
        entries = needed_entries(room.version, request.draft)
        for entry in entries:
            head.state.setdefault(entry, None)
        event = build_event(head, ctx.author, request, entries)
        if not built:
            head.room = replace(room, room_id=event.pdu.room_id)
            event = structs.replace(event, room=head.room)
        built.append(event)
        head.advance(event)
    return head, built


async def commit_room(ctx: RoomsContext, room: Room, requests: Sequence[EventRequest]) -> Room:
    """Build and commit a new room; return it with its id.

    Raises: Forbidden, BadJson, TooLarge, Unavailable.
    """
    if room.version.room_id_is_create_hash:
        requests = _at_free_moment(ctx, room, requests)
    head, built = build_room(ctx, room, requests)
    room_id = head.room.room_id
    ctx.creating.add(room_id)
    try:
        await ctx.commits.submit_new_room(head, built)
    finally:
        ctx.creating.discard(room_id)
    ctx.names.remember_room(head.room)
    return head.room


def _at_free_moment(
    ctx: RoomsContext, room: Room, requests: Sequence[EventRequest]
) -> Sequence[EventRequest]:
    """Move a room to a later millisecond until its id is free.

    Where the id is a hash, two rooms that a user makes alike in the same millisecond would be one.
    """
    create, delay_ms = requests[0], 0
    while _is_taken(ctx, build_room(ctx, room, [create])[0].room.room_id):
        delay_ms += 1
        create = structs.replace(create, origin_server_ts=requests[0].origin_server_ts + delay_ms)
    if delay_ms == 0:
        return requests
    return [structs.replace(r, origin_server_ts=r.origin_server_ts + delay_ms) for r in requests]


def _is_taken(ctx: RoomsContext, room_id: RoomId) -> bool:
    return room_id in ctx.creating or ctx.names.remembered_room(room_id) is not None
