"""Reaching back behind the end of the stored history, or into a gap of it, before it is shown.

Spec: https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
"""

from typing import Final

from federation.protocol.ids import EventId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.history_tokens import BEGINNING, LIVE_END, Place, before
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.events import StoredEvent
from homeserver.storage.rooms import Room

MAX_LACKING: Final = 10


async def reach_back(ctx: RoomsContext, room: Room, newest: Place, oldest: Place) -> bool:
    """Have what lacks between two places fetched from other servers; return whether there is more now."""
    lacking = await _lacking(ctx, room, newest, oldest)
    return bool(lacking) and await ctx.gateway.history.extend(room, lacking)


async def reach_back_to(
    ctx: RoomsContext, room: Room, found: StoredEvent | None, timestamp_ms: int, *, forwards: bool
) -> bool:
    """Have history fetched that may hold an event closer to a time than `found`; return whether it does.

    Others are asked only where something lacks on the side of `found` that faces the time.
    """
    newest, oldest = LIVE_END, BEGINNING
    if found is not None and forwards:
        newest = before(found)
    elif found is not None:
        oldest = before(found)
    if not await _lacking(ctx, room, newest, oldest):
        return False
    return await ctx.gateway.history.extend_up_to(room, timestamp_ms, forwards=forwards)


async def _lacking(ctx: RoomsContext, room: Room, newest: Place, oldest: Place) -> list[EventId]:
    """Return events that lack between two places, the latest first."""
    async with ctx.db.acquire() as conn:
        extremities = await select_backward_extremities(
            conn, room.nid, upto_topo=newest.topo, limit=MAX_LACKING
        )
    return [extremity.event_id for extremity in extremities if extremity.child_topo >= oldest.topo]
