"""The room that is open: its header, its conversation, the thread and the panel beside it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import MembersChanged, RoomStateChanged
from client_desktop.core.rooms.image_packs import OLDER_PACK, PACK
from client_desktop.core.values import RoomSummary
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.conversation import Conversation
from client_desktop.viewmodels.hits import HitRow, item_hit
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.media import MediaModel
from client_desktop.viewmodels.members import MembersModel
from client_desktop.viewmodels.qml_values import to_qml
from client_desktop.viewmodels.room_header import header_map
from client_desktop.viewmodels.rooms import RoomsModel
from client_desktop.viewmodels.stickers import sticker_maps

PINNED = "m.room.pinned_events"
PACK_TYPES = frozenset({PACK, OLDER_PACK})
KEPT_OPEN = 6
"""Conversations that stay open behind the one shown, so that going back to them takes no time."""


class RoomModel(AccountModel):
    """`app.room`. `open` shows another room; "" shows none."""

    roomChanged = Signal()  # noqa: N815
    infoChanged = Signal()  # noqa: N815
    permissionsChanged = Signal()  # noqa: N815
    panelChanged = Signal()  # noqa: N815
    stickersChanged = Signal()  # noqa: N815
    threadChanged = Signal()  # noqa: N815
    commanded = Signal(object)
    """A slash command of the room's or of the thread's composer."""

    def __init__(
        self, bridge: Bridge, rooms: RoomsModel, media: MediaModel, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._rooms = rooms
        self._media = media
        self._room_id = ""
        self._info: dict[str, Any] = {}
        self._permissions: dict[str, Any] = {}
        self._kept: OrderedDict[str, Conversation] = OrderedDict()
        self._conversation: Conversation | None = None
        self._thread: Conversation | None = None
        self._pin_count = 0
        self._stickers: list[dict[str, Any]] = []
        self._panel = ""
        self._members = MembersModel(self)
        self._pins: ValueListModel[HitRow] = ValueListModel(HitRow, lambda row: row.key, self)
        self._threads: ValueListModel[HitRow] = ValueListModel(HitRow, lambda row: row.key, self)
        self._tells_typing, self._private_receipts = True, False
        self._back: list[str] = []
        self._forward: list[str] = []
        rooms.summariesChanged.connect(self._summaries_changed)
        self.listen(MembersChanged, self._members_changed)
        self.listen(RoomStateChanged, self._state_changed)

    roomId = Property(str, lambda self: self._room_id, notify=roomChanged)  # noqa: N815
    info = Property("QVariant", lambda self: self._info, notify=infoChanged)  # type: ignore[arg-type]
    may = Property("QVariant", lambda self: self._permissions, notify=permissionsChanged)  # type: ignore[arg-type]
    conversation = Property(QObject, lambda self: self._conversation, notify=roomChanged)
    openedThread = Property(QObject, lambda self: self._thread, notify=threadChanged)  # noqa: N815
    members = Property(QObject, lambda self: self._members, constant=True)
    stickers = Property(list, lambda self: self._stickers, notify=stickersChanged)
    pinCount = Property(int, lambda self: self._pin_count, notify=infoChanged)  # noqa: N815
    pins = Property(QObject, lambda self: self._pins, constant=True)
    threads = Property(QObject, lambda self: self._threads, constant=True)
    panel = Property(str, lambda self: self._panel, notify=panelChanged)
    canGoBack = Property(bool, lambda self: bool(self._back), notify=roomChanged)  # noqa: N815
    canGoForward = Property(bool, lambda self: bool(self._forward), notify=roomChanged)  # noqa: N815

    @property
    def current(self) -> Conversation | None:
        """The conversation of the room that is open."""
        return self._conversation

    @property
    def summary(self) -> RoomSummary | None:
        return self._rooms.summaries.get(self._room_id)

    @property
    def room_id(self) -> str:
        return self._room_id

    # Going from room to room

    @Slot(str)
    def open(self, room_id: str) -> None:
        """Show a room; remember where one came from."""
        if room_id == self._room_id:
            return
        if self._room_id:
            self._back.append(self._room_id)
            del self._back[:-50]
        self._forward.clear()
        self._show(room_id)

    @Slot(str, str)
    def openAt(self, room_id: str, event_id: str) -> None:  # noqa: N802
        """Show a room at one of its events."""
        self.open(room_id)
        if self._conversation is not None and event_id:
            self._conversation.timeline_model.jumpTo(event_id)

    @Slot(str)
    def follow(self, room_id: str) -> None:
        """Go where a room goes on: open it, joining it first where one is not in it."""
        if room_id in self._rooms.summaries:
            self.open(room_id)
        else:
            self.start(self._join(room_id))

    @Slot()
    def goBack(self) -> None:  # noqa: N802
        if self._back:
            self._forward.append(self._room_id)
            self._show(self._back.pop())

    @Slot()
    def goForward(self) -> None:  # noqa: N802
        if self._forward:
            self._back.append(self._room_id)
            self._show(self._forward.pop())

    def choose(self, *, typing: bool, private_receipts: bool) -> None:
        """What others are told: that one types, and what one has read."""
        self._tells_typing, self._private_receipts = typing, private_receipts
        for conversation in (*self._kept.values(), *((self._thread,) if self._thread else ())):
            conversation.choose(typing=typing, private_receipts=private_receipts)

    def speak(self) -> None:
        """Say everything anew that is in words: the language is another."""
        for conversation in (*self._kept.values(), *((self._thread,) if self._thread else ())):
            conversation.timeline_model.model.refresh()

    async def account_changed(self) -> None:
        await self._close_all()
        self._back.clear()
        self._forward.clear()
        self._show("")

    async def close(self) -> None:
        await self._close_all()
        await super().close()

    def _show(self, room_id: str) -> None:
        self._close_thread()
        self._room_id = room_id
        self._rooms.set_current(room_id)
        self._conversation = self._conversation_of(room_id) if room_id and self._can_be_read() else None
        self._permissions = {}
        self._pin_count = 0
        self._members.show(None)
        self._take_summary()
        self._pins.reset(())
        self._threads.reset(())
        self.roomChanged.emit()
        if self._panel not in ("", "info", "members"):
            self._set_panel("")
        if self._conversation is not None:
            self.start(self._load_surroundings(room_id, self._conversation.timeline_model.opened))

    async def _load_surroundings(self, room_id: str, opened: asyncio.Event) -> None:
        """Load what is not the messages, which go before it."""
        await opened.wait()
        await self._load_members(room_id)
        await self._load_permissions(room_id)
        await self._load_pin_count(room_id)
        await self._load_packs(room_id)

    def _can_be_read(self) -> bool:
        """Whether it is a room that one is or was in, not an invitation and not a space."""
        info = header_map(self.summary) if self.summary else {}
        return bool(info) and not info["invited"] and not info["isSpace"] and not info["knocking"]

    def _conversation_of(self, room_id: str) -> Conversation:
        kept = self._kept.pop(room_id, None)
        if kept is None:
            kept = self._make(room_id, "")
        self._kept[room_id] = kept
        while len(self._kept) > KEPT_OPEN:
            _, oldest = self._kept.popitem(last=False)
            self.start(oldest.close())
        return kept

    def _make(self, room_id: str, thread_root: str) -> Conversation:
        made = Conversation(
            self.bridge, self.client, room_id, thread_root, self._rooms.summaries.values, self._media, self
        )
        made.composer_model.commanded.connect(self.commanded)
        made.failed.connect(self.failed)
        made.set_members(self._members.members)
        made.choose(typing=self._tells_typing, private_receipts=self._private_receipts)
        made.open()
        return made

    async def _close_all(self) -> None:
        self._close_thread()
        kept, self._conversation = tuple(self._kept.values()), None
        self._kept.clear()
        for conversation in kept:
            await conversation.close()

    # Panel and thread

    @Slot(str)
    def showPanel(self, name: str) -> None:  # noqa: N802
        """info, members, threads, pins, search, thread; "" closes it."""
        if name != "thread":
            self._close_thread()
        self._set_panel(name)

    @Slot(str)
    def togglePanel(self, name: str) -> None:  # noqa: N802
        self.showPanel("" if self._panel == name else name)

    @Slot(str)
    def openThread(self, root_id: str) -> None:  # noqa: N802
        """Show the thread that begins with this event in the panel."""
        if not self._room_id or (self._thread is not None and self._thread.thread_root == root_id):
            return
        self._close_thread()
        self._thread = self._make(self._room_id, root_id)
        self.threadChanged.emit()
        self._set_panel("thread")

    @Slot()
    def loadPins(self) -> None:  # noqa: N802
        if self._room_id:
            self.start(self._load_pins(self._room_id))

    @Slot()
    def loadThreads(self) -> None:  # noqa: N802
        if self._room_id:
            self.start(self._load_threads(self._room_id))

    def _close_thread(self) -> None:
        if self._thread is not None:
            self.start(self._thread.close())
            self._thread = None
            self.threadChanged.emit()

    def _set_panel(self, name: str) -> None:
        if name != self._panel:
            self._panel = name
            self.panelChanged.emit()

    # What the room is

    @Slot(object)
    def _summaries_changed(self, room_ids: frozenset[str]) -> None:
        if self._room_id in room_ids:
            if self._conversation is None and self._can_be_read():
                self._show(self._room_id)
            elif self.summary is None:
                self._show("")
            else:
                self._take_summary()

    def _take_summary(self) -> None:
        summary = self.summary
        self._info = header_map(summary) if summary else {}
        self.infoChanged.emit()

    def _members_changed(self, change: MembersChanged) -> None:
        if change.account == self.user_id and change.room_id == self._room_id:
            self.start(self._load_members(change.room_id))

    def _state_changed(self, change: RoomStateChanged) -> None:
        if change.account == self.user_id and change.room_id == self._room_id:
            self.start(self._load_permissions(change.room_id))
            if PACK_TYPES & change.types:
                self.start(self._load_packs(change.room_id))
            if PINNED in change.types:
                self.start(self._load_pin_count(change.room_id))
                if self._panel == "pins":
                    self.start(self._load_pins(change.room_id))

    async def _load_members(self, room_id: str) -> None:
        members = await self.bridge.call(self.client.rooms.members, room_id)
        if room_id == self._room_id:
            self._members.show(members)
            for conversation in (self._conversation, self._thread):
                if conversation is not None:
                    conversation.set_members(members)

    async def _load_permissions(self, room_id: str) -> None:
        permissions = await self.bridge.call(self.client.rooms.permissions, room_id)
        if room_id == self._room_id:
            self._permissions = to_qml(permissions)
            self.permissionsChanged.emit()

    async def _join(self, room_id: str) -> None:
        await self.bridge.call(self.client.rooms.join, room_id)
        self.open(room_id)

    async def _load_packs(self, room_id: str) -> None:
        packs = await self.bridge.call(self.client.rooms.image_packs, room_id)
        if room_id == self._room_id:
            self._stickers = sticker_maps(packs)
            self.stickersChanged.emit()
            for conversation in (self._conversation, self._thread):
                if conversation is not None:
                    conversation.composer_model.packs = packs

    async def _load_pin_count(self, room_id: str) -> None:
        content = await self.bridge.call(self.client.rooms.state, room_id, PINNED)
        pinned = (content or {}).get("pinned")
        if room_id == self._room_id:
            self._pin_count = len(pinned) if isinstance(pinned, list) else 0
            self.infoChanged.emit()

    async def _load_pins(self, room_id: str) -> None:
        items = await self.bridge.call(self.client.timelines.pinned, room_id)
        if room_id == self._room_id:
            self._pins.update(item_hit(item, room_id) for item in items)

    async def _load_threads(self, room_id: str) -> None:
        items = await self.bridge.call(self.client.timelines.threads, room_id)
        if room_id == self._room_id:
            self._threads.update(item_hit(item, room_id) for item in items)
