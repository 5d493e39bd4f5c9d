"""Finding people: those one knows first, then the server's directory, then whoever's id is typed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.values import Profile
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from federation.protocol.ids import InvalidIdentifier, parse_user_id

ASK_AFTER_S: Final = 0.3
MAX_KNOWN: Final = 30


@dataclass(frozen=True, slots=True)
class PersonRow:
    user_id: str
    name: str
    avatar_url: str
    note: str
    """Why they cannot be chosen: in the room already, invited."""
    chosen: bool


class PeopleSearchModel(Flow):
    """`found` lists people for what is typed; `chosen` those that were picked."""

    changed = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(bridge, parent)
        self._term = ""
        self._searching = False
        self._notes: dict[str, str] = {}
        self._results: tuple[Profile, ...] = ()
        self._search: asyncio.Task[None] | None = None
        self.found: ValueListModel[PersonRow] = ValueListModel(PersonRow, lambda row: row.user_id, self)
        self.picked: ValueListModel[PersonRow] = ValueListModel(PersonRow, lambda row: row.user_id, self)

    people = Property(QObject, lambda self: self.found, constant=True)
    chosen = Property(QObject, lambda self: self.picked, constant=True)
    searching = shown(bool, "_searching", changed)
    term = shown(str, "_term", changed)

    def begin(self, notes: dict[str, str]) -> None:
        """Start anew. `notes`: who cannot be chosen, and why."""
        self._notes = notes
        self.picked.reset(())
        self.search("")

    @Slot(str)
    def search(self, term: str) -> None:
        """Show who fits what is typed; the server is asked when nobody types for a moment."""
        if self._search is not None:
            self._search.cancel()
        self.set_error("")
        self.show(_term=term.strip())
        self._search = self.start(self._find(term.strip()))

    @Slot(str)
    def choose(self, user_id: str) -> None:
        """Pick somebody, or let go of them."""
        if self.picked.position(user_id) >= 0:
            self.picked.remove(self.picked.position(user_id))
        else:
            row = next((row for row in self.found if row.user_id == user_id and not row.note), None)
            if row is not None:
                self.picked.append(row)
        self._list()

    async def _find(self, term: str) -> None:
        known = await self._known(term)
        self._results = known
        self._list()
        if len(term) < 2:
            return
        self.show(_searching=True)
        try:
            await asyncio.sleep(ASK_AFTER_S)
            client = self.client
            answer = await self.bridge.call(lambda: client.people.search(term))
            seen = {person.user_id for person in known}
            self._results = known + tuple(each for each in answer.people if each.user_id not in seen)
            self._list()
        finally:
            self.show(_searching=False)

    async def _known(self, term: str) -> tuple[Profile, ...]:
        """Who one has direct chats with, and fits; newest first."""
        client = self.client
        rooms = await self.bridge.call(client.rooms.list)
        wanted = term.casefold()
        found: dict[str, Profile] = {}
        for room in sorted(rooms, key=lambda room: -room.last_at_ms):
            person = room.direct_user
            if person is not None and (wanted in room.name.casefold() or wanted in person.casefold()):
                found.setdefault(person, Profile(person, room.name, room.avatar_url))
        return tuple(found.values())[:MAX_KNOWN]

    def _list(self) -> None:
        rows = [self._row(person) for person in self._results if person.user_id != self.user_id]
        typed = self._typed_id()
        if typed and all(row.user_id != typed for row in rows):
            rows.append(self._row(Profile(typed, typed, None)))
        self.found.update(rows)

    def _typed_id(self) -> str:
        try:
            return parse_user_id(self._term) if self._term != self.user_id else ""
        except InvalidIdentifier:
            return ""

    def _row(self, person: Profile) -> PersonRow:
        return PersonRow(
            user_id=person.user_id,
            name=person.display_name,
            avatar_url=person.avatar_url or "",
            note=self._notes.get(person.user_id, ""),
            chosen=self.picked.position(person.user_id) >= 0,
        )
