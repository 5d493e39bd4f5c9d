"""Exploring rooms: the directory of one's own server and of others, joining, asking to join."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.rooms.directory import RoomPreview
from client_desktop.core.values import Membership
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.words import word
from federation.protocol.ids import InvalidIdentifier, parse_room_alias, server_name_of

ASK_AFTER_S: Final = 0.3
MAX_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    room_id: str
    name: str
    topic: str
    avatar_url: str
    alias: str
    members: int
    space: bool
    encrypted: bool
    readable: bool
    act: str
    """What can be done: `open`, `join`, `knock`, or empty."""


class DirectoryModel(Flow):
    """`search` fills `rooms`; `join` and `knock` lead to one of them."""

    changed = Signal()
    joined = Signal(str)
    knocked = Signal(str)

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._rows: ValueListModel[DirectoryRow] = ValueListModel(DirectoryRow, lambda row: row.room_id, self)
        self._server = ""
        self._servers: tuple[str, ...] = ()
        self._term = ""
        self._spaces = False
        self._next: str | None = None
        self._alias = ""
        self._loaded = False
        self._joining = ""
        self._via: tuple[str, ...] = ()
        self._search: asyncio.Task[None] | None = None

    rooms = Property(QObject, lambda self: self._rows, constant=True)
    server = shown(str, "_server", changed)
    servers = shown(list, "_servers", changed)
    """Whose directories can be looked at; one's own first."""
    alias = shown(str, "_alias", changed)
    """The address that was typed: it can be joined whether it is listed or not."""
    loaded = shown(bool, "_loaded", changed)
    joining = shown(str, "_joining", changed)
    """The room that is being joined."""
    hasMore = Property(bool, lambda self: self._next is not None, notify=changed)  # noqa: N815

    async def account_changed(self) -> None:
        own = server_name_of(self.user_id) if self.user_id else ""
        self._rows.reset(())
        self._next = None
        self.show(_server=own, _servers=(own,) if own else (), _loaded=False)

    @Slot()
    def begin(self) -> None:
        """Show the directory anew."""
        self.search("", False)

    @Slot(str, list)
    def showRoom(self, room: str, via: list[str]) -> None:  # noqa: N802
        """Show one room, by its id or address, as a link leads to it; `via` are servers that know it."""
        self._via = tuple(str(server) for server in via)
        self.show(_alias=_alias_of(room))
        self._search = self.act(self._show_room(room))

    @Slot(str, bool)
    def search(self, term: str, spaces: bool) -> None:
        """Search; the server is asked when nobody types for a moment."""
        if self._search is not None:
            self._search.cancel()
        self._term, self._spaces = term.strip(), spaces
        self._via = ()
        self.show(_alias=_alias_of(self._term))
        self._search = self.act(self._fill(after_s=ASK_AFTER_S if term else 0))

    @Slot(str)
    def lookAt(self, server: str) -> None:  # noqa: N802
        """Show another server's directory."""
        server = server.strip().lower()
        if server:
            servers = self._servers if server in self._servers else (*self._servers, server)
            self.show(_server=server, _servers=servers)
            self.search(self._term, self._spaces)

    @Slot()
    def more(self) -> None:
        """Load what follows, if there is more."""
        if self._next is not None and not self._is_busy() and len(self._rows) < MAX_ROWS:
            self.act(self._load(self._next))

    @Slot(str)
    def join(self, room: str) -> None:
        """Join a room by its id or address."""
        self.act(self._join(room))

    @Slot(str, str)
    def knock(self, room_id: str, reason: str) -> None:
        """Ask to be let in."""
        self.act(self._knock(room_id, reason.strip()))

    async def _fill(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await self._load(None)

    async def _load(self, since: str | None) -> None:
        client, server = self.client, self._server
        own = server == server_name_of(self.user_id)
        page = await self.bridge.call(
            lambda: client.rooms.search_directory(
                self._term, server=None if own else server, since=since, spaces=True if self._spaces else None
            )
        )
        rows = [await self._row(room) for room in page.rooms]
        if since is None:
            self._rows.reset(())
        known = {row.room_id for row in self._rows}
        self._rows.insert(len(self._rows), [row for row in rows if row.room_id not in known])
        self._next = page.next_batch
        self._loaded = True
        self.changed.emit()

    async def _show_room(self, room: str) -> None:
        client, via = self.client, self._via
        preview = await self.bridge.call(client.rooms.preview, room, via)
        self._rows.reset([await self._row(preview)])
        self._next = None
        self._loaded = True
        self.changed.emit()

    async def _row(self, room: RoomPreview) -> DirectoryRow:
        own = await self.bridge.call(self.client.rooms.summary, room.room_id)
        joined = own is not None and own.membership is Membership.JOIN
        return directory_row(room, joined=joined)

    async def _join(self, room: str) -> None:
        client, server = self.client, self._server
        self.show(_joining=room)
        try:
            via = () if room.startswith("#") else self._via or (server,)
            room_id = await self.bridge.call(lambda: client.rooms.join(room, via))
        finally:
            self.show(_joining="")
        self.joined.emit(room_id)

    async def _knock(self, room_id: str, reason: str) -> None:
        client, via = self.client, self._via or (self._server,)
        await self.bridge.call(lambda: client.rooms.knock(room_id, via, reason))
        self.knocked.emit(word("dialogs.knock_done"))


def directory_row(room: RoomPreview, *, joined: bool) -> DirectoryRow:
    """Show what a directory or a space says of a room."""
    joined = joined or room.membership == Membership.JOIN
    if joined:
        act = "open"
    elif room.join_rule in ("knock", "knock_restricted"):
        act = "knock"
    else:
        act = "join" if room.join_rule in ("public", "restricted", "") or room.membership == "invite" else ""
    return DirectoryRow(
        room_id=room.room_id,
        name=room.name,
        topic=" ".join(room.topic.split()),
        avatar_url=room.avatar_url or "",
        alias=room.canonical_alias or "",
        members=room.joined_members,
        space=room.space,
        encrypted=room.encrypted,
        readable=room.world_readable,
        act=act,
    )


def _alias_of(term: str) -> str:
    try:
        return parse_room_alias(term)
    except InvalidIdentifier:
        return ""
