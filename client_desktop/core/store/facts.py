"""Single facts about the account: the sync token, what the server can do."""

from __future__ import annotations

from sqlite3 import Connection

SELECT_FACT = "SELECT value FROM facts WHERE name = ?"
UPSERT_FACT = "INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value"
DELETE_FACT = "DELETE FROM facts WHERE name = ?"


def select_fact(db: Connection, name: str) -> str | None:
    row = db.execute(SELECT_FACT, (name,)).fetchone()
    return None if row is None else str(row[0])


def upsert_fact(db: Connection, name: str, value: str) -> None:
    db.execute(UPSERT_FACT, (name, value))


def delete_fact(db: Connection, name: str) -> None:
    db.execute(DELETE_FACT, (name,))
