"""Reaching back behind the end of the stored history, or into a gap of it, before it is shown.

Spec: https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
"""

from typing import Final

from federation.protocol.ids import EventId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.history_tokens import BEGINNING, LIVE_END, Place
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.events import StoredEvent, select_events
from homeserver.storage.rooms import Room

MAX_LACKING: Final = 10


async def reach_back(ctx: RoomsContext, room: Room, newest: Place, oldest: Place) -> bool:
    """Have what lacks between two places fetched from other servers; return whether there is more now."""
    lacking = await _lacking(ctx, room, newest, oldest)
    return bool(lacking) and await ctx.gateway.history.extend(room, lacking)


async def closer_event(
    ctx: RoomsContext, room: Room, found: StoredEvent | None, timestamp_ms: int, *, forwards: bool
) -> StoredEvent | None:
    """Return an event that is closer to a time than what was found here, if others know one.

    They are asked only where something lacks on the side of `found` that faces the time.
    """
    if found is None:
        newest, oldest = LIVE_END, BEGINNING
    elif forwards:
        newest, oldest = Place(found.topo, found.event_nid), BEGINNING
    else:
        newest, oldest = LIVE_END, Place(found.topo, found.event_nid)
    if not await _lacking(ctx, room, newest, oldest):
        return None
    event_id = await ctx.gateway.history.closest(room, timestamp_ms, forwards=forwards)
    if event_id is None:
        return None
    async with ctx.db.acquire() as conn:
        event = (await select_events(conn, [event_id])).get(event_id)
    return event if event is not None and _is_closer(event, found, timestamp_ms, forwards=forwards) else None


def _is_closer(event: StoredEvent, found: StoredEvent | None, timestamp_ms: int, *, forwards: bool) -> bool:
    ts = event.origin_server_ts
    if forwards:
        return ts >= timestamp_ms and (found is None or ts < found.origin_server_ts)
    return ts <= timestamp_ms and (found is None or ts > found.origin_server_ts)


async def _lacking(ctx: RoomsContext, room: Room, newest: Place, oldest: Place) -> list[EventId]:
    """Return events that lack between two places, the latest first."""
    async with ctx.db.acquire() as conn:
        extremities = await select_backward_extremities(
            conn, room.nid, upto_topo=newest.topo, limit=MAX_LACKING
        )
    return [extremity.event_id for extremity in extremities if extremity.child_topo >= oldest.topo]
