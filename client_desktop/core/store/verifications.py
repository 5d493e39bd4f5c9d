"""How verifications in rooms ended."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection

SELECT_ENDED = "SELECT flow_id, room_id, user_id, code, cancelled_by_us FROM verifications WHERE flow_id = ?"
INSERT_ENDED = (
    "INSERT OR IGNORE INTO verifications (flow_id, room_id, user_id, code, cancelled_by_us, ended_ms)"
    " VALUES (?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class EndedVerification:
    """`code` is empty where all went well, else why not."""

    flow_id: str
    room_id: str
    user_id: str
    code: str
    cancelled_by_us: bool


def select_ended(db: Connection, flow_id: str) -> EndedVerification | None:
    row = db.execute(SELECT_ENDED, (flow_id,)).fetchone()
    return EndedVerification(row[0], row[1], row[2], row[3], bool(row[4])) if row else None


def insert_ended(db: Connection, ended: EndedVerification, now_ms: int) -> None:
    values = (ended.flow_id, ended.room_id, ended.user_id, ended.code, ended.cancelled_by_us, now_ms)
    db.execute(INSERT_ENDED, values)
