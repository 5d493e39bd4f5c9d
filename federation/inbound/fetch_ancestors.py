"""Fetch what came between what is known of a room and a new event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#post_matrixfederationv1get_missing_eventsroomid
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.inbound.ask_servers import EVENTS_LIMITS, Asked, ask_in_turn, checked_pdus, events_in
from federation.inbound.budget import Unfetchable
from federation.inbound.dag_order import ancestors_first, reachable
from federation.ports.rooms import Standing
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from federation.transport.paths import fill

EVENTS_PER_REQUEST: Final = 20
"""What other servers hand out at most."""

MAX_ROUNDS: Final = 5
MAX_EXTREMITIES: Final = 20


async def fetch_ancestors(ctx: FederationContext, asked: Asked, pdu: Pdu) -> list[Pdu]:
    """Return an event with those of its unknown ancestors that others give us, the oldest first.

    A gap wider than MAX_ROUNDS requests can bridge stays: its upper edge then takes its state from elsewhere.
    Whoever answers with less than was asked for has no more to tell.
    """
    chain = {pdu.event_id: pdu}
    earliest = list(await ctx.rooms.forward_extremities(asked.room_id))[:MAX_EXTREMITIES]
    for _ in range(MAX_ROUNDS):
        edge = await _lower_edge(ctx, asked, chain)
        if not edge:
            break
        fresh = await _ask_for_ancestors(ctx, asked, chain, edge, earliest)
        chain |= fresh
        if len(fresh) < EVENTS_PER_REQUEST:
            break
    return ancestors_first(list(chain.values()))


async def _lower_edge(ctx: FederationContext, asked: Asked, chain: Mapping[EventId, Pdu]) -> list[EventId]:
    """Return those events of a chain whose prev events are neither in it nor stored with a state."""
    prevs = {prev for pdu in chain.values() for prev in pdu.prev_events} - chain.keys()
    unknown = prevs - await _placed(ctx, asked, prevs)
    return [event_id for event_id, pdu in chain.items() if unknown.intersection(pdu.prev_events)]


async def _placed(ctx: FederationContext, asked: Asked, event_ids: Collection[EventId]) -> set[EventId]:
    """Return those of the events that are stored with a state."""
    standing = await ctx.rooms.standing(asked.room_id, event_ids)
    return {event_id for event_id, found in standing.items() if found is not Standing.OUTLIER}


async def _ask_for_ancestors(
    ctx: FederationContext,
    asked: Asked,
    chain: Mapping[EventId, Pdu],
    edge: Sequence[EventId],
    earliest: Sequence[EventId],
) -> dict[EventId, Pdu]:
    """Return ancestors of the edge that are not in the chain yet; none where nobody gives any."""
    path = fill("/_matrix/federation/v1/get_missing_events/{}", asked.room_id)
    query: JsonObject = {
        "limit": EVENTS_PER_REQUEST,
        "min_depth": 0,
        "earliest_events": list(earliest),
        "latest_events": list(edge[:MAX_EXTREMITIES]),
    }

    prevs = {prev for event_id in edge for prev in chain[event_id].prev_events} - chain.keys()

    async def ask(server: ServerName) -> dict[EventId, Pdu]:
        answer = await ctx.client.post(server, path, query, limits=EVENTS_LIMITS)
        events = events_in(server, answer, "events")[:EVENTS_PER_REQUEST]
        found = await checked_pdus(ctx, asked, events)
        # What does not lead to the edge was not asked for. Neither was what lies behind an event that has its
        # place here: who does not know our `earliest` goes on to what was before our join, and events of that
        # time, taken for news, would put its state against the current one.
        placed = await _placed(ctx, asked, {*found, *prevs})
        unknown = {e: pdu for e, pdu in found.items() if e not in chain and e not in placed}
        fresh = reachable(unknown, sorted(prevs - placed))
        if not fresh:
            raise PeerAnsweredBadly(server, "none of the events asked for")
        return fresh

    try:
        return await ask_in_turn(asked, "missing events", ask)
    except Unfetchable:
        return {}
