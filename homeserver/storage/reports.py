"""What users reported to the server's administrators."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import asyncpg

from federation.protocol.ids import EventId, RoomId, UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

INSERT_REPORT = """
INSERT INTO reports (reporter_nid, room_nid, event_nid, user_nid, reason, score, received_ts, event_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT event_id FROM events WHERE event_nid = $3))
"""
REPORT_COLUMNS = """p.report_nid, w.user_id AS reporter, r.room_id, p.event_id, u.user_id,
s.user_id AS sender, p.reason, p.score, p.received_ts"""
REPORTS = """reports p JOIN users w ON w.user_nid = p.reporter_nid
LEFT JOIN rooms r ON r.room_nid = p.room_nid
LEFT JOIN users u ON u.user_nid = p.user_nid
LEFT JOIN events e ON e.event_nid = p.event_nid
LEFT JOIN users s ON s.user_nid = e.sender_nid"""
CHOSEN = """($1::text IS NULL OR $1 = CASE
    WHEN p.event_id IS NOT NULL THEN 'event' WHEN p.user_nid IS NOT NULL THEN 'user' ELSE 'room' END)
AND ($2::text IS NULL OR r.room_id = $2) AND ($3::text IS NULL OR w.user_id = $3)
AND ($4::text IS NULL OR coalesce(u.user_id, s.user_id) = $4)"""
SELECT_REPORTS_NEWEST = f"""
SELECT {REPORT_COLUMNS} FROM {REPORTS} WHERE {CHOSEN}
ORDER BY p.received_ts DESC, p.report_nid DESC LIMIT $5 OFFSET $6
"""
SELECT_REPORTS_OLDEST = f"""
SELECT {REPORT_COLUMNS} FROM {REPORTS} WHERE {CHOSEN} ORDER BY p.received_ts, p.report_nid LIMIT $5 OFFSET $6
"""
COUNT_REPORTS = f"SELECT count(*) FROM {REPORTS} WHERE {CHOSEN}"
SELECT_REPORT = f"SELECT {REPORT_COLUMNS} FROM {REPORTS} WHERE p.report_nid = $1"
DELETE_REPORT = "DELETE FROM reports WHERE report_nid = $1 RETURNING report_nid"


class ReportKind(StrEnum):
    """What was reported."""

    EVENT = "event"
    ROOM = "room"
    USER = "user"


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


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports are wanted: of a kind, of a room, by a reporter, about a user (or what they sent)."""

    kind: ReportKind | None = None
    room_id: RoomId | None = None
    reporter: UserId | None = None
    about: UserId | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A report as an administrator reads it.

    `room_id` is None for users, and for rooms that were deleted since; `sender` for events that were.
    """

    report_id: int
    kind: ReportKind
    reporter: UserId
    room_id: RoomId | None
    event_id: EventId | None
    user_id: UserId | None
    sender: UserId | None
    reason: str
    score: int | None
    received_ts: int


async def insert_report(conn: Connection, report: NewReport) -> None:
    """Keep a report."""
    await conn.execute(
        INSERT_REPORT, report.reporter_nid, report.room_nid, report.event_nid, report.user_nid,
        to_text(report.reason), report.score, report.received_ts,
    )  # fmt: skip


async def select_reports(
    conn: Connection, wanted: ReportFilter, *, limit: int, offset: int, newest_first: bool = True
) -> tuple[list[Report], int]:
    """Return a page of reports, and how many there are."""
    query = SELECT_REPORTS_NEWEST if newest_first else SELECT_REPORTS_OLDEST
    chosen: Sequence[str | None] = (wanted.kind, wanted.room_id, wanted.reporter, wanted.about)
    rows = await conn.fetch(query, *chosen, limit, offset)
    return [_report(row) for row in rows], await conn.fetchval(COUNT_REPORTS, *chosen)


async def select_report(conn: Connection, report_id: int) -> Report | None:
    row = await conn.fetchrow(SELECT_REPORT, report_id)
    return None if row is None else _report(row)


async def delete_report(conn: Connection, report_id: int) -> bool:
    """Forget a report; False where there is none."""
    return await conn.fetchval(DELETE_REPORT, report_id) is not None


def _report(row: asyncpg.Record) -> Report:
    kind = ReportKind.ROOM
    if row["event_id"] is not None:
        kind = ReportKind.EVENT
    elif row["user_id"] is not None:
        kind = ReportKind.USER
    return Report(
        row["report_nid"], kind, row["reporter"], row["room_id"], row["event_id"], row["user_id"],
        row["sender"], from_text(row["reason"]), row["score"], row["received_ts"],
    )  # fmt: skip
