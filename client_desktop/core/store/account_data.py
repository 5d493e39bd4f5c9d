"""Account data, the account's (room id empty) and of rooms."""

from __future__ import annotations

from sqlite3 import Connection

import orjson

from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject

SELECT_ACCOUNT_DATA = "SELECT content FROM account_data WHERE room_id = ? AND type = ?"
SELECT_ALL_OF_ROOM = "SELECT type, content FROM account_data WHERE room_id = ?"
UPSERT_ACCOUNT_DATA = (
    "INSERT INTO account_data VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET content = excluded.content"
)
DELETE_ALL_OF_ROOM = "DELETE FROM account_data WHERE room_id = ?"


def select_account_data(db: Connection, room_id: str, type_: str) -> JsonObject | None:
    row = db.execute(SELECT_ACCOUNT_DATA, (room_id, type_)).fetchone()
    return None if row is None else _decode(row[0])


def select_all_account_data(db: Connection, room_id: str) -> dict[str, JsonObject]:
    """Give everything of a room (empty: of the account): type to content."""
    return {str(type_): _decode(content) for type_, content in db.execute(SELECT_ALL_OF_ROOM, (room_id,))}


def upsert_account_data(db: Connection, room_id: str, type_: str, content: ReadonlyJsonObject) -> None:
    db.execute(UPSERT_ACCOUNT_DATA, (room_id, type_, orjson.dumps(content)))


def delete_account_data(db: Connection, room_id: str) -> None:
    db.execute(DELETE_ALL_OF_ROOM, (room_id,))


def _decode(content: bytes) -> JsonObject:
    decoded: JsonObject = orjson.loads(content)
    return decoded
