"""Deal with an event of another server that was checked for format, signatures and hash.

What it refers to and is not known is fetched first, in bounds. A failure to fetch is never held against the
event.

Spec: https://spec.matrix.org/v1.19/server-server-api/#checks-performed-on-receipt-of-a-pdu
"""

from collections.abc import Sequence
from typing import Final

import structlog

from federation.context import FederationContext
from federation.inbound.ask_servers import Asked, prepare_asking
from federation.inbound.budget import Budget, Unfetchable
from federation.inbound.fetch_ancestors import fetch_ancestors
from federation.inbound.fetch_auth import fetch_auth_of
from federation.inbound.fetch_state import fetch_state_after
from federation.ports.rooms import Outcome, Standing, Verdict
from federation.protocol.ids import RoomId, ServerName
from federation.protocol.pdu import Pdu

log = structlog.get_logger(__name__)

MAX_LEFT_OUT: Final = 3
"""How many ancestors may be had in no way before the event has to wait."""


async def receive_with_ancestors(
    ctx: FederationContext, room_id: RoomId, pdu: Pdu, origin: ServerName
) -> Verdict:
    """Receive an event, after what is missing before it.

    Raises: Unfetchable, TryLater.
    """
    verdict = await ctx.rooms.receive(room_id, pdu)
    if verdict.outcome is not Outcome.MISSING:
        return verdict
    asked = await prepare_asking(ctx, room_id, origin, Budget())
    chain = await fetch_ancestors(ctx, asked, pdu)
    await _check_divulged(ctx, asked, pdu, chain)
    left_out = 0
    for ancestor in chain:
        try:
            verdict = await _receive(ctx, asked, ancestor)
            _note_ancestor(room_id, ancestor, verdict)
        except Unfetchable as failure:
            # What comes after an ancestor that cannot be had may still do with the state there.
            left_out += 1
            if ancestor.event_id == pdu.event_id or left_out > MAX_LEFT_OUT:
                raise
            log.debug("inbound.ancestor_left_out", event_id=ancestor.event_id, reason=str(failure))
    return verdict


def _note_ancestor(room_id: RoomId, ancestor: Pdu, verdict: Verdict) -> None:
    if verdict.outcome in (Outcome.REJECTED, Outcome.SOFT_FAILED):
        log.info(
            "inbound.ancestor_not_accepted",
            room_id=room_id,
            event_id=ancestor.event_id,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
        )


async def _check_divulged(ctx: FederationContext, asked: Asked, pdu: Pdu, chain: Sequence[Pdu]) -> None:
    """Refuse to go on where nobody tells what an event that was sent to us comes right after.

    Else whoever sends one could invent what was before it, and with it the state of the room.

    Raises: Unfetchable.
    """
    prevs = set(pdu.prev_events) - {ancestor.event_id for ancestor in chain}
    standing = await ctx.rooms.standing(asked.room_id, prevs)
    if any(standing.get(prev, Standing.OUTLIER) is Standing.OUTLIER for prev in prevs):
        raise Unfetchable(f"nobody tells what is right before {pdu.event_id}")


async def _receive(ctx: FederationContext, asked: Asked, pdu: Pdu) -> Verdict:
    verdict = await ctx.rooms.receive(asked.room_id, pdu)
    if verdict.outcome is not Outcome.MISSING:
        return verdict
    await fetch_auth_of(ctx, asked, pdu)
    standing = await ctx.rooms.standing(asked.room_id, pdu.prev_events)
    gaps = [e for e in pdu.prev_events if standing.get(e, Standing.OUTLIER) is Standing.OUTLIER]
    if gaps:
        states = {event_id: await fetch_state_after(ctx, asked, event_id) for event_id in gaps}
        verdict = await ctx.rooms.receive_after_gap(asked.room_id, pdu, states)
    else:
        verdict = await ctx.rooms.receive(asked.room_id, pdu)
    if verdict.outcome is Outcome.MISSING:
        raise Unfetchable(f"{pdu.event_id} refers to events that nobody has")
    return verdict
