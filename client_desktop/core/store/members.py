"""Members of rooms, as their membership events say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_optional_text, as_text

MAX_NAME_CHARACTERS = 256

SELECT_EVENT = "SELECT event FROM members WHERE room_id = ? AND user_id = ?"
SELECT_MEMBER = """
SELECT user_id, membership, display_name, avatar_url FROM members WHERE room_id = ? AND user_id = ?"""
SELECT_MEMBERS = "SELECT user_id, membership, display_name, avatar_url FROM members WHERE room_id = ?"
SELECT_EVENTS = "SELECT event FROM members WHERE room_id = ? ORDER BY user_id"
SELECT_PRESENT = (
    "SELECT user_id, membership FROM members WHERE room_id = ? AND membership IN ('join', 'invite')"
)
SELECT_USER_IDS = "SELECT user_id FROM members WHERE room_id = ? AND membership = ?"
COUNT_MEMBERSHIP = "SELECT count(*) FROM members WHERE room_id = ? AND membership = ?"
SELECT_NAMESAKE = """
SELECT EXISTS (
    SELECT 1 FROM members
    WHERE room_id = ? AND display_name = ? AND user_id <> ? AND membership IN ('join', 'invite')
)"""
SELECT_ROOMS_OF = "SELECT room_id FROM members WHERE user_id = ?"
UPSERT_MEMBER = """
INSERT INTO members VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET membership = excluded.membership, display_name = excluded.display_name,
    avatar_url = excluded.avatar_url, event = excluded.event"""
DELETE_MEMBERS = "DELETE FROM members WHERE room_id = ?"


@dataclass(frozen=True, slots=True)
class Member:
    """A row. Names and pictures are as their owner says."""

    user_id: str
    membership: str
    display_name: str | None
    avatar_url: str | None

    @property
    def plain_name(self) -> str:
        """The name, whoever else has it; the user id where there is none."""
        return self.display_name or self.user_id


def select_member(db: Connection, room_id: str, user_id: str) -> Member | None:
    row = db.execute(SELECT_MEMBER, (room_id, user_id)).fetchone()
    return None if row is None else Member(*row)


def select_member_event(db: Connection, room_id: str, user_id: str) -> JsonObject | None:
    row = db.execute(SELECT_EVENT, (room_id, user_id)).fetchone()
    return None if row is None else _decode(row[0])


def select_members(db: Connection, room_id: str) -> list[Member]:
    return [Member(*row) for row in db.execute(SELECT_MEMBERS, (room_id,))]


def select_member_events(db: Connection, room_id: str) -> list[JsonObject]:
    return [_decode(event) for (event,) in db.execute(SELECT_EVENTS, (room_id,))]


def select_present(db: Connection, room_id: str) -> dict[str, str]:
    """Give who is joined or invited: user id to membership."""
    return {str(user): str(membership) for user, membership in db.execute(SELECT_PRESENT, (room_id,))}


def select_user_ids(db: Connection, room_id: str, membership: str) -> list[str]:
    return [str(user_id) for (user_id,) in db.execute(SELECT_USER_IDS, (room_id, membership))]


def count_members(db: Connection, room_id: str, membership: str) -> int:
    row = db.execute(COUNT_MEMBERSHIP, (room_id, membership)).fetchone()
    return int(row[0])


def has_namesake(db: Connection, room_id: str, display_name: str, user_id: str) -> bool:
    """Tell whether somebody else who is joined or invited has this name."""
    row = db.execute(SELECT_NAMESAKE, (room_id, display_name, user_id)).fetchone()
    return bool(row[0])


def select_rooms_of(db: Connection, user_id: str) -> list[str]:
    """Give the rooms in which we know of a membership of somebody, whatever it is."""
    return [str(room_id) for (room_id,) in db.execute(SELECT_ROOMS_OF, (user_id,))]


def upsert_members(db: Connection, room_id: str, events: Iterable[ReadonlyJsonObject]) -> None:
    """Write membership events; the later of two of one user counts."""
    db.executemany(UPSERT_MEMBER, (_row(room_id, event) for event in events))


def delete_members(db: Connection, room_id: str) -> None:
    db.execute(DELETE_MEMBERS, (room_id,))


def _row(room_id: str, event: ReadonlyJsonObject) -> tuple[str, str, str, str | None, str | None, bytes]:
    content = as_object(event.get("content"))
    return (
        room_id,
        as_text(event.get("state_key")),
        as_text(content.get("membership"), "leave"),
        as_optional_text(as_text(content.get("displayname"), limit=MAX_NAME_CHARACTERS).strip()),
        as_optional_text(content.get("avatar_url"), limit=MAX_NAME_CHARACTERS),
        orjson.dumps(event),
    )


def _decode(event: bytes) -> JsonObject:
    decoded: JsonObject = orjson.loads(event)
    return decoded
