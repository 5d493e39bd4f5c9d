"""The events that a user was notified about, newest first.

There is no list of them: events of the user's rooms are evaluated by the rules of now, page by page. A page
is bounded in what is looked at, so it may be shorter than asked for, or empty, and still not be the last.

Spec: https://spec.matrix.org/v1.19/client-server-api/#listing-notifications
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeserver.pushers.context import PushersContext
from homeserver.pushers.notifying_events import Notifying, notifying_events
from homeserver.rooms.viewer import Viewer
from homeserver.storage.events import StoredEvent
from homeserver.storage.notifications import select_newest
from homeserver.sync.count_unread import count_unread
from homeserver.sync.counts_by_rules import Budget
from homeserver.sync.thread_of import load_threads

DEFAULT_LIMIT: Final = 20
MAX_LIMIT: Final = 100
EVENTS_PER_ROUND: Final = 200
MAX_ROUNDS: Final = 10
"""So many events are looked at for one page, 2,000."""


@dataclass(frozen=True, slots=True)
class Notification:
    """An event that notified, and whether it was read since."""

    found: Notifying
    is_read: bool


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """Notifications, newest first; `next_before`: the position before which to go on, None at the end."""

    notifications: Sequence[Notification]
    next_before: int | None


async def list_notifications(
    ctx: PushersContext, viewer: Viewer, *, before: int | None, limit: int, only_highlights: bool
) -> NotificationPage:
    """Return the newest notifications of a user before a position, of the rooms that they are in."""
    memberships = await ctx.rooms.memberships.of_user(viewer.user_nid)
    room_nids = [nid for nid, room in memberships.items() if room.membership in ("join", "invite")]
    upto = before if before is not None else ctx.rooms.tailer.applied + 1
    found: list[Notifying] = []
    budget = Budget()
    for _ in range(MAX_ROUNDS):
        async with ctx.db.acquire() as conn:
            events = await select_newest(conn, room_nids, upto, EVENTS_PER_ROUND)
        notifying = await _evaluate(ctx, viewer, events, budget)
        found += [item for item in notifying if item.highlights or not only_highlights]
        if len(events) < EVENTS_PER_ROUND:
            return await _page(ctx, viewer, found, limit, None)
        upto = events[-1].position or 0
        if len(found) >= limit or budget.is_spent:
            break
    return await _page(ctx, viewer, found, limit, upto)


async def _page(
    ctx: PushersContext, viewer: Viewer, found: Sequence[Notifying], limit: int, next_before: int | None
) -> NotificationPage:
    shown = found[:limit]
    if len(found) > limit:
        next_before = shown[-1].event.position
    unread = await count_unread(ctx.sync, viewer)
    threads = await load_threads(ctx.db, (item.event for item in shown))
    notifications = []
    for item in shown:
        reading = unread.readings.get(item.event.room_nid)
        upto = 0 if reading is None else reading.position_in(threads[item.event.event_nid])
        notifications.append(Notification(item, (item.event.position or 0) <= upto))
    return NotificationPage(notifications, next_before)


async def _evaluate(
    ctx: PushersContext, viewer: Viewer, events: Sequence[StoredEvent], budget: Budget
) -> list[Notifying]:
    """Return what notifies, in the order given: newest first."""
    by_room: dict[int, list[StoredEvent]] = {}
    for event in events:
        by_room.setdefault(event.room_nid, []).append(event)
    rooms = await ctx.rooms.names.rooms(by_room)
    found: dict[int, Notifying] = {}
    for room_nid, of_room in by_room.items():
        for item in await notifying_events(ctx.sync, viewer, rooms[room_nid], of_room, budget):
            found[item.event.event_nid] = item
    return [found[event.event_nid] for event in events if event.event_nid in found]
