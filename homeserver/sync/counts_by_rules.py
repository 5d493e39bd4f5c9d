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
from homeserver.rooms.render_event import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import Stream
from homeserver.storage.unread import Counts, ToEvaluate, Unread, select_to_evaluate
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta
from homeserver.sync.evaluated_counts import Evaluated
from homeserver.sync.room_view import load_room_view

MAX_SCANNED_PER_ROOM = 2_000
MAX_EVENTS_PER_ROOM = 500
MAX_EVENTS_PER_SYNC = 5_000
FEWEST_EVENTS_PER_ROOM = 50
WORK_PER_SLICE = 500_000
"""Bytes of events times cost of rules that are evaluated before others have their turn: some 2 ms."""
MAX_WORK_PER_SYNC = 200 * WORK_PER_SLICE


@dataclass(frozen=True, slots=True)
class Pending:
    """A room with events to evaluate: those after what was counted so far."""

    delta: RoomDelta
    so_far: Evaluated

    @property
    def stance(self) -> RoomStance:
        return self.so_far.stance


async def apply_push_rules(
    ctx: SyncContext, viewer: Viewer, deltas: Mapping[int, RoomDelta], upto: int
) -> None:
    """Replace the counts of rooms where the viewer's rules notify otherwise than the server's do."""
    rules = await ctx.push.rules.of_user(viewer.user_nid)
    ignored = await ctx.rooms.ignored.of_user(viewer.user_nid)
    if rules.own.is_empty and not ignored:
        return
    pending = []
    for room_nid, delta in deltas.items():
        if not isinstance(delta.unread, Unread):
            continue
        stance = rules.stance(viewer.user_id, delta.room.room_id)
        if stance.counting is Counting.SILENT:
            delta.unread = Counts()
        elif stance.counting is Counting.EVALUATED or ignored:
            so_far = ctx.evaluated.get(viewer.user_nid, room_nid, stance, ignored, delta.unread.position)
            delta.unread = so_far.counts
            if so_far.upto < upto:
                pending.append(Pending(delta, so_far))
    await _evaluate_new(ctx, viewer, pending, upto)


async def _evaluate_new(ctx: SyncContext, viewer: Viewer, pending: Sequence[Pending], upto: int) -> None:
    events = await _load_events(ctx, viewer, pending, upto)
    budget = Budget()
    for room in pending:
        found = events.get(room.delta.room.nid, ())
        added = await _count(ctx, viewer, room, found, budget) if found else Counts()
        before = room.so_far
        counts = Counts(
            before.counts.notifications + added.notifications, before.counts.highlights + added.highlights
        )
        room.delta.unread = counts
        ctx.evaluated.put(
            viewer.user_nid,
            room.delta.room.nid,
            Evaluated(before.stance, before.ignored, before.read, upto, counts),
        )


async def _load_events(
    ctx: SyncContext, viewer: Viewer, pending: Sequence[Pending], upto: int
) -> dict[int, Sequence[StoredEvent]]:
    """Return the events that may notify the viewer, newest first: from memory where they are there."""
    found: dict[int, Sequence[StoredEvent]] = {}
    missing: list[Pending] = []
    for room in pending:
        nid, since = room.delta.room.nid, room.so_far.upto
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
        ToEvaluate(room.delta.room.nid, room.so_far.upto, room.stance.types is None) for room in missing
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


async def _count(
    ctx: SyncContext, viewer: Viewer, room: Pending, events: Sequence[StoredEvent], budget: Budget
) -> Counts:
    """Evaluate events, the newest first; where the budget ends, older ones stay uncounted."""
    view = await load_room_view(ctx, viewer, room.delta.room, room.stance, events)
    notifications = highlights = 0
    for event in events:
        if budget.is_spent:
            break
        decisive = await _decide(room.stance.rules, event, _view(event, room), view, budget)
        if decisive is not None:
            notifications += decisive.notifies
            highlights += decisive.highlights
    return Counts(notifications, highlights)


async def _decide(
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
