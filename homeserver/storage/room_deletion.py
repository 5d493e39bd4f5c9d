"""Deleting all that is kept of a room, in bounded batches. Its number and id stay interned.

Every table with a column `room_nid` is named here; a test finds those that are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import ServerName, UserId
from homeserver.storage.db import Connection
from homeserver.storage.purge import REFERENCES_TO_EVENTS


def _delete_some_of(table: str) -> str:
    """Return the statement that deletes some rows of a room from a table of ours."""
    return (
        f"DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE room_nid = $1 LIMIT $2))"
    )


SELECT_LOCAL_PEOPLE = """
SELECT u.user_id, u.user_nid, m.membership FROM memberships m JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND u.server = $2 AND m.membership = ANY ($3::text[]) AND u.user_nid > $4
ORDER BY u.user_nid LIMIT $5
"""
SELECT_SOME_EVENTS = "SELECT event_nid FROM events WHERE room_nid = $1 LIMIT $2"
COUNT_EVENTS = "SELECT count(*) FROM events WHERE room_nid = $1"
DELETE_AUTH_EDGES = "DELETE FROM auth_edges WHERE event_nid = ANY ($1::bigint[])"
DELETE_MEMBER_EVENTS = "DELETE FROM member_events WHERE event_nid = ANY ($1::bigint[])"
DELETE_THREAD_EVENTS = "DELETE FROM thread_events WHERE event_nid = ANY ($1::bigint[])"
DELETE_EVENTS = "DELETE FROM events WHERE event_nid = ANY ($1::bigint[])"
PARTS_OF_EVENTS: Final = (
    *REFERENCES_TO_EVENTS, DELETE_AUTH_EDGES, DELETE_MEMBER_EVENTS, DELETE_THREAD_EVENTS, DELETE_EVENTS,
)  # fmt: skip

# The order is that in which nothing is left referring to what is gone.
DELETE_BRANCHES = """
WITH going AS (
    SELECT branch_nid FROM state_branches WHERE room_nid = $1 ORDER BY branch_nid DESC LIMIT $2
), entries AS (
    DELETE FROM state_branch_entries WHERE branch_nid IN (SELECT branch_nid FROM going)
)
DELETE FROM state_branches WHERE branch_nid IN (SELECT branch_nid FROM going)
"""
DELETE_MEMBERSHIPS = """
DELETE FROM memberships WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM memberships WHERE room_nid = $1 LIMIT $2)) RETURNING user_nid
"""
DELETE_STAGED_PDUS = _delete_some_of("staged_pdus")
DELETE_OUT_OF_BAND = _delete_some_of("out_of_band_memberships")
DELETE_SERVERS = _delete_some_of("room_servers")
DELETE_CURRENT_STATE = _delete_some_of("current_state")
DELETE_STATE_CHANGES = _delete_some_of("state_changes")
DELETE_LACKING = _delete_some_of("backward_extremities")
DELETE_PARTIAL_JOINS = _delete_some_of("partial_joins")
DELETE_RECEIPTS = _delete_some_of("receipts")
DELETE_ACCOUNT_DATA = _delete_some_of("account_data")
DELETE_ALIASES = _delete_some_of("room_aliases")
DELETE_RELATIONS_OF_ROOM = _delete_some_of("relations")
DELETE_MENTIONS_OF_ROOM = _delete_some_of("mentions")
DELETE_THREADS_OF_ROOM = _delete_some_of("thread_events")
DELETE_NOTICE_ROOM = _delete_some_of("server_notice_rooms")
DELETE_SEARCH_TEXTS = _delete_some_of("search_texts")
DELETE_DIRECTORY_ROOM = _delete_some_of("directory_rooms")
DELETE_SLIDING_ROOMS = _delete_some_of("sliding_rooms")
DELETE_THREAD_SUBSCRIPTIONS = _delete_some_of("thread_subscriptions")
DELETE_PUSH_QUEUE = _delete_some_of("push_queue")
DELETE_PUSH_MAILS = _delete_some_of("push_mails")
DELETE_APPSERVICE_STAYS = _delete_some_of("appservice_stays")
DELETE_APPSERVICE_TARGETS = _delete_some_of("appservice_targets")
DELETE_APPSERVICE_LISTINGS = _delete_some_of("appservice_published_rooms")
DELETE_DELAYED_EVENTS = """
DELETE FROM delayed_events WHERE delay_id IN (
    SELECT d.delay_id FROM delayed_events d JOIN rooms r ON r.room_id = d.room_id
    WHERE r.room_nid = $1 LIMIT $2)
"""
PARTS_OF_ROOM: Final[Sequence[str]] = (
    DELETE_STAGED_PDUS, DELETE_OUT_OF_BAND, DELETE_CURRENT_STATE, DELETE_STATE_CHANGES, DELETE_LACKING,
    DELETE_PARTIAL_JOINS, DELETE_SERVERS, DELETE_RECEIPTS, DELETE_ACCOUNT_DATA, DELETE_ALIASES,
    DELETE_RELATIONS_OF_ROOM, DELETE_MENTIONS_OF_ROOM, DELETE_THREADS_OF_ROOM, DELETE_NOTICE_ROOM,
    DELETE_SEARCH_TEXTS, DELETE_DIRECTORY_ROOM, DELETE_SLIDING_ROOMS, DELETE_THREAD_SUBSCRIPTIONS,
    DELETE_PUSH_QUEUE, DELETE_PUSH_MAILS, DELETE_APPSERVICE_STAYS, DELETE_APPSERVICE_TARGETS,
    DELETE_APPSERVICE_LISTINGS, DELETE_DELAYED_EVENTS, DELETE_BRANCHES,
)  # fmt: skip
UPDATE_REPORTS_OF_ROOM = "UPDATE reports SET room_nid = NULL, event_nid = NULL WHERE room_nid = $1"


@dataclass(frozen=True, slots=True)
class LocalPerson:
    """A user of this server who has to do with a room."""

    user_id: UserId
    user_nid: int
    membership: str


async def select_local_people(
    conn: Connection,
    room_nid: int,
    server: ServerName,
    memberships: Sequence[str],
    *,
    after: int = 0,
    limit: int = 100,
) -> list[LocalPerson]:
    """Return users of a server with one of these memberships of a room, in the order of their numbers."""
    rows = await conn.fetch(SELECT_LOCAL_PEOPLE, room_nid, server, memberships, after, limit)
    return [LocalPerson(UserId(r["user_id"]), r["user_nid"], r["membership"]) for r in rows]


async def delete_memberships(conn: Connection, room_nid: int, limit: int) -> list[int]:
    """Delete some memberships of a room; return whose."""
    return [row["user_nid"] for row in await conn.fetch(DELETE_MEMBERSHIPS, room_nid, limit)]


async def delete_part_of_room(conn: Connection, part: int, room_nid: int, limit: int) -> bool:
    """Delete some rows of one of PARTS_OF_ROOM; say whether there may be more of it."""
    status = await conn.execute(PARTS_OF_ROOM[part], room_nid, limit)
    return int(status.rpartition(" ")[2]) == limit


async def select_some_events(conn: Connection, room_nid: int, limit: int) -> list[int]:
    """Return some events of a room."""
    return [row["event_nid"] for row in await conn.fetch(SELECT_SOME_EVENTS, room_nid, limit)]


async def count_events(conn: Connection, room_nid: int) -> int:
    """Return how many events a room has."""
    count: int = await conn.fetchval(COUNT_EVENTS, room_nid)
    return count


async def delete_events(conn: Connection, event_nids: Sequence[int]) -> None:
    """Delete events with all that refers to them."""
    for statement in PARTS_OF_EVENTS:
        await conn.execute(statement, event_nids)


async def detach_reports(conn: Connection, room_nid: int) -> None:
    """Keep reports of a room that is gone as what was said."""
    await conn.execute(UPDATE_REPORTS_OF_ROOM, room_nid)
