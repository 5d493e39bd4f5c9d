"""What the rules say of each event, as it is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field

from client_desktop.core.push.rules import Outcome, RuleSet
from client_desktop.core.push.views import EventView, RoomView
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.rooms.record import load_record
from client_desktop.core.shapes import as_object
from client_desktop.core.store import events as event_store
from client_desktop.core.store.members import select_member
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.room_facts import read_ignored

MAX_REMEMBERED = 5000


@dataclass(frozen=True, slots=True)
class _Room:
    """What rules need of a room, whoever sends."""

    name: str
    members: int
    power_levels: dict[str, object]
    permissions: Permissions


@dataclass(slots=True)
class Classifier:
    """Asks the rules about events and notes the answers in the store."""

    me: str
    rules: Callable[[], RuleSet]
    permissions: Callable[[str], Permissions]
    outcomes: dict[tuple[str, str], Outcome] = field(default_factory=dict)
    """By room and event: what is to be done about events that were just stored."""
    _rooms: dict[str, _Room] = field(default_factory=dict)
    _ignored: frozenset[str] | None = None

    def stored(self, db: sqlite3.Connection, event: Event) -> None:
        """Note whether an event that is new, decrypted or redacted notifies."""
        outcome = self.outcome(db, event)
        key = (event.room_id, event.event_id)
        self.outcomes.pop(key, None)
        if outcome.count and len(self.outcomes) < MAX_REMEMBERED:
            self.outcomes[key] = outcome
        if event.notify in (0, 1, 2) and event.notify != outcome.count:
            event_store.set_notify(db, event.nid, outcome.count)

    def outcome(self, db: sqlite3.Connection, event: Event) -> Outcome:
        """Tell what the rules want done about an event."""
        if event.sender == self.me or event.redacted or event.sender in self._ignoring(db):
            return Outcome()
        room = self._rooms.get(event.room_id)
        if room is None:
            room = self._rooms[event.room_id] = self._read_room(db, event.room_id)
        view = EventView(
            event.room_id, event.event_id, event.type, event.sender, event.content, event.state_key
        )
        level = room.permissions.level_of(event.sender)
        return self.rules().evaluate(view, RoomView(room.name, room.members, room.power_levels, level))

    def forget(self) -> None:
        """Look at rooms again with the next event: a batch is over, they may have changed."""
        self._rooms.clear()
        self._ignored = None

    def _ignoring(self, db: sqlite3.Connection) -> frozenset[str]:
        if self._ignored is None:
            self._ignored = read_ignored(db)
        return self._ignored

    def _read_room(self, db: sqlite3.Connection, room_id: str) -> _Room:
        member = select_member(db, room_id, self.me)
        record = load_record(db, room_id)
        levels = select_state_event(db, room_id, "m.room.power_levels", "") or {}
        return _Room(
            (member.display_name or "") if member else "",
            record.joined_members if record else 0,
            as_object(levels.get("content")),
            self.permissions(room_id),
        )
