"""Deal with what is staged of a room: first all that needs nothing from elsewhere, then the rest.

Every event is removed from the stage only after it was dealt with, so a crash in between loses nothing: what
is dealt with twice is known the second time.
"""

from collections.abc import Sequence
from typing import Final

import structlog

from federation.context import FederationContext
from federation.inbound.budget import Unfetchable
from federation.inbound.dag_order import ancestors_first
from federation.inbound.receive_pdu import receive_with_ancestors
from federation.ports.rooms import Outcome, TryLater, Verdict
from federation.ports.staging import StagedPdu
from federation.protocol.ids import RoomId, ServerName

log = structlog.get_logger(__name__)

SLICE: Final = 50
"""How many events of a room are dealt with before other rooms have their turn."""

GAPS_SLICE: Final = 10

FIRST_RETRY_MS: Final = 15_000
LAST_RETRY_MS: Final = 3_600_000

UNEXPECTED: Final = "unexpected failure"


async def drain_room(ctx: FederationContext, room_id: RoomId) -> bool:
    """Deal with a slice of a room's events that need nothing fetched; return whether more may be waiting."""
    staged = in_order(await ctx.staging.due(room_id, has_gap=False, limit=SLICE))
    settled: list[StagedPdu] = []
    gaps: list[StagedPdu] = []
    behind: list[StagedPdu] = []
    await ctx.rooms.expect([entry.pdu for entry in staged])
    prevs = {prev for entry in staged for prev in entry.pdu.prev_events}
    waiting = await ctx.staging.waiting_ids(room_id, prevs)
    for entry in staged:
        if not waiting.isdisjoint(entry.pdu.prev_events):
            behind.append(entry)
            continue
        verdict = await _receive(ctx, room_id, entry)
        if verdict is None:
            continue
        if verdict.outcome is not Outcome.MISSING:
            settled.append(entry)
            waiting.discard(entry.pdu.event_id)
        elif (await ctx.staging.waiting_ids(room_id, verdict.missing)).issuperset(verdict.missing):
            behind.append(entry)
        else:
            gaps.append(entry)
    if len(behind) == len(staged):
        # Nothing moves: what these refer to may never have its turn before them.
        gaps, behind = behind, []
    await _mark_gaps(ctx, room_id, gaps)
    await ctx.staging.settle([entry.staged_nid for entry in settled])
    return len(staged) == SLICE or (bool(settled) and bool(behind))


async def fill_gaps(ctx: FederationContext, room_id: RoomId, origin: ServerName) -> bool:
    """Deal with some of a server's events in a room that need something fetched; return whether more wait."""
    staged = in_order(await ctx.staging.due_from(room_id, origin, GAPS_SLICE))
    for entry in staged:
        try:
            verdict = await receive_with_ancestors(ctx, room_id, entry.pdu, origin)
        except (Unfetchable, TryLater) as later:
            await _postpone(ctx, room_id, entry, str(later))
        except Exception:
            log.exception("inbound.failed", room_id=room_id, event_id=entry.pdu.event_id)
            await _postpone(ctx, room_id, entry, UNEXPECTED)
        else:
            _note(ctx, room_id, entry, verdict)
            await ctx.staging.settle([entry.staged_nid])
            # What came after it may have been waiting for it.
            await ctx.inbound.wake(room_id, origin)
    return len(staged) == GAPS_SLICE


def in_order(staged: Sequence[StagedPdu]) -> list[StagedPdu]:
    """Put ancestors before their descendants."""
    by_id = {entry.pdu.event_id: entry for entry in staged}
    return [by_id[pdu.event_id] for pdu in ancestors_first([entry.pdu for entry in staged])]


def retry_delay_ms(failures: int) -> int:
    """Return how long an event is left alone that failed so many times before."""
    return min(FIRST_RETRY_MS << min(failures, 20), LAST_RETRY_MS)


async def _receive(ctx: FederationContext, room_id: RoomId, entry: StagedPdu) -> Verdict | None:
    """Return what became of an event; None where that cannot be said now."""
    try:
        verdict = await ctx.rooms.receive(room_id, entry.pdu)
    except TryLater as later:
        await _postpone(ctx, room_id, entry, str(later))
        return None
    except Exception:
        # Whatever it is, the events behind this one must not wait for it.
        log.exception("inbound.failed", room_id=room_id, event_id=entry.pdu.event_id)
        await _postpone(ctx, room_id, entry, UNEXPECTED)
        return None
    if verdict.outcome is not Outcome.MISSING:
        _note(ctx, room_id, entry, verdict)
    return verdict


async def _mark_gaps(ctx: FederationContext, room_id: RoomId, gaps: Sequence[StagedPdu]) -> None:
    if gaps:
        await ctx.staging.mark_gaps([entry.staged_nid for entry in gaps])
    for origin in dict.fromkeys(entry.origin for entry in gaps):
        await ctx.inbound.has_gap(room_id, origin)


async def _postpone(ctx: FederationContext, room_id: RoomId, entry: StagedPdu, reason: str) -> None:
    delay_ms = retry_delay_ms(entry.failures)
    log.info(
        "inbound.postponed",
        room_id=room_id,
        event_id=entry.pdu.event_id,
        origin=entry.origin,
        reason=reason,
        retry_in_ms=delay_ms,
    )
    ctx.inbound.count("postponed")
    await ctx.staging.postpone(entry.staged_nid, delay_ms)


def _note(ctx: FederationContext, room_id: RoomId, entry: StagedPdu, verdict: Verdict) -> None:
    ctx.inbound.count(verdict.outcome.value)
    if verdict.outcome in (Outcome.REJECTED, Outcome.SOFT_FAILED):
        log.info(
            "inbound.not_accepted",
            room_id=room_id,
            event_id=entry.pdu.event_id,
            origin=entry.origin,
            outcome=verdict.outcome.value,
            reason=verdict.reason,
        )
