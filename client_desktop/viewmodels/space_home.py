"""A space: what it holds, and what its keepers can change about that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.changes import RoomStateChanged
from client_desktop.core.rooms.directory import RoomPreview
from client_desktop.core.rooms.spaces import SpaceChild
from client_desktop.core.values import Membership, RoomKind, RoomSummary
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.directory import directory_row
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel

CHILD: Final = "m.space.child"


@dataclass(frozen=True, slots=True)
class SpaceRow:
    room_id: str
    name: str
    topic: str
    avatar_url: str
    members: int
    space: bool
    children: int
    suggested: bool
    act: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One of the user's own rooms, which could be put into the space."""

    room_id: str
    name: str
    avatar_url: str
    space: bool
    chosen: bool


class SpaceHomeModel(Flow):
    """`begin(space)` shows what it holds."""

    changed = Signal()
    joined = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._rows: ValueListModel[SpaceRow] = ValueListModel(SpaceRow, lambda row: row.room_id, self)
        self._candidates: ValueListModel[CandidateRow] = ValueListModel(
            CandidateRow, lambda row: row.room_id, self
        )
        self._room_id = ""
        self._name = ""
        self._topic = ""
        self._avatar_url = ""
        self._members = 0
        self._may_change = False
        self._may_invite = False
        self._loaded = False
        self._next: str | None = None
        self._chosen: frozenset[str] = frozenset()
        self.listen(RoomStateChanged, self._state_changed)

    rooms = Property(QObject, lambda self: self._rows, constant=True)
    candidates = Property(QObject, lambda self: self._candidates, constant=True)
    roomId = shown(str, "_room_id", changed)  # noqa: N815
    name = shown(str, "_name", changed)
    topic = shown(str, "_topic", changed)
    avatarUrl = shown(str, "_avatar_url", changed)  # noqa: N815
    members = shown(int, "_members", changed)
    mayChange = shown(bool, "_may_change", changed)  # noqa: N815
    mayInvite = shown(bool, "_may_invite", changed)  # noqa: N815
    loaded = shown(bool, "_loaded", changed)
    chosenCount = Property(int, lambda self: len(self._chosen), notify=changed)  # noqa: N815
    hasMore = Property(bool, lambda self: self._next is not None, notify=changed)  # noqa: N815

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this space."""
        self._rows.reset(())
        self._next = None
        self.show(_room_id=room_id, _loaded=False, _chosen=frozenset())
        self.act(self._load(None))

    @Slot()
    def more(self) -> None:
        """Load what follows."""
        if self._next is not None and not self._is_busy():
            self.act(self._load(self._next))

    @Slot(str)
    def join(self, room_id: str) -> None:
        """Join one of its rooms."""
        self.act(self._join(room_id))

    @Slot(str)
    def remove(self, room_id: str) -> None:
        """Take a room out of the space; the room stays."""
        self.act(self._remove(room_id))

    @Slot(str, bool)
    def suggest(self, room_id: str, suggested: bool) -> None:
        """Suggest a room to members, or no more."""
        self.act(self._suggest(room_id, suggested))

    @Slot(str)
    def findCandidates(self, term: str) -> None:  # noqa: N802
        """List those of one's own rooms that are not here yet."""
        self.start(self._find_candidates(term.strip().casefold()))

    @Slot(str)
    def choose(self, room_id: str) -> None:
        """Pick a candidate, or let go of it."""
        self._chosen = self._chosen ^ {room_id}
        at = self._candidates.position(room_id)
        if at >= 0:
            row = self._candidates.rows[at]
            chosen = room_id in self._chosen
            self._candidates.replace(
                at, CandidateRow(row.room_id, row.name, row.avatar_url, row.space, chosen)
            )
        self.changed.emit()

    @Slot()
    def addChosen(self) -> None:  # noqa: N802
        """Put the picked rooms into the space."""
        self.act(self._add_chosen())

    async def _load(self, since: str | None) -> None:
        client, space_id = self.client, self._room_id
        await self._look_at_space()
        page = await self.bridge.call(lambda: client.rooms.space_hierarchy(space_id, since=since, depth=1))
        children = {
            child.room_id: child
            for room in page.rooms
            if room.preview.room_id == space_id
            for child in room.children
        }
        rows = [
            await self._row(room.preview, len(room.children), children.get(room.preview.room_id))
            for room in page.rooms
            if room.preview.room_id != space_id
        ]
        self._rows.update([*(self._rows.rows if since is not None else ()), *rows])
        self._next = page.next_batch
        self._loaded = True
        self.changed.emit()

    async def _look_at_space(self) -> None:
        client, space_id = self.client, self._room_id
        space = await self.bridge.call(client.rooms.summary, space_id)
        permissions = await self.bridge.call(client.rooms.permissions, space_id)
        if space is not None:
            self.show(
                _name=space.name,
                _topic=space.topic,
                _avatar_url=space.avatar_url or "",
                _members=space.joined_members,
                _may_change=permissions.may_state(CHILD),
                _may_invite=permissions.may_invite(),
            )

    async def _row(self, room: RoomPreview, children: int, child: SpaceChild | None) -> SpaceRow:
        own = await self.bridge.call(self.client.rooms.summary, room.room_id)
        joined = own is not None and own.membership is Membership.JOIN
        shown_row = directory_row(room, joined=joined)
        return SpaceRow(
            room_id=shown_row.room_id,
            name=shown_row.name,
            topic=shown_row.topic,
            avatar_url=shown_row.avatar_url,
            members=shown_row.members,
            space=shown_row.space,
            children=children,
            suggested=child is not None and child.suggested,
            act=shown_row.act,
        )

    async def _join(self, room_id: str) -> None:
        client = self.client
        via = await self._via(room_id)
        joined = await self.bridge.call(lambda: client.rooms.join(room_id, via))
        self.joined.emit(joined)

    async def _remove(self, room_id: str) -> None:
        await self.bridge.call(self.client.rooms.remove_child, self._room_id, room_id)
        at = self._rows.position(room_id)
        if at >= 0:
            self._rows.remove(at)

    async def _suggest(self, room_id: str, suggested: bool) -> None:
        client, space_id, via = self.client, self._room_id, await self._via(room_id)
        await self.bridge.call(
            lambda: client.rooms.add_child(space_id, room_id, via=via, suggested=suggested)
        )
        await self._load(None)

    async def _via(self, room_id: str) -> tuple[str, ...]:
        children = await self.bridge.call(self.client.rooms.space_children, self._room_id)
        return next((child.via for child in children if child.room_id == room_id), ())

    async def _find_candidates(self, term: str) -> None:
        client = self.client
        here = {child.room_id for child in await self.bridge.call(client.rooms.space_children, self._room_id)}
        rooms = await self.bridge.call(client.rooms.list)
        self._candidates.update(
            CandidateRow(
                room.room_id,
                room.name,
                room.avatar_url or "",
                room.kind is RoomKind.SPACE,
                room.room_id in self._chosen,
            )
            for room in rooms
            if room.room_id not in here and self._can_be_added(room) and term in room.name.casefold()
        )

    def _can_be_added(self, room: RoomSummary) -> bool:
        return (
            room.membership is Membership.JOIN
            and room.kind is not RoomKind.DIRECT
            and room.room_id != self._room_id
            and room.successor is None
        )

    async def _add_chosen(self) -> None:
        client, space_id = self.client, self._room_id
        for room_id in sorted(self._chosen):
            await self.bridge.call(client.rooms.add_child, space_id, room_id)
        self.show(_chosen=frozenset())
        await self._load(None)

    def _state_changed(self, change: RoomStateChanged) -> None:
        ours = change.account == self.user_id and change.room_id == self._room_id
        if ours and CHILD in change.types and self._loaded:
            self.act(self._load(None))
