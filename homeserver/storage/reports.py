"""What users reported to the server's administrators."""

from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

INSERT_REPORT = """
INSERT INTO reports (reporter_nid, room_nid, event_nid, user_nid, reason, score, received_ts)
VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report: of a room (`room_nid`), an event (and `event_nid`), or a user (`user_nid`)."""

    reporter_nid: int
    reason: str
    received_ts: int
    room_nid: int | None = None
    event_nid: int | None = None
    user_nid: int | None = None
    score: int | None = None


async def insert_report(conn: Connection, report: NewReport) -> None:
    """Keep a report."""
    await conn.execute(
        INSERT_REPORT, report.reporter_nid, report.room_nid, report.event_nid, report.user_nid,
        to_text(report.reason), report.score, report.received_ts,
    )  # fmt: skip
