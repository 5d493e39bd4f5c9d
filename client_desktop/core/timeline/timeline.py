"""One open timeline: the rows in its window, kept current."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from client_desktop.core.changes import TimelineChanged
from client_desktop.core.errors import ClientError
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments
from client_desktop.core.store import receipts as receipt_store
from client_desktop.core.store.fragments import Fragment
from client_desktop.core.timeline.aggregate.receipts import Reading, attach, furthest
from client_desktop.core.timeline.compose import compose
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.decorate import decorate
from client_desktop.core.timeline.differences import differences
from client_desktop.core.timeline.echoes import Echoes, read_echoes
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.ingest import Ingested
from client_desktop.core.timeline.loading import load_back, load_forward
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.timeline.stored import to_event
from client_desktop.core.timeline.window import Window
from client_desktop.core.values import ItemKind, ReadReceipt, TimelineItem

PAGE = 50
MAX_EMPTY_PAGES = 10
"""Pages without a single row that are fetched in a row before somebody has to ask again."""


class Timeline:
    """A room's timeline, or a thread's. Made by `Timelines.open`; `items` is the list as it was published."""

    def __init__(
        self,
        ctx: TimelinesContext,
        number: int,
        window: Window,
        new_after: str | None,
        loaded: Callable[[Timeline, Ingested], None],
    ) -> None:
        self.number = number
        self.items: tuple[TimelineItem, ...] = ()
        self.missing: set[str] = set()
        """What is answered and not known yet."""
        self.closed = False
        self._ctx = ctx
        self._window = window
        self._new_after = new_after
        self._loaded = loaded
        self._events: dict[int, Event] = {}
        self._built: dict[str, TimelineItem | None] = {}
        self._answers: dict[str, set[str]] = {}
        self._echo_targets: set[str] = set()
        self._echo_rows: dict[str, Event] = {}
        self._shown: list[TimelineItem] = []

    @property
    def room_id(self) -> str:
        return self._window.room_id

    @property
    def thread_root(self) -> str:
        return self._window.thread_root

    @property
    def at_end(self) -> bool:
        """Whether it ends with the newest message and follows what comes."""
        return self._window.at_end

    @property
    def at_beginning(self) -> bool:
        """Whether nothing is before its first row."""
        return self._window.begins

    async def back(self, limit: int = PAGE) -> bool:
        """Show up to `limit` older rows; return whether there may be more.

        What the store has is shown without asking the server; where neither has it now, because the server
        cannot be reached, what is known from before the gap is shown below it.

        Raises: ClientError, where the server cannot be asked and the store has nothing.
        """
        for _ in range(MAX_EMPTY_PAGES):
            if self._window.extend_back(self._ctx.store.db, limit):
                self.refresh()
                return not self.at_beginning
            run = self._window.first_run(self._ctx.store.db)
            if run is None or run.back_token is None:
                break
            if await self._fetch_back(run, limit):
                break
        self.refresh()
        return not self.at_beginning

    def shorten(self, keep: int) -> None:
        """Let go of the oldest rows beyond so many; `back` shows them again, from the store."""
        self._window.shorten(self._ctx.store.db, keep)
        self.refresh()
        shown = self.event_ids() | self._echo_rows.keys()
        self._built = {event_id: item for event_id, item in self._built.items() if event_id in shown}
        self._answers = {target: answering & shown for target, answering in self._answers.items()}

    async def forward(self, limit: int = PAGE) -> bool:
        """Show up to `limit` newer rows; return whether there may be more. At the end there never are.

        Raises: ClientError.
        """
        for _ in range(MAX_EMPTY_PAGES):
            if self._window.extend_forward(self._ctx.store.db, limit) or self._window.at_end:
                break
            run = self._window.last_run(self._ctx.store.db)
            if run is None or run.forward_token is None:
                break
            async with self._ctx.lock(self.room_id):
                result = await load_forward(self._ctx, run, max(limit, PAGE))
            self._loaded(self, result)
        self.refresh()
        return not self._window.at_end

    async def fill(self, event_id: str, limit: int = PAGE) -> bool:
        """Load a part of the gap before an event (`event_id` of a GAP item); return whether it is still open.

        Raises: ClientError.
        """
        run = self._run_after_gap(event_id)
        if run is None or run.back_token is None:
            return False
        async with self._ctx.lock(self.room_id):
            result = await load_back(self._ctx, run, limit)
        self._loaded(self, result)
        self.refresh()
        return any(stretch.gap for stretch in self._window.stretches)

    def mark_new_after(self, event_id: str | None) -> None:
        """Put the line above what is new after this event; None: take it away."""
        self._new_after = event_id
        self.refresh()

    def close(self) -> None:
        """Stop following. Nothing is published any more."""
        self.closed = True

    def refresh(self, touched: Iterable[str] = (), *, everything: bool = False) -> None:
        """Look at the store again, and publish what is different from what was shown."""
        if self.closed:
            return
        before = tuple(self._shown)
        self._rebuild(set(touched), everything)
        operations = differences(before, self._shown)
        self.items = tuple(self._shown)
        if operations:
            self._ctx.changes.publish(TimelineChanged(self._ctx.me, self.number, operations))

    def start(self, rows: int) -> None:
        """Show the first rows, from the store alone; nothing is published."""
        if not self._window.stretches:
            self._window.extend_back(self._ctx.store.db, rows, across_gaps=True)
        self._rebuild(set(), everything=True)
        if self._visible_new_after() and all(item.kind is not ItemKind.NEW for item in self._shown):
            self._new_after = None  # all was read: what comes while somebody looks on is not marked
        self.items = tuple(self._shown)

    def shows(self, senders: Iterable[str]) -> bool:
        """Tell whether any row is of one of these people, or about one."""
        wanted = set(senders)
        return any(event.sender in wanted or event.state_key in wanted for event in self._events.values())

    def event_ids(self) -> set[str]:
        """Give the events of its rows."""
        return {event.event_id for event in self._events.values()}

    async def _fetch_back(self, run: Fragment, limit: int) -> bool:
        """Fetch a page; tell whether what is known from before the gap was shown instead."""
        async with self._ctx.lock(self.room_id):
            try:
                result = await load_back(self._ctx, run, max(limit, PAGE))
            except ClientError:
                if not self._window.extend_back(self._ctx.store.db, limit, across_gaps=True):
                    raise
                return True
        self._loaded(self, result)
        return False

    def _run_after_gap(self, event_id: str) -> Fragment | None:
        """Find the run that begins with (or holds) the event after a gap, as it is now."""
        nid = event_store.select_nid(self._ctx.store.db, self.room_id, event_id)
        place = None
        if nid is not None:
            place = fragments.select_placement(self._ctx.store.db, nid, self.thread_root)
        if place is not None:
            return fragments.select_fragment(self._ctx.store.db, place[0])
        gaps = [stretch.gap for stretch in self._window.stretches if stretch.gap is not None]
        run = next((gap.run for gap in gaps if gap.before_event == event_id), None)
        return None if run is None else fragments.select_fragment(self._ctx.store.db, run)

    def _rebuild(self, touched: set[str], everything: bool) -> None:
        """Read rows that are new, build those that changed, and put the list together."""
        db = self._ctx.store.db
        self._window.load(db)
        rows = self._window.rows()
        echoes = read_echoes(self._ctx, self.room_id)
        self.forget_built(touched | self._changed_targets(echoes))
        if everything:
            self._built.clear()
        self._read_events(rows, touched)
        room = self._ctx.facts(self.room_id)
        self._build(room, echoes)
        receipts = self._receipts(room)
        self._shown = self._assemble(echoes, receipts)

    def forget_built(self, touched: set[str]) -> None:
        """Let events that changed, and what answers them, be built again."""
        for event_id in touched:
            self._built.pop(event_id, None)
            for answering in self._answers.get(event_id, ()):
                self._built.pop(answering, None)

    def _changed_targets(self, echoes: Echoes) -> set[str]:
        """Give events that an echo changes, or changed until now, and the echoes themselves."""
        changed = self._echo_targets | echoes.targets | self._echo_rows.keys()
        self._echo_targets = echoes.targets
        self._echo_rows = {}
        if self._window.at_end:
            self._echo_rows = {
                echo.event_id: echo for echo in echoes.rows if echo.thread_root == self.thread_root
            }
        return changed

    def _read_events(self, rows: list[int], touched: set[str]) -> None:
        """Read events that are not known here, or changed; forget those that left the window."""
        known = {nid: event for nid in rows if (event := self._events.get(nid)) is not None}
        wanted = [nid for nid in rows if nid not in known or known[nid].event_id not in self._built]
        if wanted:
            known.update(
                (row.nid, to_event(row)) for row in event_store.select_by_nids(self._ctx.store.db, wanted)
            )
        self._events = known

    def _build(self, room: RoomFacts, echoes: Echoes) -> None:
        events = [
            event
            for event in (*self._events.values(), *self._echo_rows.values())
            if event.event_id not in self._built
        ]
        if not events:
            return
        unread = {} if self.thread_root else self._ctx.thread_counts(self.room_id)
        composition = compose(room, events, echoes, in_thread=self.thread_root, unread=unread)
        self._built.update(composition.items)
        for target, answering in composition.replies.items():
            self._answers.setdefault(target, set()).update(answering)
        self.missing |= composition.missing

    def _receipts(self, room: RoomFacts) -> dict[int, tuple[ReadReceipt, ...]]:
        """Attach receipts; who wrote something has read up to there."""
        placed = receipt_store.select_placed(self._ctx.store.db, self.room_id, self.thread_root)
        readings = [Reading(*row) for row in placed]
        rows = {stretch.run.number: stretch.rows for stretch in self._window.stretches}
        for number, places in rows.items():
            readings += [
                Reading(event.sender, event.at_ms, number, place)
                for place, nid in places
                if (event := self._events.get(nid)) is not None and event.state_key is None
            ]
        order = {stretch.run.number: index for index, stretch in enumerate(self._window.stretches)}
        return attach(self._only_readers(readings, placed, order), rows, room)

    def _only_readers(
        self, readings: list[Reading], placed: list[tuple[str, int, int, int]], order: dict[int, int]
    ) -> list[Reading]:
        """Leave out people who never sent a receipt: that they wrote says it already."""
        readers = {row[0] for row in placed}
        return [reading for user_id, reading in furthest(readings, order).items() if user_id in readers]

    def _assemble(self, echoes: Echoes, receipts: dict[int, tuple[ReadReceipt, ...]]) -> list[TimelineItem]:
        items: list[TimelineItem] = []
        if self._window.begins:
            items.append(TimelineItem("beginning", ItemKind.BEGINNING, 0))
        for stretch in self._window.stretches:
            if stretch.gap is not None:
                items.append(
                    TimelineItem(stretch.gap.key, ItemKind.GAP, 0, event_id=stretch.gap.before_event)
                )
            for _, nid in stretch.rows:
                item = self._item(nid, receipts.get(nid, ()))
                if item is not None:
                    items.append(item)
        items.extend(item for echo in self._echo_rows if (item := self._built.get(echo)) is not None)
        return decorate(items, self._ctx.zone, self._visible_new_after())

    def _item(self, nid: int, receipts: tuple[ReadReceipt, ...]) -> TimelineItem | None:
        event = self._events.get(nid)
        item = None if event is None else self._built.get(event.event_id)
        if item is None or event is None or item.receipts == receipts:
            return item
        item = self._built[event.event_id] = replace(item, receipts=receipts)
        return item

    def _visible_new_after(self) -> str | None:
        """Give the last row up to which everything was read: the marker may point to something unseen."""
        if self._new_after is None:
            return None
        nid = event_store.select_nid(self._ctx.store.db, self.room_id, self._new_after)
        place = nid and fragments.select_placement(self._ctx.store.db, nid, self.thread_root)
        if not place:
            return None
        for stretch in self._window.stretches:
            if stretch.run.number == place[0]:
                return self._last_item_until(stretch.rows, place[1])
        return None

    def _last_item_until(self, rows: list[tuple[int, int]], last: int) -> str | None:
        for place, nid in reversed(rows):
            event = self._events.get(nid)
            if place <= last and event is not None and self._built.get(event.event_id) is not None:
                return event.event_id
        return None

    def encrypted_events(self, senders: Iterable[str]) -> list[Event]:
        """Give the encrypted events of its rows that these people sent."""
        wanted = set(senders)
        return [event for event in self._events.values() if event.encrypted and event.sender in wanted]
