"""Profiles of people outside any room, as the server told them."""

from __future__ import annotations

from sqlite3 import Connection

SELECT_PROFILE = "SELECT display_name, avatar_url, fetched_at_ms FROM profiles WHERE user_id = ?"
UPSERT_PROFILE = """
INSERT INTO profiles VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET display_name = excluded.display_name, avatar_url = excluded.avatar_url,
    fetched_at_ms = excluded.fetched_at_ms"""


def select_profile(db: Connection, user_id: str) -> tuple[str | None, str | None, int] | None:
    """Give name, picture and when they were fetched."""
    row: tuple[str | None, str | None, int] | None = db.execute(SELECT_PROFILE, (user_id,)).fetchone()
    return row


def upsert_profile(
    db: Connection, user_id: str, display_name: str | None, avatar_url: str | None, fetched_at_ms: int
) -> None:
    db.execute(UPSERT_PROFILE, (user_id, display_name, avatar_url, fetched_at_ms))
