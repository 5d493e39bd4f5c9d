"""All timelines of an account: opening them, writing what sync brings, telling those that are open."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from itertools import count
from typing import TypeAlias

from client_desktop.core.boundary import describe
from client_desktop.core.errors import ClientError, NetworkUnavailable
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.outbox.ports import KnownEvent
from client_desktop.core.shapes import as_text
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments
from client_desktop.core.store import receipts as receipt_store
from client_desktop.core.store.account_data import select_account_data
from client_desktop.core.store.events import EventRow, select_ids_of_sender
from client_desktop.core.store.receipts import SENT, ReceiptRow
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.timeline import lookup, runs
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.elsewhere import Elsewhere
from client_desktop.core.timeline.ingest import Ingest, Ingested
from client_desktop.core.timeline.loading import (
    ensure_thread_run,
    load_around,
    load_event,
    stretch,
)
from client_desktop.core.timeline.receipts import read_receipts
from client_desktop.core.timeline.stored import decode
from client_desktop.core.timeline.timeline import PAGE, Timeline
from client_desktop.core.timeline.window import Window
from client_desktop.core.values import TimelineItem

log = logging.getLogger(__name__)

MAX_FETCHED_REPLIES = 20
"""How many events that are answered and unknown are asked for at once."""


Follower: TypeAlias = Callable[[str, Ingested], None]
"""Called with a room and what came of a transaction."""


class Timelines:
    """The timelines of one account."""

    def __init__(self, ctx: TimelinesContext) -> None:
        self.ctx = ctx
        self._numbers = count(1)
        self._open: dict[int, Timeline] = {}
        self._written: dict[str, Ingested] = {}
        self._refused: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.followers: list[Follower] = []
        """Told after every transaction what came of it; `first` tells a room that was not known before."""
        self._elsewhere = Elsewhere(self)

    async def open(
        self, room_id: str, *, thread_root: str | None = None, around_event: str | None = None
    ) -> Timeline:
        """Open a room's timeline, or a thread's, at its end or around an event.

        What the store has is there at once; `items` is filled when this returns.

        Raises: ClientError, where an event is to be shown that neither the store nor the server gives.
        """
        root = thread_root or ""
        if root:
            with self.ctx.store.transaction():
                ensure_thread_run(self.ctx, room_id, root)
        window = Window(room_id, root)
        if around_event is not None:
            await self._place_around(window, around_event)
        timeline = Timeline(
            self.ctx, next(self._numbers), window, self._read_until(room_id, root), self._loaded
        )
        timeline.start(PAGE)
        self._open[timeline.number] = timeline
        if root:
            self.spawn(self._catch_up(timeline))
        self._fetch_missing(timeline)
        return timeline

    def all_open(self) -> list[Timeline]:
        """Give every timeline that is open."""
        return list(self._open.values())

    def of_room(self, room_id: str) -> list[Timeline]:
        """Give the open timelines of a room and its threads."""
        return [timeline for timeline in self._open.values() if timeline.room_id == room_id]

    def get(self, number: int) -> Timeline | None:
        """Give an open timeline by its number."""
        return self._open.get(number)

    def close_timeline(self, number: int) -> None:
        """Stop following a timeline."""
        timeline = self._open.pop(number, None)
        if timeline is not None:
            timeline.close()

    async def close(self) -> None:
        """Stop everything and wait for it."""
        self._elsewhere.stop()
        for number in list(self._open):
            self.close_timeline(number)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # Events outside of open timelines.

    def items(self, room_id: str, event_ids: Sequence[str]) -> list[TimelineItem]:
        """Show those of some events that the store knows, in the order they are named."""
        return lookup.items_of(self.ctx, room_id, event_ids)

    async def pinned(self, room_id: str) -> tuple[TimelineItem, ...]:
        """Show a room's pinned messages, the newest pin first."""
        return await lookup.pinned(self.ctx, room_id)

    async def threads(self, room_id: str, *, mine: bool = False) -> tuple[TimelineItem, ...]:
        """Show the roots of a room's newest threads, or of those one takes part in.

        Raises: ClientError.
        """
        return (await self.threads_page(room_id, mine=mine)).items

    async def threads_page(
        self, room_id: str, *, mine: bool = False, token: str | None = None
    ) -> lookup.ThreadPage:
        """Show a room's threads, page by page; `token`: of the page before.

        Raises: ClientError.
        """
        return await lookup.threads(self.ctx, room_id, mine=mine, token=token)

    def newest_event(self, room_id: str) -> str | None:
        """Give a room's newest event that the store knows: what to mark as read."""
        return lookup.newest_event(self.ctx, room_id)

    async def jump_to_date(self, room_id: str, at_ms: int) -> str | None:
        """Give the event to jump to for a moment; open a timeline around it. None where the room has none.

        Raises: ClientError.
        """
        return await lookup.jump_to_date(self.ctx, room_id, at_ms)

    async def event_source(self, room_id: str, event_id: str) -> lookup.EventSource:
        """Give an event as it came, and decrypted.

        Raises: ClientError.
        """
        return await lookup.event_source(self.ctx, room_id, event_id)

    def written_by(self, room_id: str, user_id: str, limit: int) -> list[str]:
        """Give the events that somebody wrote and this device knows, the newest first."""
        return select_ids_of_sender(self.ctx.store.db, room_id, user_id, limit)

    async def edit_history(self, room_id: str, event_id: str) -> tuple[lookup.EditVersion, ...]:
        """Give what a message said, version by version, the first first.

        Raises: ClientError.
        """
        return await lookup.edit_history(self.ctx, room_id, event_id)

    # What the send queue asks.

    def event(self, room_id: str, event_id: str) -> KnownEvent | None:
        """Tell what is known of an event that something sent relates to."""
        found = lookup.newest_content(self.ctx, room_id, event_id)
        if found is None:
            return None
        event, content = found
        return KnownEvent(event.type, event.sender, content, event.thread_root)

    def latest_in_thread(self, room_id: str, root_id: str) -> str | None:
        """Give the newest event of a thread; None where only its root is known."""
        return lookup.latest_in_thread(self.ctx, room_id, root_id)

    # What sync calls.

    def write_sync(
        self,
        db: sqlite3.Connection,
        room_id: str,
        events: Sequence[ClearEvent],
        limited: bool,
        prev_batch: str | None,
        token: str,
    ) -> None:
        """Store a room's new events, inside the batch's transaction."""
        encrypted = _encrypted_before(db, room_id, events)
        first = fragments.select_live(db, room_id) is None
        ingest = Ingest(db, room_id, self.ctx.observers, live=True, encrypted=encrypted)
        result = ingest.take(events)
        if result.stored or limited:
            runs.append_live(
                db,
                room_id,
                "",
                stretch(result.stored, ""),
                limited=limited,
                back_token="" if prev_batch is None else prev_batch,
            )
            self._write_threads(db, room_id, result, limited)
        self._note_sent(db, room_id, result)
        self._written.setdefault(room_id, Ingested(first=first)).add(result)

    def write_receipts(self, db: sqlite3.Connection, room_id: str, content: ReadonlyJsonObject) -> None:
        """Store what an `m.receipt` says, inside the batch's transaction."""
        for receipt in read_receipts(content):
            receipt_store.upsert_receipt(db, room_id, receipt)

    def forget(self, db: sqlite3.Connection, room_id: str) -> None:
        """Delete everything of a room, inside the batch's transaction."""
        fragments.delete_room(db, room_id)
        event_store.delete_room(db, room_id)
        receipt_store.delete_room(db, room_id)

    def publish(self, room_id: str, events: Sequence[ClearEvent]) -> None:
        """Tell open timelines what the last transaction changed."""
        result = self._written.pop(room_id, Ingested())
        for timeline in self.of_room(room_id):
            timeline.refresh(result.touched)
            self._fetch_missing(timeline)
        self._retry_waiting(room_id, result)
        self._tell_followers(room_id, result)

    # What others may ask for.

    def refresh_room(self, room_id: str, touched: Iterable[str] = ()) -> None:
        """Let open timelines of a room look at the store again."""
        for timeline in self.of_room(room_id):
            timeline.refresh(touched)

    async def retry(self, room_id: str, session_ids: Iterable[str]) -> None:
        """Try again to decrypt what waits for these sessions, now that their keys may be there."""
        rows = event_store.select_waiting(self.ctx.store.db, room_id, session_ids)
        await self.decrypt_again(room_id, rows)

    async def decrypt_again(self, room_id: str, rows: Sequence[EventRow]) -> None:
        """Decrypt events anew, and show what came of it."""
        if not rows:
            return
        sources = [decode(row) for row in rows]
        clear = await self.ctx.decryption.decrypt_events(room_id, sources)
        result = Ingested()
        with self.ctx.store.transaction() as db:
            ingest = Ingest(db, room_id, self.ctx.observers)
            for event in clear:
                row = event_store.select_event(db, room_id, event.event_id)
                if row is not None and not row.redacted:
                    result.decrypted.append(ingest.decrypted(row, event, result))
        self.refresh_room(room_id, result.touched)
        self._tell_followers(room_id, result)

    def _note_sent(self, db: sqlite3.Connection, room_id: str, result: Ingested) -> None:
        """Remember what the account itself sent, its joining too: it has read until there."""
        for event in result.new:
            if event.sender == self.ctx.me:
                thread_id = event.thread_root or "main"
                sent = ReceiptRow(self.ctx.me, SENT, thread_id, event.event_id, event.at_ms)
                receipt_store.upsert_receipt(db, room_id, sent)

    def _tell_followers(self, room_id: str, result: Ingested) -> None:
        for follower in self.followers:
            follower(room_id, result)

    async def _place_around(self, window: Window, event_id: str) -> None:
        """Put a window around an event; where it is near the live end, let it follow."""
        db = self.ctx.store.db
        nid = event_store.select_nid(db, window.room_id, event_id)
        place = None if nid is None else fragments.select_placement(db, nid, window.thread_root)
        if place is None and not window.thread_root:
            async with self.ctx.lock(window.room_id):
                event = await load_around(self.ctx, window.room_id, event_id, PAGE)
            place = fragments.select_placement(db, event.nid)
        if place is None:
            return
        number, at = place
        rows_before = fragments.select_shown_back(db, number, at + 1, PAGE // 2)
        rows_after = fragments.select_shown_forward(db, number, at, PAGE // 2)
        rows = [*rows_before[::-1], *rows_after]
        if not rows:
            return
        window.top, window.bottom = rows[0][1], rows[-1][1]
        run = fragments.select_fragment(db, number)
        if run is not None and run.live and len(rows_after) < PAGE // 2:
            window.bottom = None
        window.load(db)

    def _write_threads(self, db: sqlite3.Connection, room_id: str, result: Ingested, limited: bool) -> None:
        """Add what belongs to threads that were opened once; after a gap their newest part is not known."""
        for run in fragments.select_live_threads(db, room_id):
            events = stretch(result.stored, run.thread_root)
            if limited:
                runs.append_live(db, room_id, run.thread_root, events, limited=True, back_token="")
            elif events:
                runs.append_live(db, room_id, run.thread_root, events, limited=False, back_token=None)

    async def _catch_up(self, timeline: Timeline) -> None:
        """Fetch the newest part of a thread that was just opened, if anything may be missing."""
        live = fragments.select_live(self.ctx.store.db, timeline.room_id, timeline.thread_root)
        if live is not None and live.back_token is not None and not timeline.closed:
            await timeline.back()

    def _loaded(self, timeline: Timeline, result: Ingested) -> None:
        """Let all timelines of the room know of what one of them fetched."""
        timeline.forget_built(result.touched)
        for other in self.of_room(timeline.room_id):
            if other is not timeline:
                other.refresh(result.touched)
        self._retry_waiting(timeline.room_id, result)
        self._fetch_missing(timeline)

    def _fetch_missing(self, timeline: Timeline) -> None:
        """Fetch what is answered and not known."""
        room_id = timeline.room_id
        missing = [each for each in timeline.missing if (room_id, each) not in self._refused]
        timeline.missing.clear()
        if missing:
            self._refused.update((room_id, each) for each in missing)
            self.spawn(self._fetch_events(room_id, missing[-MAX_FETCHED_REPLIES:]))

    async def _fetch_events(self, room_id: str, event_ids: Sequence[str]) -> None:
        for event_id in event_ids:
            try:
                await load_event(self.ctx, room_id, event_id)
            except NetworkUnavailable:
                self._refused.discard((room_id, event_id))  # asked for again when it is seen again
                continue
            except ClientError:
                continue
            self.refresh_room(room_id, {event_id})

    def _retry_waiting(self, room_id: str, result: Ingested) -> None:
        if result.waiting:
            self.spawn(self.retry(room_id, result.waiting))

    def _read_until(self, room_id: str, thread_root: str) -> str | None:
        """Give the event up to which the account has read, for the line above what is new."""
        db = self.ctx.store.db
        if not thread_root:
            marker = select_account_data(db, room_id, "m.fully_read") or {}
            if event_id := as_text(marker.get("event_id")):
                return event_id
        wanted = (thread_root,) if thread_root else ("main", "")
        rows = [
            row for row in receipt_store.select_of_user(db, room_id, self.ctx.me) if row.thread_id in wanted
        ]
        return max(rows, key=lambda row: row.at_ms).event_id if rows else None

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do something in the background; it is waited for at the end."""
        task = asyncio.get_running_loop().create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _guarded(work: Awaitable[None]) -> None:
    """Let what is done in the background fail quietly: whoever looks again tries again."""
    try:
        await work
    except ClientError as error:
        log.info("timeline: %s", describe(error))


def _encrypted_before(db: sqlite3.Connection, room_id: str, events: Sequence[ClearEvent]) -> bool:
    """Tell whether a room was encrypted before these events."""
    encryption = select_state_event(db, room_id, "m.room.encryption", "")
    if encryption is None:
        return False
    return all(event.event_id != encryption.get("event_id") for event in events)
