"""State that is set to what it already is."""

import orjson

from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from homeserver.json_types import ReadonlyJsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.storage import events


async def is_repetition(
    ctx: RoomsContext, before: Pdu | None, sender: UserId, content: ReadonlyJsonObject
) -> bool:
    """Tell whether an event by this sender with this content would say nothing new.

    A redacted event is never repeated: its content is gone, whatever its bytes say.
    """
    if before is None or before.sender != sender or not _is_same(before.content, content):
        return False
    async with ctx.db.acquire() as conn:
        stored = (await events.select_events(conn, [before.event_id])).get(before.event_id)
    return stored is None or stored.redacted_by is None


def _is_same(one: ReadonlyJsonObject, other: ReadonlyJsonObject) -> bool:
    """Compare as JSON, where true is not 1; what orjson cannot write is taken for something new."""
    try:
        return orjson.dumps(one, option=orjson.OPT_SORT_KEYS) == orjson.dumps(
            other, option=orjson.OPT_SORT_KEYS
        )
    except TypeError:
        return False
