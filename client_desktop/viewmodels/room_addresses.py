"""The addresses of a room: its main one, others, and those that one's own server has for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from client_desktop.core.changes import RoomStateChanged
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.problems import error_sentence
from federation.protocol.ids import InvalidIdentifier, parse_room_alias, server_name_of

CANONICAL: Final = "m.room.canonical_alias"
MAX_ADDRESSES: Final = 200


@dataclass(frozen=True, slots=True)
class AddressRow:
    alias: str
    main: bool
    local: bool
    """Our own server has it, so it can be removed."""
    shown: bool
    """The room names it as its own."""


class RoomAddressesModel(Flow):
    """`begin(room)` shows them."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._room_id = ""
        self._rows: tuple[AddressRow, ...] = ()
        self._main = ""
        self._server = ""
        self._may_change = False
        self.listen(RoomStateChanged, self._state_changed)

    addresses = shown(list, "_rows", changed)
    main = shown(str, "_main", changed)
    server = shown(str, "_server", changed)
    mayChange = shown(bool, "_may_change", changed)  # noqa: N815
    """Which addresses the room shows; anybody may make one on their own server."""

    @Slot(str)
    def begin(self, room_id: str) -> None:
        """Show this room."""
        if room_id != self._room_id:
            self.show(_rows=(), _main="")
        self._room_id = room_id
        self.show(_server=server_name_of(self.user_id) if self.user_id else "")
        self.act(self._read())

    @Slot(str)
    def add(self, name: str) -> None:
        """Make an address on one's own server."""
        name = name.strip().removeprefix("#").partition(":")[0]
        try:
            usable = name and not any(letter.isspace() for letter in name)
            alias = parse_room_alias(f"#{name}:{self._server}") if usable else ""
        except InvalidIdentifier:
            alias = ""
        if alias:
            self.act(self._add(alias))
        else:
            self.set_error(error_sentence("invalid_address"))

    @Slot(str)
    def remove(self, alias: str) -> None:
        """Give up an address of one's own server."""
        self.act(self._remove(alias))

    @Slot(str)
    def makeMain(self, alias: str) -> None:  # noqa: N802
        """Show this address first; empty: none."""
        self.act(self._make_main(alias))

    async def _add(self, alias: str) -> None:
        client, room_id = self.client, self._room_id
        await self.bridge.call(client.rooms.add_alias, room_id, alias)
        if self._may_change:
            main, others = self._named()
            await self._set_named(main or alias, [*others, alias] if main else others)
        await self._read()

    async def _remove(self, alias: str) -> None:
        client = self.client
        main, others = self._named()
        if self._may_change and alias in (main, *others):
            await self._set_named("" if alias == main else main, [each for each in others if each != alias])
        await self.bridge.call(client.rooms.remove_alias, alias)
        await self._read()

    async def _make_main(self, alias: str) -> None:
        main, others = self._named()
        rest = [each for each in (main, *others) if each and each != alias]
        await self._set_named(alias, rest)
        await self._read()

    async def _set_named(self, main: str, others: list[str]) -> None:
        client, room_id = self.client, self._room_id
        await self.bridge.call(lambda: client.rooms.set_aliases(room_id, main or None, others))
        self._main = main
        self._rows = tuple(
            AddressRow(row.alias, row.alias == main, row.local, row.alias in (main, *others))
            for row in self._rows
        )

    def _named(self) -> tuple[str, list[str]]:
        return self._main, [row.alias for row in self._rows if row.shown and not row.main]

    async def _read(self) -> None:
        client, room_id = self.client, self._room_id
        local = await self.bridge.call(client.rooms.aliases, room_id)
        content = await self.bridge.call(client.rooms.state, room_id, CANONICAL) or {}
        permissions = await self.bridge.call(client.rooms.permissions, room_id)
        main = content.get("alias")
        main = main if isinstance(main, str) else ""
        others = content.get("alt_aliases")
        named = [each for each in others if isinstance(each, str)] if isinstance(others, list) else []
        every = dict.fromkeys([each for each in (main, *named, *local) if each])
        rows = tuple(
            AddressRow(alias, alias == main, alias in local, alias == main or alias in named)
            for alias in every
        )
        self.show(_main=main, _rows=rows[:MAX_ADDRESSES], _may_change=permissions.may_state(CANONICAL))

    def _state_changed(self, change: RoomStateChanged) -> None:
        ours = change.account == self.user_id and change.room_id == self._room_id
        if ours and CANONICAL in change.types:
            self.start(self._read())
