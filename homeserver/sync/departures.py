"""How a user departed from rooms that this server is not in: one event, of which nothing else is known."""

from collections.abc import Sequence

from homeserver.storage.out_of_band import select_out_of_band
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest, Timeline
from homeserver.sync.spans import Span


async def load_departures(
    ctx: SyncContext, request: SyncRequest, left: Sequence[Span]
) -> dict[int, Timeline]:
    """Return timelines of the rooms left whose invite was rejected or retracted, or knock taken back."""
    if not left:
        return {}
    async with ctx.rooms.db.acquire() as conn:
        ended = await select_out_of_band(conn, request.viewer.user_nid, [span.room_nid for span in left])
    return {room_nid: Timeline([found.event], False, "") for room_nid, found in ended.items()}
