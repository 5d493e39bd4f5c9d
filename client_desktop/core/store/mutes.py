"""Rooms that are muted for a time."""

from __future__ import annotations

import sqlite3

import orjson

from client_desktop.core.json_types import JsonObject

SELECT_IN_ROOMS = "SELECT room_id, content FROM account_data WHERE type = ? AND room_id != ''"


def select_in_rooms(db: sqlite3.Connection, event_type: str) -> dict[str, JsonObject]:
    """Give the account data of one type of all rooms: room id to content."""
    return {room_id: orjson.loads(content) for room_id, content in db.execute(SELECT_IN_ROOMS, (event_type,))}
