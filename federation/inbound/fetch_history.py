"""Fetch history from before what is known of a room.

Spec: https://spec.matrix.org/v1.19/server-server-api/#backfilling-and-retrieving-missing-events
"""

from collections.abc import Mapping, Sequence
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.inbound.ask_servers import (
    EVENT_LIMITS,
    EVENTS_LIMITS,
    Asked,
    ask_in_turn,
    checked_pdus,
    events_in,
    prepare_asking,
)
from federation.inbound.budget import Budget
from federation.inbound.dag_order import ancestors_first, reachable
from federation.inbound.fetch_auth import store_outliers
from federation.inbound.fetch_state import fetch_state_before
from federation.ports.rooms import Standing
from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import EventId, RoomId, ServerName, parse_event_id
from federation.protocol.pdu import Pdu
from federation.transport.paths import fill

EVENTS_PER_REQUEST: Final = 100
MAX_STARTS: Final = 10
STEPS: Final = 10
REQUESTS: Final = 60
"""For one step back: several servers' answers, and what lacks of one state."""


async def fetch_history(ctx: FederationContext, room_id: RoomId, lacking: Sequence[EventId]) -> bool:
    """Store events that lack, with some that came before them; return whether any of them are there now.

    Raises: Unfetchable, TryLater.
    """
    asked = await prepare_asking(ctx, room_id, None, Budget(requests=REQUESTS))
    starts = list(lacking)[:MAX_STARTS]

    async def ask(server: ServerName) -> list[Pdu]:
        found = await _ask_for_history(ctx, asked, server, starts)
        if not found:
            raise PeerAnsweredBadly(server, "none of the events asked for")
        return found

    await _store(ctx, asked, await ask_in_turn(asked, "history", ask))
    return Standing.PLACED in (await ctx.rooms.standing(room_id, starts)).values()


async def fetch_up_to_time(
    ctx: FederationContext, room_id: RoomId, timestamp_ms: int, *, forwards: bool
) -> bool:
    """Store history until the event is there that others call the closest to a time; return whether it is.

    Goes back STEPS steps at most.

    Raises: Unfetchable, TryLater.
    """
    asked = await prepare_asking(ctx, room_id, None, Budget(requests=REQUESTS))
    path = fill("/_matrix/federation/v1/timestamp_to_event/{}", room_id)
    query = {"ts": timestamp_ms, "dir": "f" if forwards else "b"}

    async def ask(server: ServerName) -> EventId:
        answer = await ctx.client.get(server, path, query, limits=EVENT_LIMITS)
        try:
            return parse_event_id(str(answer.get("event_id")))
        except InvalidIdentifier as error:
            raise PeerAnsweredBadly(server, "no event id") from error

    event_id = await ask_in_turn(asked, "the closest event", ask)
    for _ in range(STEPS):
        if (await ctx.rooms.standing(room_id, [event_id])).get(event_id) is Standing.PLACED:
            return True
        lacking = await ctx.rooms.backward_extremities(room_id, MAX_STARTS)
        if not lacking or not await fetch_history(ctx, room_id, lacking):
            return False
    return False


async def _ask_for_history(
    ctx: FederationContext, asked: Asked, server: ServerName, starts: Sequence[EventId]
) -> list[Pdu]:
    """Return those events of an answer that the starts lead back to and that are new, the oldest first."""
    path = fill("/_matrix/federation/v1/backfill/{}", asked.room_id)
    answer = await ctx.client.get(
        server, path, {"v": list(starts), "limit": EVENTS_PER_REQUEST}, limits=EVENTS_LIMITS
    )
    checked = await checked_pdus(ctx, asked, events_in(server, answer, "pdus")[:EVENTS_PER_REQUEST])
    known = await ctx.rooms.standing(asked.room_id, list(checked))
    fresh = {e: pdu for e, pdu in checked.items() if known.get(e, Standing.OUTLIER) is Standing.OUTLIER}
    return ancestors_first(list(reachable(fresh, starts).values()))


async def _store(ctx: FederationContext, asked: Asked, pdus: Sequence[Pdu]) -> None:
    """Store a stretch of history, the oldest first, after what its events were authorised by."""
    given = {pdu.event_id: pdu for pdu in pdus}
    state = await _state_before(ctx, asked, pdus[0])
    await store_outliers(ctx, asked, {}, await _unknown_auth_events(ctx, asked, given))
    await ctx.rooms.store_history(asked.room_id, pdus, state)


async def _state_before(ctx: FederationContext, asked: Asked, oldest: Pdu) -> Sequence[EventId]:
    if not oldest.prev_events:
        return ()
    return await fetch_state_before(ctx, asked, oldest.event_id)


async def _unknown_auth_events(
    ctx: FederationContext, asked: Asked, pdus: Mapping[EventId, Pdu]
) -> Sequence[EventId]:
    named = {event_id for pdu in pdus.values() for event_id in pdu.auth_events} - pdus.keys()
    known = await ctx.rooms.standing(asked.room_id, sorted(named))
    return sorted(named - known.keys())
