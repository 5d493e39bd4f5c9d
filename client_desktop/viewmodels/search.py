"""Finding messages: in this room or in all, here and on the server."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Property, QObject, QTimer, Signal, Slot

from client_desktop.core.search.search import SearchFilter, SearchHit
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.hits import HitRow, search_hit
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.room import RoomModel
from client_desktop.viewmodels.rooms import RoomsModel

WAIT_MS = 180
MOST = 100


class SearchModel(AccountModel):
    """`app.search`: typing finds in the local store at once; `everywhere` looks through all rooms."""

    changed = Signal()

    def __init__(
        self, bridge: Bridge, rooms: RoomsModel, room: RoomModel, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._rooms_model = rooms
        self._room = room
        self._words = ""
        self._everywhere = False
        self._busy = False
        self._rows: ValueListModel[HitRow] = ValueListModel(HitRow, lambda row: row.key, self)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(WAIT_MS)
        self._waiting.timeout.connect(self._begin)
        room.roomChanged.connect(self._room_changed)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    words = Property(str, lambda self: self._words, notify=changed)
    everywhere = Property(bool, lambda self: self._everywhere, notify=changed)
    busy = Property(bool, lambda self: self._busy, notify=changed)

    async def account_changed(self) -> None:
        self._words = ""
        self._rows.reset(())
        self.changed.emit()

    @Slot(str)
    def setWords(self, words: str) -> None:  # noqa: N802
        if words != self._words:
            self._words = words
            self._waiting.start()
            self.changed.emit()

    @Slot(bool)
    def setEverywhere(self, everywhere: bool) -> None:  # noqa: N802
        if everywhere != self._everywhere:
            self._everywhere = everywhere
            self._begin()
            self.changed.emit()

    @Slot()
    def _room_changed(self) -> None:
        if not self._everywhere and self._words:
            self._begin()

    @Slot()
    def _begin(self) -> None:
        self.start(self._find(self._words.strip(), "" if self._everywhere else self._room.room_id))

    async def _find(self, words: str, room_id: str) -> None:
        if not words:
            self._rows.reset(())
            return
        self._busy = True
        self.changed.emit()
        try:
            await self._show_found(words, room_id)
        finally:
            self._busy = False
            self.changed.emit()

    async def _show_found(self, words: str, room_id: str) -> None:
        """What the store has at once, then what the server adds from rooms that are not encrypted."""
        search = self.client.search
        hits = await self.bridge.call(search.find, words, room_id=room_id or None, limit=MOST)
        self._show(hits, words, room_id)
        page = await self.bridge.call(search.find_on_server, words, SearchFilter(room_id=room_id or None))
        known = {hit.event_id for hit in hits}
        more = (*hits, *(hit for hit in page.hits if hit.event_id not in known))
        self._show(sorted(more, key=lambda hit: -hit.at_ms), words, room_id)

    def _show(self, hits: Iterable[SearchHit], words: str, room_id: str) -> None:
        if words == self._words.strip():
            names = {room.room_id: room.name for room in self._rooms_model.summaries.values()}
            self._rows.update(search_hit(hit, names, bool(room_id)) for hit in hits)
