"""One open timeline of a room or a thread: its rows, and where one is in it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import TimelineChanged
from client_desktop.core.errors import NetworkUnavailable
from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import Insert, ItemKind, Reset, SendState, TimelineItem, TimelineOperation
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.timeline_row import MESSAGES, SEPARATORS
from client_desktop.viewmodels.timeline_rows import TimelineRows
from client_desktop.viewmodels.view_model import ViewModel

if TYPE_CHECKING:
    from client_desktop.core.client import Client
    from client_desktop.core.timeline.timeline import Timeline

PAGE = 40
"""How many events one step back or forward asks for."""
FEWEST_ROWS = 150
MOST_ROWS = 500
SHORTEN_AFTER_S = 3.0
"""Whoever has come back to the newest row for a moment only finds all that was loaded."""
AT_ONCE = 4
"""So many new messages are shown with one frame."""
FRAME_S = 0.016
MOST_WAITING = 200
"""More than these are shown together: few of them are in view."""


class TimelineModel(ViewModel):
    """Rows of one timeline. Jumping far away opens another part of the same room in its place.

    `reveal(key, mark)` asks the view to show a row, and to mark it for a moment.
    """

    stateChanged = Signal()  # noqa: N815
    newsChanged = Signal()  # noqa: N815
    reveal = Signal(str, bool)

    def __init__(
        self,
        bridge: Bridge,
        client: Client,
        room_id: str,
        thread_root: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(bridge, parent)
        self.client = client
        self.room_id = room_id
        self.thread_root = thread_root
        self._rows = TimelineRows(client.clock.now_ms, self)
        self._rows.arrived.connect(self._arrived)
        self._timeline: Timeline | None = None
        self._number = -1
        self._ready = self._busy_back = self._busy_forward = False
        self._more_back, self._more_forward = True, False
        self._news = 0
        self._at_bottom = True
        self._active = False
        self._read_up_to = ""
        self._anchor: dict[str, Any] = {}
        self._filling: set[str] = set()
        self.opened = asyncio.Event()
        """What the store holds is there, or cannot be."""
        self._arriving: deque[TimelineOperation] = deque()
        """What the engine's list did and this one has yet to do."""
        self._taking: asyncio.TimerHandle | None = None
        self._shortening: asyncio.Task[None] | None = None
        self.private_receipts = False
        self.listen(TimelineChanged, self._timeline_changed)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    roomId = Property(str, lambda self: self.room_id, constant=True)  # noqa: N815
    threadRoot = Property(str, lambda self: self.thread_root, constant=True)  # noqa: N815
    ready = Property(bool, lambda self: self._ready, notify=stateChanged)
    loadingBack = Property(bool, lambda self: self._busy_back, notify=stateChanged)  # noqa: N815
    moreBack = Property(bool, lambda self: self._more_back, notify=stateChanged)  # noqa: N815
    atPresent = Property(bool, lambda self: not self._more_forward, notify=stateChanged)  # noqa: N815
    news = Property(int, lambda self: self._news, notify=newsChanged)
    """Messages that arrived below while one was reading further up."""

    @property
    def model(self) -> TimelineRows:
        return self._rows

    def set_surroundings(self, around: Surroundings) -> None:
        """Show messages as this reader knows the people in them."""
        self._rows.around = around
        self._rows.refresh()

    # Opening and closing

    async def open(self, around_event: str | None = None) -> None:
        """Show the newest part, or the part around an event."""
        before = self._timeline
        try:
            self._timeline = await self.bridge.call(self._open_there, around_event)
        finally:
            self.opened.set()
        self._more_back, self._more_forward = True, around_event is not None
        self._set_news(0)
        if before is not None:
            await self.bridge.call(self.client.timelines.close_timeline, before.number)
        if around_event is None and len(self._rows.items) < PAGE:
            await self._load_back()

    async def close(self) -> None:
        await super().close()
        self._arriving.clear()
        if self._taking is not None:
            self._taking.cancel()
        timeline, self._timeline = self._timeline, None
        if timeline is not None:
            await self.bridge.call(self.client.timelines.close_timeline, timeline.number)

    async def _open_there(self, around_event: str | None) -> Timeline:
        """In the engine's thread: open, and post what it holds at the place in time where it held it."""
        timeline = await self.client.timelines.open(
            self.room_id, thread_root=self.thread_root or None, around_event=around_event
        )
        self._number = timeline.number
        snapshot = Reset(tuple(timeline.items))
        self.bridge.post(TimelineChanged(self.client.me.user_id, timeline.number, (snapshot,)))
        return timeline

    def _timeline_changed(self, change: TimelineChanged) -> None:
        if change.timeline != self._number:
            return
        for operation in change.operations:
            if isinstance(operation, Reset):
                self._arriving.clear()
            self._arriving.append(operation)
        if self._taking is None:
            self._take_some()

    def _take_some(self) -> None:
        """Show what has arrived: of new messages a few with each frame, for each has to be made."""
        self._taking = None
        left = AT_ONCE if sum(map(_length, self._arriving)) < MOST_WAITING else MOST_WAITING**2
        while self._arriving and left > 0:
            operation = self._arriving.popleft()
            if isinstance(operation, Insert) and operation.index == len(self._rows.items):
                operation, rest = _split(operation, left)
                left -= len(operation.items)
                if rest.items:
                    self._arriving.appendleft(rest)
            self._rows.apply((operation,))
        if not self._ready:
            self._ready = True
            self.stateChanged.emit()
        if self._arriving:
            # Not the running loop: what the bridge delivers may come while none runs.
            self._taking = asyncio.get_event_loop().call_later(FRAME_S, self._take_some)
        else:
            self._mark_read()
            self._shorten_soon()

    # Where one is

    @Slot(bool)
    def setActive(self, active: bool) -> None:  # noqa: N802
        """Whether people can see it: the window has the focus and nothing covers it."""
        self._active = active
        self._mark_read()

    @Slot(bool)
    def setAtBottom(self, at_bottom: bool) -> None:  # noqa: N802
        """Whether the newest row is in view."""
        self._at_bottom = at_bottom
        if at_bottom and not self._more_forward:
            self._set_news(0)
            self._mark_read()
            self._shorten_soon()

    @Slot(str, float)
    def keepAnchor(self, key: str, offset: float) -> None:  # noqa: N802
        """Remember where a row stands in the view, for when the room is shown again; no key: at the end."""
        self._anchor = {"key": key, "offset": offset}

    @Slot(result="QVariant")
    def anchor(self) -> dict[str, Any]:
        return self._anchor

    @Slot(int)
    def _arrived(self, count: int) -> None:
        if not self._at_bottom or not self._active:
            self._set_news(self._news + count)

    def _set_news(self, news: int) -> None:
        if news != self._news:
            self._news = news
            self.newsChanged.emit()

    def _mark_read(self) -> None:
        """Tell the room that all of it has been read, once per newest event."""
        if not (self._active and self._at_bottom and self._ready) or self._more_forward:
            return
        newest = next((item.event_id for item in reversed(self._rows.items) if _on_server(item)), None)
        if newest is not None and newest != self._read_up_to:
            self._read_up_to = newest
            self.start(self._send_read(newest))

    async def _send_read(self, event_id: str) -> None:
        try:
            await self.bridge.call(
                self.client.rooms.mark_read,
                self.room_id,
                event_id,
                self.private_receipts,
                thread=self.thread_root or None,
            )
        except NetworkUnavailable:
            self._read_up_to = ""  # told the next time that something is read; nobody has asked for it now

    # More of it

    @Slot()
    def loadBack(self) -> None:  # noqa: N802
        """The view comes near the oldest row."""
        if self._more_back and not self._busy_back and self._ready:
            self.start(self._load_back())

    @Slot()
    def loadForward(self) -> None:  # noqa: N802
        """The view comes near the newest row of a part that is not the newest."""
        if self._more_forward and not self._busy_forward and self._ready:
            self.start(self._load_forward())

    @Slot(str)
    def fillGap(self, key: str) -> None:  # noqa: N802
        """A gap is in view: load what is missing."""
        item = self._rows.item(key)
        if item is not None and item.event_id is not None and key not in self._filling:
            self._filling.add(key)
            self.start(self._fill(key, item.event_id))

    async def _fill(self, key: str, event_id: str) -> None:
        try:
            if self._timeline is not None:
                await self.bridge.call(self._timeline.fill, event_id)
        finally:
            self._filling.discard(key)

    async def _load_back(self) -> None:
        self._busy_back = True
        self.stateChanged.emit()
        try:
            self._more_back = await self._step("back")
        finally:
            self._busy_back = False
            self.stateChanged.emit()

    async def _load_forward(self) -> None:
        self._busy_forward = True
        try:
            self._more_forward = await self._step("forward")
        finally:
            self._busy_forward = False
            self.stateChanged.emit()

    async def _step(self, direction: str) -> bool:
        timeline = self._timeline
        if timeline is None:
            return False
        step: Callable[[int], Awaitable[bool]] = timeline.back if direction == "back" else timeline.forward
        return bool(await self.bridge.call(step, PAGE))

    def _shorten_soon(self) -> None:
        """Who reads at the end has no need of thousands of rows above it; `loadBack` brings them again."""
        if self._may_be_shortened() and self._shortening is None:
            self._shortening = self.start(self._shorten())
            self._shortening.add_done_callback(self._shortened)

    async def _shorten(self) -> None:
        await asyncio.sleep(SHORTEN_AFTER_S)
        if self._may_be_shortened() and self._timeline is not None:
            await self.bridge.call(self._timeline.shorten, FEWEST_ROWS)
            self._more_back = True
            self.stateChanged.emit()

    def _shortened(self, _: asyncio.Task[None]) -> None:
        self._shortening = None

    def _may_be_shortened(self) -> bool:
        return self._at_bottom and not self._more_forward and len(self._rows.items) > MOST_ROWS

    # Going somewhere

    @Slot(str)
    def jumpTo(self, event_id: str) -> None:  # noqa: N802
        """Show an event and mark it; what is not loaded is fetched around it."""
        self.start(self.show_event(event_id))

    @Slot(float)
    def jumpToDate(self, at_ms: float) -> None:  # noqa: N802
        """Show the first event of a moment, in milliseconds since 1970."""
        self.start(self._show_date(int(at_ms)))

    @Slot()
    def jumpToUnread(self) -> None:  # noqa: N802
        row = self._rows.newRow()
        if row >= 0:
            self.reveal.emit(self._rows.get(row)["key"], False)

    @Slot()
    def jumpToPresent(self) -> None:  # noqa: N802
        """Show the newest messages."""
        if self._more_forward:
            self.start(self.open())
        elif self._rows.items:
            self.reveal.emit(self._rows.items[-1].key, False)
        self._set_news(0)

    async def show_event(self, event_id: str) -> None:
        """Show an event and mark it."""
        item = self._rows.item(event_id)
        if item is None:
            await self.open(around_event=event_id)
            item = self._rows.item(event_id)
        self.reveal.emit(item.key if item else event_id, True)

    async def _show_date(self, at_ms: int) -> None:
        event_id = await self.bridge.call(self.client.timelines.jump_to_date, self.room_id, at_ms)
        if event_id is not None:
            await self.show_event(event_id)

    def last_own(self) -> TimelineItem | None:
        """The newest own message that can be edited."""
        return next((item for item in reversed(self._rows.items) if item.own and item.can_edit), None)

    def message_before(self, event_id: str, step: int) -> TimelineItem | None:
        """The next message up (-1) or down (1) that can be replied to; the newest where none is given."""
        items = [item for item in self._rows.items if item.kind in MESSAGES and item.can_reply]
        here = next((place for place, item in enumerate(items) if item.event_id == event_id), len(items))
        place = here + step
        return items[place] if 0 <= place < len(items) else None


def _on_server(item: TimelineItem) -> bool:
    return (
        item.event_id is not None
        and item.kind not in SEPARATORS
        and item.kind is not ItemKind.UNKNOWN
        and item.send_state is SendState.SENT
    )


def _length(operation: TimelineOperation) -> int:
    return len(operation.items) if isinstance(operation, Insert) else 1


def _split(insert: Insert, most: int) -> tuple[Insert, Insert]:
    """The first so many items of an insertion, and one of those that follow them."""
    return (
        Insert(insert.index, insert.items[:most]),
        Insert(insert.index + most, insert.items[most:]),
    )
