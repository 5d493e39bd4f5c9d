"""Single events and lists of them, outside of any open timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from client_desktop.core.errors import ClientError, MatrixError, NetworkUnavailable
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments, relations
from client_desktop.core.timeline.aggregate.edits import edited_content, is_valid_edit, newest_edit
from client_desktop.core.timeline.compose import compose
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.echoes import Echoes
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.ingest import Ingest
from client_desktop.core.timeline.items.kinds import describe
from client_desktop.core.timeline.loading import load_event
from client_desktop.core.timeline.stored import to_event, to_events
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import TimelineItem

MAX_PINNED = 100
THREADS_PAGE = 30
EDITS_PAGE = 100


@dataclass(frozen=True, slots=True)
class EventSource:
    """An event for developer tools."""

    event: ReadonlyJsonObject
    """As the server sent it."""
    clear: ReadonlyJsonObject | None
    """Decrypted type and content; None where it was never encrypted, or cannot be read."""


@dataclass(frozen=True, slots=True)
class EditVersion:
    """What a message said at one time."""

    event_id: str
    at_ms: int
    body: str
    html: str
    """Sanitised; empty where there is none."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    items: tuple[TimelineItem, ...]
    """Roots, the thread that was written in last first; each with its `thread`."""
    next_token: str | None
    """For the next page; None after the last."""


def items_of(ctx: TimelinesContext, room_id: str, event_ids: Sequence[str]) -> list[TimelineItem]:
    """Show those of some events that the store knows, in the order they are named."""
    rows = {row.event_id: row for row in event_store.select_by_ids(ctx.store.db, room_id, event_ids)}
    events = [to_event(rows[event_id]) for event_id in dict.fromkeys(event_ids) if event_id in rows]
    unread = ctx.thread_counts(room_id)
    built = compose(ctx.facts(room_id), events, Echoes(), in_thread="", unread=unread).items
    return [item for event in events if (item := built.get(event.event_id)) is not None]


async def pinned(ctx: TimelinesContext, room_id: str) -> tuple[TimelineItem, ...]:
    """Show a room's pinned messages, the newest pin first; what cannot be had is left out."""
    event_ids = ctx.facts(room_id).pinned[-MAX_PINNED:][::-1]
    await _fetch_unknown(ctx, room_id, event_ids)
    return tuple(items_of(ctx, room_id, event_ids))


async def threads(ctx: TimelinesContext, room_id: str, *, mine: bool, token: str | None) -> ThreadPage:
    """Show a room's threads; without the server those that the store knows."""
    try:
        page = await ctx.pages.threads(room_id, token, mine=mine, limit=THREADS_PAGE)
    except NetworkUnavailable:
        if token is not None:
            raise
        return _known_threads(ctx, room_id, mine)
    with ctx.store.transaction() as db:
        Ingest(db, room_id, ctx.observers).take(page.events)
    return ThreadPage(tuple(items_of(ctx, room_id, [event.event_id for event in page.events])), page.end)


async def jump_to_date(ctx: TimelinesContext, room_id: str, at_ms: int) -> str | None:
    """Give the event to jump to for a moment: the first after it, else the last before it, None without any.

    Raises: ClientError.
    """
    for forward in (True, False):
        try:
            return (await ctx.pages.event_at(room_id, at_ms, forward=forward))[0]
        except MatrixError as error:
            if error.status != 404:
                raise
    return None


async def event_source(ctx: TimelinesContext, room_id: str, event_id: str) -> EventSource:
    """Give an event as it is.

    Raises: ClientError.
    """
    event = await load_event(ctx, room_id, event_id)
    readable = event.encrypted and not event.failure and not event.redacted
    return EventSource(event.source, {"type": event.type, "content": event.content} if readable else None)


async def edit_history(ctx: TimelinesContext, room_id: str, event_id: str) -> tuple[EditVersion, ...]:
    """Give what a message said, version by version, the first first.

    Raises: ClientError, where not even the message is to be had.
    """
    original = await load_event(ctx, room_id, event_id)
    try:
        page = await ctx.pages.relations(room_id, event_id, None, EDITS_PAGE)
    except ClientError:
        page = None  # what the store knows is better than nothing
    if page is not None:
        with ctx.store.transaction() as db:
            Ingest(db, room_id, ctx.observers).take(page.events[::-1])
    rows = relations.select_edits(ctx.store.db, room_id, event_id)
    edits = [edit for edit in to_events(rows) if is_valid_edit(original, edit)]
    return tuple(_version(ctx, original, edit) for edit in (None, *edits))


def newest_content(
    ctx: TimelinesContext, room_id: str, event_id: str
) -> tuple[Event, ReadonlyJsonObject] | None:
    """Give an event that the store knows, with its content after edits."""
    row = event_store.select_event(ctx.store.db, room_id, event_id)
    if row is None:
        return None
    event = to_event(row)
    edits = to_events(relations.select_edits(ctx.store.db, room_id, event_id))
    return event, edited_content(event, newest_edit(event, edits))


def newest_event(ctx: TimelinesContext, room_id: str) -> str | None:
    """Give a room's newest event that the store knows, whatever it is."""
    live = fragments.select_live(ctx.store.db, room_id)
    return None if live is None else event_store.select_edge_id(ctx.store.db, live.number, newest=True)


def latest_in_thread(ctx: TimelinesContext, room_id: str, root_id: str) -> str | None:
    """Give the newest event of a thread that the store knows; None where there is only the root."""
    newest = relations.select_newest_in_thread(ctx.store.db, room_id, root_id)
    return newest[0].event_id if newest else None


def _known_threads(ctx: TimelinesContext, room_id: str, mine: bool) -> ThreadPage:
    roots = relations.select_thread_roots(ctx.store.db, room_id, THREADS_PAGE)
    items = items_of(ctx, room_id, roots)
    if mine:
        items = [item for item in items if item.own or (item.thread and ctx.me in item.thread.participants)]
    return ThreadPage(tuple(items), None)


async def _fetch_unknown(ctx: TimelinesContext, room_id: str, event_ids: Iterable[str]) -> None:
    for event_id in event_ids:
        try:
            await load_event(ctx, room_id, event_id)
        except NetworkUnavailable:
            return
        except ClientError:
            continue


def _version(ctx: TimelinesContext, original: Event, edit: Event | None) -> EditVersion:
    around = Surroundings(ctx.facts(original.room_id))
    fields = describe(original, edited_content(original, edit), around)
    shown = edit or original
    body = fields.get("body", "") if fields else ""
    return EditVersion(shown.event_id, shown.at_ms, body, fields.get("html", "") if fields else "")
