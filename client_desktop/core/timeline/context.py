"""What everything in this package works with, put together once for an account."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TypeAlias

from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.store import Store
from client_desktop.core.timeline.ingest import Observer
from client_desktop.core.timeline.pages import Pages
from client_desktop.core.timeline.ports import Decryption
from client_desktop.core.timeline.room_facts import Person, RoomFacts, read_room_facts
from client_desktop.core.values import SendState

ThreadCounts: TypeAlias = Mapping[str, tuple[int, int]]
"""Thread root to unread notifications and highlights."""

MAX_FORMER = 2000
"""How many former members of one room are remembered."""


@dataclass(slots=True)
class TimelinesContext:
    me: str
    """The account's user id."""
    store: Store
    changes: Changes
    clock: Clock
    pages: Pages
    decryption: Decryption
    permissions: Callable[[str], Permissions]
    observers: list[Observer] = field(default_factory=list)
    thread_counts: Callable[[str], ThreadCounts] = lambda room_id: {}
    zone: tzinfo | None = None
    """Where days begin; None: the machine's time zone."""
    former: dict[str, dict[str, Person]] = field(default_factory=dict)
    """By room: people of old messages whose membership is not in the store."""
    people: dict[str, dict[str, Person]] = field(default_factory=dict)
    """By room: whom passes looked up since the last change of its members."""
    send_states: dict[str, tuple[SendState, str]] = field(default_factory=dict)
    """Transaction id to how its sending stands, and why it failed."""

    locks: dict[str, asyncio.Lock] = field(default_factory=dict)
    """By room: one page of a room is fetched at a time."""

    def lock(self, room_id: str) -> asyncio.Lock:
        return self.locks.setdefault(room_id, asyncio.Lock())

    def facts(self, room_id: str) -> RoomFacts:
        """Look up what a pass over a room's items needs."""
        return read_room_facts(
            self.store.db,
            room_id,
            self.me,
            self.permissions(room_id),
            self.former.get(room_id, {}),
            self.people.setdefault(room_id, {}),
        )
