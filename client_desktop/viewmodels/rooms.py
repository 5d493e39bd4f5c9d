"""The list of rooms and the rail of spaces beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import RoomsChanged
from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary
from client_desktop.viewmodels.account_model import AccountModel
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.room_row import (
    ListChoice,
    RoomFilter,
    RoomRow,
    RowsMade,
    is_unread,
    rooms_inside,
    rows_of,
    totals,
)

FAVOURITE_TAG = "m.favourite"
LOW_PRIORITY_TAG = "m.lowpriority"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class SpaceRow:
    room_id: str
    name: str
    avatar_url: str
    unread: int
    mentions: int


class RoomsModel(AccountModel):
    """`app.rooms`: rows of the list, spaces of the rail, and what can be done to a room from the list."""

    choiceChanged = Signal()  # noqa: N815
    totalsChanged = Signal()  # noqa: N815
    currentChanged = Signal()  # noqa: N815
    summariesChanged = Signal(object)  # noqa: N815
    """Ids of rooms that look different, for those who show one of them."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self.summaries: dict[str, RoomSummary] = {}
        self._choice = ListChoice()
        self._current = ""
        self._made = RowsMade()
        self._totals = (0, 0)
        self.private_receipts = False
        self._rows: ValueListModel[RoomRow] = ValueListModel(RoomRow, lambda row: row.key, self)
        self._spaces: ValueListModel[SpaceRow] = ValueListModel(SpaceRow, lambda row: row.room_id, self)
        self.listen(RoomsChanged, self._rooms_changed)

    rows = Property(QObject, lambda self: self._rows, constant=True)
    spaces = Property(QObject, lambda self: self._spaces, constant=True)
    filter = Property(str, lambda self: self._choice.filter.value, notify=choiceChanged)
    words = Property(str, lambda self: self._choice.words, notify=choiceChanged)
    space = Property(str, lambda self: self._choice.space, notify=choiceChanged)
    title = Property(str, lambda self: self._title(), notify=choiceChanged)
    current = Property(str, lambda self: self._current, notify=currentChanged)
    """Id of the room that is open."""
    unread = Property(int, lambda self: self._totals[0], notify=totalsChanged)
    mentions = Property(int, lambda self: self._totals[1], notify=totalsChanged)

    async def account_changed(self) -> None:
        found = await self.bridge.call(self.client.rooms.list) if self.user_id else ()
        self._made.forget(self.summaries)
        self.summaries.clear()  # the same mapping: others look into it
        self.summaries.update((room.room_id, room) for room in found)
        self._choice = ListChoice(collapsed=self._choice.collapsed)
        self.choiceChanged.emit()
        self._show()
        self.summariesChanged.emit(frozenset(self.summaries))

    def show_stored(self, rooms: Iterable[RoomSummary]) -> None:
        """List what was seen last, until there is an account to ask."""
        self.summaries.update((room.room_id, room) for room in rooms)
        self._show()

    def set_current(self, room_id: str) -> None:
        """Which room is open: it stays in the list whatever the filter says."""
        if room_id != self._current:
            self._current = room_id
            self.currentChanged.emit()
            if self._choice.filter is not RoomFilter.ALL:
                self._show()

    # What is listed

    @Slot(str)
    def setFilter(self, name: str) -> None:  # noqa: N802
        self._choose(replace(self._choice, filter=RoomFilter(name)))

    @Slot(str)
    def setWords(self, words: str) -> None:  # noqa: N802
        self._choose(replace(self._choice, words=words.strip()))

    @Slot(str)
    def setSpace(self, room_id: str) -> None:  # noqa: N802
        self._choose(replace(self._choice, space=room_id))

    @Slot(str)
    def toggleSection(self, section: str) -> None:  # noqa: N802
        self._choose(replace(self._choice, collapsed=self._choice.collapsed ^ {section}))

    @Slot(int, bool, result=str)
    def neighbour(self, step: int, unread_only: bool) -> str:
        """Id of the next room down (1) or up (-1) the list; empty where there is none."""
        rows = [row for row in self._rows if not row.header]
        here = next((place for place, row in enumerate(rows) if row.room_id == self._current), None)
        if here is None:
            here = -1 if step > 0 else len(rows)
        place = here + step
        while 0 <= place < len(rows):
            room = self.summaries.get(rows[place].room_id)
            if room is not None and (not unread_only or is_unread(room)):
                return room.room_id
            place += step
        return ""

    # What can be done to a room

    @Slot(str, bool)
    def setFavourite(self, room_id: str, wanted: bool) -> None:  # noqa: N802
        self.start(self._tag(room_id, FAVOURITE_TAG, wanted, LOW_PRIORITY_TAG))

    @Slot(str, bool)
    def setLowPriority(self, room_id: str, wanted: bool) -> None:  # noqa: N802
        self.start(self._tag(room_id, LOW_PRIORITY_TAG, wanted, FAVOURITE_TAG))

    @Slot(str, int)
    def mute(self, room_id: str, hours: int) -> None:
        """For so many hours; -1 for good, 0 to hear of it again."""
        self.start(self._mute(room_id, hours))

    @Slot(str)
    def markRead(self, room_id: str) -> None:  # noqa: N802
        self.start(self._mark_read((room_id,)))

    @Slot()
    def markAllRead(self) -> None:  # noqa: N802
        unread = tuple(room.room_id for room in self.summaries.values() if is_unread(room))
        self.start(self._mark_read(unread))

    @Slot(str)
    def markUnread(self, room_id: str) -> None:  # noqa: N802
        self.start(self._mark_unread(room_id))

    @Slot(str)
    def leave(self, room_id: str) -> None:
        self.start(self._leave(room_id))

    @Slot(str)
    def accept(self, room_id: str) -> None:
        """Accept an invitation."""
        self.start(self._join(room_id))

    def _choose(self, choice: ListChoice) -> None:
        if choice != self._choice:
            self._choice = choice
            self.choiceChanged.emit()
            self._show()

    def _title(self) -> str:
        space = self.summaries.get(self._choice.space)
        return space.name if space else ""

    def _rooms_changed(self, change: RoomsChanged) -> None:
        if change.account != self.user_id:
            return
        for room in change.rooms:
            self.summaries[room.room_id] = room
        for room_id in change.gone:
            self.summaries.pop(room_id, None)
        self._made.forget(change.gone)
        self._show()
        self.summariesChanged.emit(frozenset(room.room_id for room in change.rooms) | set(change.gone))

    def _show(self) -> None:
        self._rows.update(rows_of(self.summaries, self._choice, self._current, self._made))
        self._spaces.update(self._space_rows())
        found = totals(room for room in self.summaries.values() if room.section is not RoomSection.HIDDEN)
        if found != self._totals:
            self._totals = found
            self.totalsChanged.emit()

    def _space_rows(self) -> list[SpaceRow]:
        spaces = {
            room.room_id: room
            for room in self.summaries.values()
            if room.kind is RoomKind.SPACE and room.membership is Membership.JOIN and room.successor is None
        }
        rows = []
        for space in spaces.values():
            if any(parent in spaces for parent in space.parents):
                continue
            inside = rooms_inside(self.summaries, space.room_id)
            unread, mentions = totals(
                self.summaries[room_id]
                for room_id in inside
                if self.summaries[room_id].section is not RoomSection.HIDDEN
            )
            rows.append(SpaceRow(space.room_id, space.name, space.avatar_url or "", unread, mentions))
        return sorted(rows, key=lambda row: (row.name.casefold(), row.room_id))

    async def _tag(self, room_id: str, tag: str, wanted: bool, other: str) -> None:
        rooms = self.client.rooms
        if wanted:
            await self.bridge.call(rooms.remove_tag, room_id, other)
            await self.bridge.call(rooms.set_tag, room_id, tag)
        else:
            await self.bridge.call(rooms.remove_tag, room_id, tag)

    async def _mute(self, room_id: str, hours: int) -> None:
        now_ms = await self.bridge.call(self.client.clock.now_ms)
        until_ms = now_ms + hours * HOUR_MS if hours > 0 else None
        await self.bridge.call(self.client.rooms.set_muted, room_id, hours != 0, until_ms)

    async def _mark_read(self, room_ids: tuple[str, ...]) -> None:
        for room_id in room_ids:
            room = self.summaries.get(room_id)
            if room is not None and room.membership is Membership.JOIN:
                await self.bridge.call(self._read_all, room)

    async def _read_all(self, room: RoomSummary) -> None:
        """In the engine's thread."""
        client = self.client
        newest = client.timelines.newest_event(room.room_id)
        if newest is not None and (room.unread or room.mentions):
            await client.rooms.mark_read(room.room_id, newest, self.private_receipts)
        if room.marked_unread:
            await client.rooms.mark_unread(room.room_id, False)

    async def _mark_unread(self, room_id: str) -> None:
        await self.bridge.call(self.client.rooms.mark_unread, room_id, True)

    async def _leave(self, room_id: str) -> None:
        await self.bridge.call(self.client.rooms.leave, room_id)

    async def _join(self, room_id: str) -> None:
        await self.bridge.call(self.client.rooms.join, room_id)
