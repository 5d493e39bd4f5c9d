"""Fetch what is missing in a timeline and weave it in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from client_desktop.core.errors import MatrixError
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_optional_text, as_text
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments
from client_desktop.core.store.fragments import Fragment
from client_desktop.core.store.members import select_member
from client_desktop.core.text.bidi import safe_name
from client_desktop.core.timeline import runs
from client_desktop.core.timeline.context import MAX_FORMER, TimelinesContext
from client_desktop.core.timeline.event import Event, is_row
from client_desktop.core.timeline.ingest import Ingest, Ingested
from client_desktop.core.timeline.pages import Page
from client_desktop.core.timeline.room_facts import Person
from client_desktop.core.timeline.stored import to_event

Stretch = list[tuple[int, bool]]


def stretch(events: Iterable[Event], thread_root: str) -> Stretch:
    """Give those of the events that stand in a timeline, and whether each is a row there."""
    if thread_root:
        return [(event.nid, _is_row(event)) for event in events if event.thread_root == thread_root]
    return [(event.nid, _is_row(event) and not event.thread_root) for event in events]


async def load_back(ctx: TimelinesContext, run: Fragment, limit: int) -> Ingested:
    """Fetch what is before a run; return what came of it.

    Raises: ClientError.
    """
    if run.thread_root:
        return await _load_thread_back(ctx, run, limit)
    page = await _page_before(ctx, run, limit)
    learn_former(ctx, run.room_id, page.state)
    with ctx.store.transaction() as db:
        result = Ingest(db, run.room_id, ctx.observers).take(page.events[::-1])
        current = _current(ctx, run)
        if current is not None:
            runs.weave_back(db, current, stretch(result.stored[::-1], ""), page.end)
    return result


async def load_forward(ctx: TimelinesContext, run: Fragment, limit: int) -> Ingested:
    """Fetch what is after a run that is not live; return what came of it.

    Raises: ClientError.
    """
    token = run.forward_token or await _token_after(ctx, run)
    page = await ctx.pages.messages(run.room_id, token, limit, forward=True)
    learn_former(ctx, run.room_id, page.state)
    with ctx.store.transaction() as db:
        result = Ingest(db, run.room_id, ctx.observers).take(page.events)
        current = _current(ctx, run)
        if current is not None:
            number = runs.weave_forward(db, current, stretch(result.stored, ""), page.end)
            if page.end is None:
                runs.join_live(db, number)
    return result


async def load_around(ctx: TimelinesContext, room_id: str, event_id: str, limit: int) -> Event:
    """Fetch an event with what is around it, as a run of its own unless it meets another.

    Raises: ClientError.
    """
    found = await ctx.pages.context(room_id, event_id, limit)
    learn_former(ctx, room_id, found.state)
    with ctx.store.transaction() as db:
        ingest = Ingest(db, room_id, ctx.observers)
        events = [*found.before[::-1], found.event, *found.after]
        stored = {event.event_id: event for event in ingest.take(events).stored}
        event = stored[event_id]
        if fragments.select_placement(db, event.nid) is None:
            number = fragments.insert_fragment(db, room_id, "", back_token="", forward_token="")
            number = runs.weave_forward(db, number, stretch([event], ""), "")
            before = [stored[each.event_id] for each in found.before]
            after = [stored[each.event_id] for each in found.after]
            number = runs.weave_back(db, number, stretch(before, ""), found.start)
            runs.weave_forward(db, number, stretch(after, ""), found.end or "")
    return event


def ensure_thread_run(ctx: TimelinesContext, room_id: str, root_id: str) -> int:
    """Give the live run of a thread; the first time it is made of what the room's timeline knows."""
    db = ctx.store.db
    live = fragments.select_live(db, room_id, root_id)
    if live is not None:
        return live.number
    number = fragments.insert_fragment(db, room_id, root_id, back_token="", live=True)
    room_run = fragments.select_live(db, room_id)
    if room_run is not None:
        known = event_store.select_thread_in_run(db, room_id, root_id, room_run.number)
        events = [(nid, is_row(event_type, rel_type, None)) for nid, event_type, rel_type in known]
        runs.weave_forward(db, number, events, None)
    return number


async def load_event(ctx: TimelinesContext, room_id: str, event_id: str) -> Event:
    """Give an event, from the store or the server.

    Raises: ClientError.
    """
    known = event_store.select_event(ctx.store.db, room_id, event_id)
    if known is None:
        fetched = await ctx.pages.event(room_id, event_id)
        with ctx.store.transaction() as db:
            return Ingest(db, room_id, ctx.observers).take([fetched]).stored[0]
    return to_event(known)


def learn_former(ctx: TimelinesContext, room_id: str, state: Sequence[JsonObject]) -> None:
    """Remember what people were called whose membership is told beside old messages."""
    former = ctx.former.setdefault(room_id, {})
    for event in state:
        user_id, content = as_text(event.get("state_key")), as_object(event.get("content"))
        if event.get("type") != "m.room.member" or len(former) >= MAX_FORMER:
            continue
        if select_member(ctx.store.db, room_id, user_id) is None:
            name = safe_name(as_text(content.get("displayname")))
            # Somebody who is gone may have a name that another has now.
            label = f"{name} ({user_id})" if name else user_id
            ctx.people.get(room_id, {}).pop(user_id, None)
            former[user_id] = Person(user_id, label, as_optional_text(content.get("avatar_url"), limit=255))


async def _page_before(ctx: TimelinesContext, run: Fragment, limit: int) -> Page:
    """Fetch a page; where the server knows the token no more, begin again from the run's first event."""
    if run.back_token:
        try:
            return await ctx.pages.messages(run.room_id, run.back_token, limit)
        except MatrixError as error:
            if error.status not in (400, 404):
                raise
    return await ctx.pages.messages(run.room_id, await _token_before(ctx, run), limit)


async def _token_before(ctx: TimelinesContext, run: Fragment) -> str:
    first = event_store.select_edge_id(ctx.store.db, run.number, newest=False)
    if first is None:
        return ""
    return (await ctx.pages.context(run.room_id, first, 0)).start or ""


async def _token_after(ctx: TimelinesContext, run: Fragment) -> str:
    last = event_store.select_edge_id(ctx.store.db, run.number, newest=True)
    if last is None:
        return ""
    return (await ctx.pages.context(run.room_id, last, 0)).end or ""


async def _load_thread_back(ctx: TimelinesContext, run: Fragment, limit: int) -> Ingested:
    page = await ctx.pages.relations(run.room_id, run.thread_root, run.back_token, limit)
    root = await _fetch_root(ctx, run.room_id, run.thread_root) if page.end is None else None
    with ctx.store.transaction() as db:
        result = _take_thread(ctx, run.room_id, page, root)
        current = _current(ctx, run)
        if current is not None:
            events = stretch(result.stored[::-1], run.thread_root)
            if not run.back_token:
                events = _without_newer(ctx, run.thread_root, events)
            runs.weave_back(db, current, events, page.end)
        _begin_with_root(ctx, run.room_id, run.thread_root, page.end)
    return result


async def _fetch_root(ctx: TimelinesContext, room_id: str, root_id: str) -> ClearEvent | None:
    if event_store.select_nid(ctx.store.db, room_id, root_id) is not None:
        return None
    return await ctx.pages.event(room_id, root_id)


def _take_thread(ctx: TimelinesContext, room_id: str, page: Page, root: ClearEvent | None) -> Ingested:
    ingest = Ingest(ctx.store.db, room_id, ctx.observers)
    if root is not None:
        ingest.take([root])
    return ingest.take(page.events[::-1])


def _without_newer(ctx: TimelinesContext, thread_root: str, events: Stretch) -> Stretch:
    """Leave out what is newer than all we know, in a page fetched from the end: sync will bring it."""
    known = [fragments.select_placement(ctx.store.db, nid, thread_root) is not None for nid, _ in events]
    return events[known.index(True) :] if True in known else events


def _begin_with_root(ctx: TimelinesContext, room_id: str, root_id: str, end: str | None) -> None:
    """Let a thread begin with its root, once everything after it is there."""
    db = ctx.store.db
    nid = event_store.select_nid(db, room_id, root_id)
    if end is not None or nid is None or fragments.select_placement(db, nid, root_id) is not None:
        return
    first = fragments.select_chain(db, room_id, root_id)[-1]
    runs.weave_back(db, first.number, [(nid, True)], None)


def _current(ctx: TimelinesContext, run: Fragment) -> int | None:
    """Find the run again after waiting: a sync may have joined it to another meanwhile.

    None: it is gone, its page is kept as events that stand nowhere, and whoever needs it asks again.
    """
    return None if fragments.select_fragment(ctx.store.db, run.number) is None else run.number


def _is_row(event: Event) -> bool:
    return is_row(event.type, event.rel_type, event.state_key)
