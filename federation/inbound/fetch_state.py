"""Fetch the state of a room at an event whose ancestors are not known.

Spec: https://spec.matrix.org/v1.19/server-server-api/#get_matrixfederationv1state_idsroomid
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerFailed
from federation.inbound.ask_servers import STATE_LIMITS, Asked, checked_pdus, event_ids_in, events_in
from federation.inbound.budget import Unfetchable
from federation.inbound.fetch_auth import store_outliers, unknown_of
from federation.inbound.fetch_events import fetch_events
from federation.ports.rooms import Outcome, UnusableState
from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from federation.transport.paths import fill

MAX_STATE: Final = 100_000
"""States with more entries are not read."""

ONE_BY_ONE: Final = 50
"""Up to so many events of a state that are lacking are fetched one by one, more by asking for all of it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A state as one server tells it."""

    server: ServerName
    state: Sequence[EventId]
    auth_chain: Sequence[EventId]


async def fetch_state_after(ctx: FederationContext, asked: Asked, event_id: EventId) -> Sequence[EventId]:
    """Return the state after an event that is not stored, or only as an outlier; all of it gets stored.

    Raises: Unfetchable, TryLater.
    """
    fetched = await fetch_events(ctx, asked, [event_id])
    pdu = fetched.found.get(event_id)
    if pdu is None:
        raise Unfetchable(f"nobody has {event_id}")
    state = await fetch_state_before(ctx, asked, event_id)
    verdict = (await store_outliers(ctx, asked, {event_id: pdu})).get(event_id)
    refused = verdict is not None and verdict.outcome in (Outcome.REJECTED, Outcome.MISSING)
    if pdu.state_key is None or refused:
        return state
    return await ctx.rooms.usable_state(asked.room_id, state, then=event_id)


async def fetch_state_before(ctx: FederationContext, asked: Asked, event_id: EventId) -> Sequence[EventId]:
    """Return the state before an event, from the first server that gives a usable one; all of it gets stored.

    Raises: Unfetchable, TryLater.
    """
    for server in asked.servers:
        asked.budget.spend_request()
        try:
            told = await _ask_for_ids(ctx, asked, server, event_id)
            await _store_missing(ctx, asked, told, event_id)
            return await ctx.rooms.usable_state(asked.room_id, told.state)
        except (PeerFailed, UnusableState):
            continue
    raise Unfetchable(f"no server gave the state at {event_id}")


async def _ask_for_ids(ctx: FederationContext, asked: Asked, server: ServerName, event_id: EventId) -> _Told:
    """Raises: PeerFailed."""
    path = fill("/_matrix/federation/v1/state_ids/{}", asked.room_id)
    answer = await ctx.client.get(server, path, {"event_id": event_id}, limits=STATE_LIMITS)
    told = _Told(
        server, event_ids_in(server, answer, "pdu_ids"), event_ids_in(server, answer, "auth_chain_ids")
    )
    if len(told.state) + len(told.auth_chain) > MAX_STATE:
        raise PeerAnsweredBadly(server, "a state beyond all bounds")
    return told


async def _store_missing(ctx: FederationContext, asked: Asked, told: _Told, event_id: EventId) -> None:
    """Store what is lacking of a state and of what authorised it.

    Raises: PeerFailed, Unfetchable, TryLater.
    """
    missing = await _missing(ctx, asked, [*told.state, *told.auth_chain])
    found: dict[EventId, Pdu] = {}
    if len(missing) > ONE_BY_ONE:
        found = await _ask_for_state(ctx, asked, told.server, event_id, missing)
        missing -= found.keys()
    fetched = await fetch_events(ctx, asked, missing)
    if fetched.unreachable:
        raise Unfetchable(f"{len(fetched.unreachable)} events of the state at {event_id}")
    # Events that nobody has, or that are not what they claim to be, are left out of the state.
    await store_outliers(ctx, asked, found | fetched.found)


async def _ask_for_state(
    ctx: FederationContext, asked: Asked, server: ServerName, event_id: EventId, missing: Collection[EventId]
) -> dict[EventId, Pdu]:
    """Return the events of a state that are missing. Raises PeerFailed, Unfetchable."""
    asked.budget.spend_request()
    path = fill("/_matrix/federation/v1/state/{}", asked.room_id)
    answer = await ctx.client.get(server, path, {"event_id": event_id}, limits=STATE_LIMITS)
    events = [*events_in(server, answer, "pdus"), *events_in(server, answer, "auth_chain")]
    if len(events) > MAX_STATE:
        raise PeerAnsweredBadly(server, "a state beyond all bounds")
    found = await checked_pdus(ctx, asked, events)
    return {found_id: pdu for found_id, pdu in found.items() if found_id in missing}


async def _missing(ctx: FederationContext, asked: Asked, event_ids: Sequence[EventId]) -> set[EventId]:
    return set(await unknown_of(ctx, asked, event_ids))
