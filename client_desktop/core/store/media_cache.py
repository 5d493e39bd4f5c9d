"""Which files lie in the media cache, and when they were looked at last."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

SELECT_CACHED = "SELECT key, name, size, used_at_ms FROM media_cache WHERE key = ?"
SELECT_TOTAL = "SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT name, size FROM media_cache)"
SELECT_OLDEST = "SELECT key, name, size, used_at_ms FROM media_cache ORDER BY used_at_ms, key LIMIT ?"
SELECT_NAMES = "SELECT DISTINCT name FROM media_cache"
SELECT_NAME_IS_USED = "SELECT 1 FROM media_cache WHERE name = ? LIMIT 1"
UPSERT_CACHED = """
    INSERT INTO media_cache (key, name, size, used_at_ms) VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET name = excluded.name, size = excluded.size, used_at_ms = excluded.used_at_ms
"""
UPDATE_USED = "UPDATE media_cache SET used_at_ms = ? WHERE key = ?"
DELETE_CACHED = "DELETE FROM media_cache WHERE key = ?"
DELETE_ALL = "DELETE FROM media_cache"


@dataclass(frozen=True, slots=True)
class CachedFile:
    key: str
    name: str
    size: int
    used_at_ms: int


def read_cached(db: Connection, key: str) -> CachedFile | None:
    row = db.execute(SELECT_CACHED, (key,)).fetchone()
    return None if row is None else CachedFile(*row)


def read_total(db: Connection) -> int:
    """Return how many bytes the files take; one that has two keys counts once."""
    return int(db.execute(SELECT_TOTAL).fetchone()[0])


def read_oldest(db: Connection, limit: int) -> list[CachedFile]:
    """Return what was not looked at for longest."""
    return [CachedFile(*row) for row in db.execute(SELECT_OLDEST, (limit,))]


def read_names(db: Connection) -> set[str]:
    return {str(name) for (name,) in db.execute(SELECT_NAMES)}


def name_is_used(db: Connection, name: str) -> bool:
    return db.execute(SELECT_NAME_IS_USED, (name,)).fetchone() is not None


def write_cached(db: Connection, file: CachedFile) -> None:
    db.execute(UPSERT_CACHED, (file.key, file.name, file.size, file.used_at_ms))


def touch_cached(db: Connection, key: str, now_ms: int) -> None:
    db.execute(UPDATE_USED, (now_ms, key))


def delete_cached(db: Connection, key: str) -> None:
    db.execute(DELETE_CACHED, (key,))


def delete_all_cached(db: Connection) -> None:
    db.execute(DELETE_ALL)
