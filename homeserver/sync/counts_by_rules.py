"""Unread counts of users who have push rules of their own, or who ignore somebody.

Where such rules say no more than "nothing here", or nothing new, no event is looked at. Elsewhere the unread
events are evaluated when their reader syncs, each once; the sending of an event costs nothing for it.
docs/adr/0003-unread-counts.md has the reasons and the bounds.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeserver.push.evaluate import CompiledRule, evaluate
from homeserver.push.event_view import EventView, RoomView
from homeserver.push.room_stance import Counting, RoomStance
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import Stream
from homeserver.storage.receipts import MAIN_THREAD
from homeserver.storage.unread import ToEvaluate, Unread, select_to_evaluate
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta
from homeserver.sync.evaluated_counts import MAX_NOTIFYING_PER_ROOM, Evaluated, Notifying
from homeserver.sync.room_view import load_room_view
from homeserver.sync.thread_of import load_threads

MAX_SCANNED_PER_ROOM = 2_000
MAX_EVENTS_PER_ROOM = 500
MAX_EVENTS_PER_SYNC = 5_000
FEWEST_EVENTS_PER_ROOM = 50
WORK_PER_SLICE = 500_000
"""Bytes of events times cost of rules that are evaluated before others have their turn: some 2 ms."""
MAX_WORK_PER_SYNC = 200 * WORK_PER_SLICE


@dataclass(frozen=True, slots=True)
class Pending:
    """A room with events to evaluate: those after `since`, and of `threads`, by root, those after less."""

    delta: RoomDelta
    unread: Unread
    so_far: Evaluated
    since: int
    threads: Mapping[str, int]

    @property
    def stance(self) -> RoomStance:
        return self.so_far.stance


async def apply_push_rules(
    ctx: SyncContext, viewer: Viewer, deltas: Mapping[int, RoomDelta], upto: int
) -> None:
    """Count what is unread, by the viewer's rules where they notify otherwise than the server's do."""
    rules = await ctx.push.rules.of_user(viewer.user_nid)
    ignored = await ctx.rooms.ignored.of_user(viewer.user_nid)
    has_own = bool(ignored) or not rules.own.is_empty
    pending = []
    for delta in deltas.values():
        if delta.unread is None:
            continue
        stance = rules.stance(viewer.user_id, delta.room.room_id) if has_own else None
        if stance is None or (stance.counting is Counting.DEFAULT and not ignored):
            delta.counts = delta.unread.counts
        elif stance.counting is Counting.SILENT:
            delta.counts = {}
        else:
            pending.append(_pending(ctx, viewer, delta, delta.unread, stance, ignored))
    await _evaluate_new(ctx, viewer, pending, upto)


def _pending(
    ctx: SyncContext,
    viewer: Viewer,
    delta: RoomDelta,
    unread: Unread,
    stance: RoomStance,
    ignored: frozenset[int],
) -> Pending:
    known = ctx.evaluated.get(viewer.user_nid, delta.room.nid, stance, ignored, unread)
    if known is not None:
        return Pending(delta, unread, known, known.upto, {})
    since = unread.position_in(MAIN_THREAD)
    behind = {
        thread: reading.position for thread, reading in unread.readings.items() if reading.position < since
    }
    return Pending(delta, unread, Evaluated(stance, ignored, since), since, behind)


async def _evaluate_new(ctx: SyncContext, viewer: Viewer, pending: Sequence[Pending], upto: int) -> None:
    events = await _load_events(ctx, viewer, pending, upto)
    threads = await load_threads(ctx.rooms.db, (event for found in events.values() for event in found))
    budget = Budget()
    for room in pending:
        unread = [
            event
            for event in events.get(room.delta.room.nid, ())
            if (event.position or 0) > room.unread.position_in(threads[event.event_nid])
        ]
        added = await _evaluate(ctx, viewer, room, unread, threads, budget) if unread else []
        notifying = [*added, *room.so_far.notifying][:MAX_NOTIFYING_PER_ROOM]
        evaluated = Evaluated(room.stance, room.so_far.ignored, max(upto, room.since), notifying)
        ctx.evaluated.put(viewer.user_nid, room.delta.room.nid, evaluated)
        room.delta.counts = evaluated.counts()


async def _load_events(
    ctx: SyncContext, viewer: Viewer, pending: Sequence[Pending], upto: int
) -> dict[int, Sequence[StoredEvent]]:
    """Return the events that may notify the viewer, newest first: from memory where they are there."""
    found: dict[int, Sequence[StoredEvent]] = {}
    missing: list[Pending] = []
    for room in pending:
        nid, since = room.delta.room.nid, min((room.since, *room.threads.values()))
        if not ctx.changes.of_room(nid, since) & Stream.EVENTS:
            continue
        tail = ctx.tails.get(nid)
        events = None if tail is None else tail.between(since, upto)
        if events is None:
            missing.append(room)
        else:
            unwanted = room.so_far.ignored | {viewer.user_nid}
            found[nid] = [event for event in reversed(events) if event.sender_nid not in unwanted]
    return found | (await _load_missing(ctx, viewer, missing, upto) if missing else {})


async def _load_missing(
    ctx: SyncContext, viewer: Viewer, missing: Sequence[Pending], upto: int
) -> dict[int, list[StoredEvent]]:
    wanted = [
        ToEvaluate(room.delta.room.nid, room.since, room.stance.types is None, room.threads)
        for room in missing
    ]
    types = {type_ for room in missing for type_ in room.stance.types or ()}
    limit = max(FEWEST_EVENTS_PER_ROOM, min(MAX_EVENTS_PER_ROOM, MAX_EVENTS_PER_SYNC // len(missing)))
    async with ctx.rooms.db.acquire() as conn:
        return await select_to_evaluate(
            conn, viewer.user_nid, wanted, sorted(types), upto,
            without_senders=[viewer.user_nid, *missing[0].so_far.ignored], scanned=MAX_SCANNED_PER_ROOM,
            limit=limit,
        )  # fmt: skip


class Budget:
    """Bounds what one sync may evaluate, and lets others have their turn meanwhile."""

    def __init__(self) -> None:
        self._work = 0
        self._slice = 0

    @property
    def is_spent(self) -> bool:
        return self._work > MAX_WORK_PER_SYNC

    async def spend(self, work: int) -> None:
        self._work += work
        self._slice += work
        if self._slice > WORK_PER_SLICE:
            self._slice = 0
            await asyncio.sleep(0)


async def _evaluate(
    ctx: SyncContext,
    viewer: Viewer,
    room: Pending,
    events: Sequence[StoredEvent],
    threads: Mapping[int, str],
    budget: Budget,
) -> list[Notifying]:
    """Evaluate events, the newest first; where the budget ends, older ones stay uncounted."""
    view = await load_room_view(ctx, viewer, room.delta.room, room.stance, events)
    found = []
    for event in events:
        if budget.is_spent:
            break
        decisive = await decide(room.stance.rules, event, _view(event, room), view, budget)
        if decisive is not None and decisive.notifies:
            found.append(Notifying(event.position or 0, threads[event.event_nid], decisive.highlights))
    return found


async def decide(
    rules: Sequence[CompiledRule], event: StoredEvent, view: EventView, room: RoomView, budget: Budget
) -> CompiledRule | None:
    """Return the rule that decides about an event; between many or slow rules others have their turn."""
    step = max(1, WORK_PER_SLICE // len(event.json))
    for start in range(0, len(rules), step):
        asked = rules[start : start + step]
        decisive = evaluate(asked, view, room)
        await budget.spend(len(event.json) * sum(rule.cost for rule in asked))
        if decisive is not None:
            return decisive
    return None


def _view(event: StoredEvent, room: Pending) -> EventView:
    # Rooms of version 12 have create events without a room id, and most versions events without an event id.
    return EventView(event.load() | {"room_id": room.delta.room.room_id, "event_id": event.event_id})
