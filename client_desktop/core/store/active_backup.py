"""Which backup new room keys go into. What waits for it is with the room keys."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

SELECT_ACTIVE = "SELECT version, public_key FROM active_backup"
UPSERT_ACTIVE = "INSERT OR REPLACE INTO active_backup (id, version, public_key) VALUES (1, ?, ?)"
DELETE_ACTIVE = "DELETE FROM active_backup"


@dataclass(frozen=True, slots=True)
class ActiveBackup:
    """A backup that we trust; `public_key` in unpadded base64."""

    version: str
    public_key: str


def select_active_backup(db: Connection) -> ActiveBackup | None:
    row = db.execute(SELECT_ACTIVE).fetchone()
    return ActiveBackup(*row) if row else None


def upsert_active_backup(db: Connection, backup: ActiveBackup) -> None:
    db.execute(UPSERT_ACTIVE, (backup.version, backup.public_key))


def delete_active_backup(db: Connection) -> None:
    db.execute(DELETE_ACTIVE)
