"""Take the content of events out of the database when they have been redacted for long enough.

What is left is their redacted form: what others compute an event's id from, and what this server shows.
"""

from typing import Final, cast

from federation.protocol.canonical_json import JsonObject, decode_json
from federation.protocol.event_format import encode_event
from federation.protocol.redaction import redact
from homeserver.retention.context import RetentionContext
from homeserver.storage.redacted_events import RedactedEvent, replace_redacted, select_redacted_before
from homeserver.storage.rooms import Room

BATCH: Final = 200


async def erase_redacted_events(ctx: RetentionContext) -> int:
    """Replace the bytes of events redacted before the configured delay; return how many."""
    rooms, kept = ctx.rooms, ctx.rooms.settings.retention.redacted_events
    before_ms = rooms.clock.now_ms() - int(kept.total_seconds() * 1000)
    erased, after = 0, 0
    while True:
        async with rooms.db.acquire() as conn:
            events = await select_redacted_before(conn, after, before_ms, BATCH)
        known = await rooms.names.rooms({event.room_nid for event in events})
        async with rooms.db.transaction() as conn:
            await replace_redacted(conn, [(e, _redacted(known[e.room_nid], e)) for e in events])
        erased += len(events)
        if len(events) < BATCH:
            return erased
        after = events[-1].redaction_nid - 1  # one redaction may have more targets than one


def _redacted(room: Room, event: RedactedEvent) -> bytes:
    return encode_event(room.version, redact(room.version, cast(JsonObject, decode_json(event.json))))
