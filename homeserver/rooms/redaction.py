"""Whether a redaction takes effect.

Spec: https://spec.matrix.org/v1.19/rooms/v3/#handling-redactions
"""

from federation.protocol.ids import EventId
from federation.protocol.pdu import EventDraft
from federation.protocol.power_levels import power_levels_of
from homeserver.errors import Forbidden, InvalidParam
from homeserver.rooms.build_event import CREATE
from homeserver.rooms.context import RoomsContext
from homeserver.storage import events
from homeserver.storage.rooms import Room

POWER_LEVELS = ("m.room.power_levels", "")
KEPT = frozenset({"m.room.create", "m.room.server_acl"})
"""Without these a room is open to whom they kept out, or of no version."""


async def check_redaction(ctx: RoomsContext, room: Room, draft: EventDraft) -> EventId:
    """Return the event that a local user's redaction hides.

    Own events may be redacted by everybody who may send redactions, those of others with the `redact` power
    level.
    Raises: InvalidParam where the room has no such event, Forbidden.
    """
    assert draft.redacts is not None
    async with ctx.db.acquire() as conn:
        target = (await events.select_events(conn, [draft.redacts])).get(draft.redacts)
    if target is None or target.room_nid != room.nid:
        raise InvalidParam("There is no such event in this room")
    if target.type in KEPT:
        raise Forbidden(f"Events of type {target.type} cannot be redacted")
    if target.load()["sender"] != draft.sender:
        head = await ctx.heads.load(room, [CREATE, POWER_LEVELS])
        state = {entry: event.pdu for entry, event in head.state.items() if event is not None}
        levels = power_levels_of(room.version, state)
        if levels.user(draft.sender) < levels.redact:
            raise Forbidden("You may not redact the events of others in this room")
    return target.event_id
