"""Current state of rooms, members apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from sqlite3 import Connection

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject

SELECT_STATE = "SELECT event FROM room_state WHERE room_id = ? AND type = ? AND state_key = ?"
SELECT_OF_TYPE = "SELECT event FROM room_state WHERE room_id = ? AND type = ?"
SELECT_ALL = "SELECT event FROM room_state WHERE room_id = ? ORDER BY type, state_key"
SELECT_SINGLE = "SELECT type, event FROM room_state WHERE room_id = ? AND state_key = ''"
SELECT_ROOMS_WITH = "SELECT room_id, event FROM room_state WHERE type = ? AND state_key = ?"
UPSERT_STATE = "INSERT INTO room_state VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET event = excluded.event"
INSERT_UNKNOWN = "INSERT INTO room_state VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
DELETE_STATE = "DELETE FROM room_state WHERE room_id = ? AND type = ? AND state_key = ?"
DELETE_ALL = "DELETE FROM room_state WHERE room_id = ?"


def select_state_event(db: Connection, room_id: str, type_: str, state_key: str) -> JsonObject | None:
    row = db.execute(SELECT_STATE, (room_id, type_, state_key)).fetchone()
    return None if row is None else _decode(row[0])


def select_state_of_type(db: Connection, room_id: str, type_: str) -> list[JsonObject]:
    return [_decode(event) for (event,) in db.execute(SELECT_OF_TYPE, (room_id, type_))]


def select_all_state(db: Connection, room_id: str) -> list[JsonObject]:
    return [_decode(event) for (event,) in db.execute(SELECT_ALL, (room_id,))]


def select_single_state(db: Connection, room_id: str) -> dict[str, JsonObject]:
    """Give the state with an empty key: type to event."""
    return {str(type_): _decode(event) for type_, event in db.execute(SELECT_SINGLE, (room_id,))}


def select_rooms_with_state(db: Connection, type_: str, state_key: str) -> list[tuple[str, JsonObject]]:
    """Give (room id, event) of all rooms that have this state."""
    rows = db.execute(SELECT_ROOMS_WITH, (type_, state_key))
    return [(str(room_id), _decode(event)) for room_id, event in rows]


def upsert_state(db: Connection, room_id: str, events: Iterable[ReadonlyJsonObject]) -> None:
    db.executemany(UPSERT_STATE, _rows(room_id, events))


def insert_unknown_state(db: Connection, room_id: str, events: Iterable[ReadonlyJsonObject]) -> None:
    """Write what there is nothing of yet."""
    db.executemany(INSERT_UNKNOWN, _rows(room_id, events))


def delete_state_event(db: Connection, room_id: str, type_: str, state_key: str) -> None:
    db.execute(DELETE_STATE, (room_id, type_, state_key))


def delete_room_state(db: Connection, room_id: str) -> None:
    db.execute(DELETE_ALL, (room_id,))


def _rows(room_id: str, events: Iterable[ReadonlyJsonObject]) -> Iterator[tuple[str, str, str, bytes]]:
    return ((room_id, event["type"], event["state_key"], orjson.dumps(event)) for event in events)


def _decode(event: bytes) -> JsonObject:
    decoded: JsonObject = orjson.loads(event)
    return decoded
