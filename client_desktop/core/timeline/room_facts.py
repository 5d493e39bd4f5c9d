"""What items need to know of their room, looked up once for a whole pass."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.rooms.names import unambiguous_name
from client_desktop.core.rooms.permissions import Permissions
from client_desktop.core.shapes import as_object, as_texts
from client_desktop.core.store.account_data import select_account_data
from client_desktop.core.store.members import select_member
from client_desktop.core.store.room_state import select_state_event
from client_desktop.core.timeline.event import origin_ms

MAX_PEOPLE = 5000


@dataclass(frozen=True, slots=True)
class Person:
    user_id: str
    name: str
    """Unambiguous within the room; never empty."""
    avatar_url: str | None
    known: bool = True
    """A membership of theirs is known."""


@dataclass(slots=True)
class RoomFacts:
    """One room, as it is now. Made for one pass over its items and thrown away after."""

    db: sqlite3.Connection
    room_id: str
    me: str
    permissions: Permissions
    former: Mapping[str, Person] = field(default_factory=dict)
    """People whose membership the server told beside old messages."""
    pinned: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()
    encrypted_since_ms: int | None = None
    """When encryption was turned on; None where it was not."""
    people: dict[str, Person] = field(default_factory=dict)
    """Whom earlier passes looked up, until somebody's membership changes."""

    def person(self, user_id: str) -> Person:
        """Tell what somebody is called in this room."""
        person = self.people.get(user_id)
        if person is None:
            person = self._look_up(user_id)
            if len(self.people) < MAX_PEOPLE:
                self.people[user_id] = person
        return person

    def state(self, event_type: str, state_key: str = "") -> ReadonlyJsonObject:
        """Give the content of a state event; empty where there is none."""
        event = select_state_event(self.db, self.room_id, event_type, state_key)
        return as_object((event or {}).get("content"))

    def _look_up(self, user_id: str) -> Person:
        member = select_member(self.db, self.room_id, user_id)
        if member is not None:
            name = unambiguous_name(self.db, self.room_id, member)
            return Person(user_id, name, member.avatar_url)
        return self.former.get(user_id) or Person(user_id, user_id, None, known=False)


def read_room_facts(
    db: sqlite3.Connection,
    room_id: str,
    me: str,
    permissions: Permissions,
    former: Mapping[str, Person],
    people: dict[str, Person] | None = None,
) -> RoomFacts:
    """Look up what all items of a room have in common."""
    facts = RoomFacts(db, room_id, me, permissions, former)
    if people is not None:
        facts.people = people
    facts.pinned = as_texts(facts.state("m.room.pinned_events").get("pinned"))
    facts.ignored = read_ignored(db)
    encryption = select_state_event(db, room_id, "m.room.encryption", "")
    facts.encrypted_since_ms = None if encryption is None else origin_ms(encryption)
    return facts


def read_ignored(db: sqlite3.Connection) -> frozenset[str]:
    """Give whom the account ignores."""
    content = select_account_data(db, "", "m.ignored_user_list") or {}
    return frozenset(as_object(content.get("ignored_users")))
