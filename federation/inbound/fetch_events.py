"""Fetch single events by their ids.

Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-events
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from federation.context import FederationContext
from federation.errors import PeerAnsweredBadly, PeerFailed, PeerRefused
from federation.inbound.ask_servers import EVENT_LIMITS, Asked, checked_pdus, events_in
from federation.protocol.ids import EventId, ServerName
from federation.protocol.pdu import Pdu
from federation.transport.paths import fill

MAX_PARALLEL: Final = 8


@dataclass(slots=True)
class Fetched:
    """What came of asking. `absent`: every server has said, or shown, that it has no such event for us.

    `unreachable`: at least one server could not be asked, so nothing is known about the event.
    """

    found: dict[EventId, Pdu] = field(default_factory=dict)
    absent: set[EventId] = field(default_factory=set)
    unreachable: set[EventId] = field(default_factory=set)


async def fetch_events(ctx: FederationContext, asked: Asked, event_ids: Collection[EventId]) -> Fetched:
    """Fetch events, several at a time; whoever else fetches the same one meanwhile gets the same answer.

    Raises: Unfetchable when the budget is spent.
    """
    fetched = Fetched()
    waiting = list(dict.fromkeys(event_ids))

    async def work() -> None:
        while waiting:
            event_id = waiting.pop(0)
            found = await ctx.inbound.fetch_once(
                asked.room_id, event_id, partial(_fetch_event, ctx, asked, event_id)
            )
            if isinstance(found, Pdu):
                fetched.found[event_id] = found
            else:
                (fetched.absent if found else fetched.unreachable).add(event_id)

    await _gather([work] * min(MAX_PARALLEL, len(waiting)))
    return fetched


async def _gather(workers: list[Callable[[], Awaitable[None]]]) -> None:
    """Run workers side by side; the first failure ends all of them and is raised as it is."""
    tasks = [asyncio.ensure_future(worker()) for worker in workers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _fetch_event(ctx: FederationContext, asked: Asked, event_id: EventId) -> Pdu | bool:
    """Return an event; True where nobody has it, False where somebody could not be asked.

    Raises: Unfetchable.
    """
    is_absent = True
    for server in asked.servers:
        asked.budget.spend_request()
        try:
            return await _ask_for_event(ctx, asked, server, event_id)
        except (PeerRefused, PeerAnsweredBadly):
            continue
        except PeerFailed:
            is_absent = False
    return is_absent


async def _ask_for_event(ctx: FederationContext, asked: Asked, server: ServerName, event_id: EventId) -> Pdu:
    path = fill("/_matrix/federation/v1/event/{}", event_id)
    answer = await ctx.client.get(server, path, limits=EVENT_LIMITS)
    events = events_in(server, answer, "pdus")
    pdu = (await checked_pdus(ctx, asked, events[:1])).get(event_id)
    if pdu is None:
        raise PeerAnsweredBadly(server, f"the answer is not {event_id} of {asked.room_id}")
    return pdu
