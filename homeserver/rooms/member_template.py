"""Build a member event for somebody of another server, for that server to sign."""

from typing import Final

from federation.protocol.ids import UserId
from federation.protocol.pdu import EventDraft
from homeserver.json_types import JsonObject
from homeserver.rooms.build_event import EventRequest, build_event, needed_entries
from homeserver.rooms.context import RoomsContext
from homeserver.storage.rooms import Room

OURS: Final = ("hashes", "signatures", "event_id")
NOBODY: Final = 0
"""Stands for the numbers of an event that is never stored."""


async def member_template(ctx: RoomsContext, room: Room, user_id: UserId, content: JsonObject) -> JsonObject:
    """Return a member event after the room's head, without what its author's server adds.

    Raises: Forbidden where the authorization rules refuse it.
    """
    draft = EventDraft("m.room.member", user_id, content, user_id)
    entries = needed_entries(room.version, draft)
    head = await ctx.heads.load(room, entries)
    request = EventRequest(draft, ctx.clock.now_ms(), NOBODY, NOBODY)
    built = build_event(head, ctx.author, request, entries)
    return {key: value for key, value in built.pdu.json.items() if key not in OURS}
