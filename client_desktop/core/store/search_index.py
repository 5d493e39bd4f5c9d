"""What can be searched for."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

UPSERT_TEXT = (
    "INSERT INTO search_texts (event_nid, room_id, sender, at_ms, kind, words) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (event_nid) DO UPDATE SET kind = excluded.kind, words = excluded.words"
)
DELETE_TEXT = "DELETE FROM search_texts WHERE event_nid = ?"
SELECT_FOUND = """
SELECT e.event_nid, e.room_id, e.event_id, t.sender, t.at_ms, t.kind FROM search_texts t
JOIN events e ON e.event_nid = t.event_nid
WHERE (:match IS NULL OR t.event_nid IN (SELECT rowid FROM search_index WHERE search_index MATCH :match))
AND (:part1 IS NULL OR t.words LIKE :part1 ESCAPE '\\')
AND (:part2 IS NULL OR t.words LIKE :part2 ESCAPE '\\')
AND (:part3 IS NULL OR t.words LIKE :part3 ESCAPE '\\')
AND (:room_id IS NULL OR t.room_id = :room_id)
AND (:sender IS NULL OR t.sender = :sender)
AND (:after_ms IS NULL OR t.at_ms >= :after_ms)
AND (:before_ms IS NULL OR t.at_ms < :before_ms)
AND (:kind IS NULL OR t.kind = :kind)
AND (:last_ms IS NULL OR (t.at_ms, t.event_nid) < (:last_ms, :last_nid))
ORDER BY t.at_ms DESC, t.event_nid DESC LIMIT :limit"""
"""Three short words are looked for one by one; further ones are left to whoever reads the texts."""

SHORTEST_INDEXED: Final = 3
MAX_SHORT: Final = 3


@dataclass(frozen=True, slots=True)
class FoundRow:
    nid: int
    room_id: str
    event_id: str
    sender: str
    at_ms: int
    kind: str


@dataclass(frozen=True, slots=True)
class TextQuery:
    """What to look for: all of the words, and what else has to hold."""

    words: tuple[str, ...]
    """Folded as the stored words are."""
    room_id: str | None = None
    sender: str | None = None
    after_ms: int | None = None
    before_ms: int | None = None
    kind: str | None = None
    last: tuple[int, int] | None = None
    """Time and number of the last row of the page before."""


def upsert_text(
    db: sqlite3.Connection, nid: int, room_id: str, sender: str, at_ms: int, kind: str, words: str
) -> None:
    """Let an event be found by its words, in the place of what it was found by until now."""
    db.execute(UPSERT_TEXT, (nid, room_id, sender, at_ms, kind, words))


def delete_text(db: sqlite3.Connection, nid: int) -> None:
    """Let an event be found no more."""
    db.execute(DELETE_TEXT, (nid,))


def select_found(db: sqlite3.Connection, query: TextQuery, limit: int) -> list[FoundRow]:
    """Give what fits, the newest first."""
    indexed = [word for word in query.words if len(word) >= SHORTEST_INDEXED]
    short = [word for word in query.words if len(word) < SHORTEST_INDEXED][:MAX_SHORT]
    short += [""] * (MAX_SHORT - len(short))
    last_ms, last_nid = query.last or (None, None)
    rows = db.execute(
        SELECT_FOUND,
        {
            "match": " AND ".join(_quoted(word) for word in indexed) or None,
            "part1": _like(short[0]),
            "part2": _like(short[1]),
            "part3": _like(short[2]),
            "room_id": query.room_id,
            "sender": query.sender,
            "after_ms": query.after_ms,
            "before_ms": query.before_ms,
            "kind": query.kind,
            "last_ms": last_ms,
            "last_nid": last_nid,
            "limit": limit,
        },
    )
    return [FoundRow(*row) for row in rows]


def _quoted(word: str) -> str:
    """Write a word for MATCH so that nothing in it is an operator."""
    return '"' + word.replace('"', '""') + '"'


def _like(word: str) -> str | None:
    if not word:
        return None
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
