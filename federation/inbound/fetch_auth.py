"""Fetch what authorised events, and store events with it, as outliers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-event-authorisation-information
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly
from federation.inbound.ask_servers import STATE_LIMITS, Asked, ask_in_turn, checked_pdus, events_in
from federation.inbound.budget import Unfetchable
from federation.inbound.dag_order import reachable_auth
from federation.inbound.fetch_events import fetch_events
from federation.ports.rooms import Verdict
from federation.protocol.canonical_json import JsonValue
from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from federation.transport.paths import fill

MAX_CHAIN: Final = 20_000
"""Auth chains in answers that are longer are not read: real ones of large rooms have some thousand events."""

MAX_ROUNDS: Final = 10
"""How many generations of auth events are fetched one by one."""


async def fetch_auth_of(ctx: FederationContext, asked: Asked, pdu: Pdu) -> None:
    """Store the auth events that an event lacks, with all that they lack in turn.

    Raises: Unfetchable, TryLater.
    """
    missing = await unknown_of(ctx, asked, pdu.auth_events)
    if not missing:
        return
    chain = reachable_auth(await _ask_for_chain(ctx, asked, pdu), pdu.auth_events)
    known = await ctx.rooms.standing(asked.room_id, list(chain))
    await store_outliers(ctx, asked, {e: found for e, found in chain.items() if e not in known}, missing)


async def store_outliers(
    ctx: FederationContext, asked: Asked, pdus: Mapping[EventId, Pdu], wanted: Collection[EventId] = ()
) -> Mapping[EventId, Verdict]:
    """Store events, those `wanted` that are not among them, and the auth events that all of these lack.

    Raises: Unfetchable where something that is lacking could not be asked for, TryLater.
    """
    pdus = dict(pdus)
    lacking = {event_id for event_id in wanted if event_id not in pdus}
    for _ in range(MAX_ROUNDS):
        lacking |= await _lacking(ctx, asked, pdus)
        if not lacking:
            break
        fetched = await fetch_events(ctx, asked, lacking)
        if fetched.unreachable:
            raise Unfetchable(f"{len(fetched.unreachable)} auth events of {asked.room_id}")
        if not fetched.found:
            break
        pdus |= fetched.found
        lacking = set()
    return await ctx.rooms.store_outliers(asked.room_id, list(pdus.values())) if pdus else {}


async def unknown_of(ctx: FederationContext, asked: Asked, event_ids: Sequence[EventId]) -> list[EventId]:
    """Return those of the events that are not stored, in this room or in another, where they stay."""
    known = await ctx.rooms.standing(asked.room_id, event_ids)
    elsewhere = await ctx.rooms.of_other_rooms(asked.room_id, event_ids)
    return [event_id for event_id in event_ids if event_id not in known and event_id not in elsewhere]


async def _lacking(ctx: FederationContext, asked: Asked, pdus: Mapping[EventId, Pdu]) -> set[EventId]:
    referred = {event_id for pdu in pdus.values() for event_id in pdu.auth_events} - pdus.keys()
    return set(await unknown_of(ctx, asked, sorted(referred)))


async def _ask_for_chain(ctx: FederationContext, asked: Asked, pdu: Pdu) -> dict[EventId, Pdu]:
    """Return an event's auth chain as others tell it; nothing where nobody does."""
    path = fill("/_matrix/federation/v1/event_auth/{}/{}", asked.room_id, pdu.event_id)

    async def ask(server: ServerName) -> list[JsonValue]:
        answer = await ctx.client.get(server, path, limits=STATE_LIMITS)
        events = events_in(server, answer, "auth_chain")
        if len(events) > MAX_CHAIN:
            raise PeerAnsweredBadly(server, f"an auth chain of {len(events)} events")
        return events

    try:
        return await checked_pdus(ctx, asked, await ask_in_turn(asked, "an auth chain", ask))
    except Unfetchable:
        return {}
