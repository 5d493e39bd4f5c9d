"""Application services: whom their namespaces cover, who sends to them, and what is on its way.

Times are milliseconds since the epoch. `claimed_by` is the worker that sends: no other begins a transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection
from homeserver.storage.text import to_text

INSERT_APPSERVICE = """
INSERT INTO appservices (appservice_id, users_digest, cursor) VALUES ($1, '', $2)
ON CONFLICT (appservice_id) DO NOTHING
"""
SELECT_APPSERVICE = "SELECT appservice_nid, users_digest FROM appservices WHERE appservice_id = $1"
SELECT_LOCAL_USERS = "SELECT user_nid, user_id FROM users WHERE server = $1"
DELETE_OTHER_USERS = """
DELETE FROM appservice_users WHERE appservice_nid = $1 AND user_nid <> ALL ($2::bigint[])
"""
INSERT_USERS = """
INSERT INTO appservice_users (appservice_nid, user_nid) SELECT $1, unnest($2::bigint[])
ON CONFLICT DO NOTHING RETURNING user_nid
"""
UPDATE_STAYS = """
UPDATE appservice_stays s SET joined = n.joined, until = CASE WHEN n.joined = 0 THEN greatest($2, s.since) END
FROM (
    SELECT o.room_nid, count(m.user_nid)::integer AS joined
    FROM appservice_stays o
    LEFT JOIN (memberships m JOIN appservice_users u ON u.user_nid = m.user_nid AND u.appservice_nid = $1)
    ON m.room_nid = o.room_nid AND m.membership = 'join'
    WHERE o.appservice_nid = $1 AND o.until IS NULL GROUP BY o.room_nid
) AS n
WHERE s.appservice_nid = $1 AND s.room_nid = n.room_nid AND s.until IS NULL
"""
INSERT_STAYS = """
INSERT INTO appservice_stays (room_nid, appservice_nid, since, joined)
SELECT m.room_nid, $1, $2, count(*)::integer
FROM appservice_users u JOIN memberships m ON m.user_nid = u.user_nid AND m.membership = 'join'
WHERE u.appservice_nid = $1 AND NOT EXISTS (
    SELECT FROM appservice_stays o
    WHERE o.room_nid = m.room_nid AND o.appservice_nid = $1 AND o.until IS NULL)
GROUP BY m.room_nid
ON CONFLICT (room_nid, appservice_nid, since) DO UPDATE SET joined = excluded.joined, until = NULL
"""
UPDATE_DIGEST = "UPDATE appservices SET users_digest = $2 WHERE appservice_nid = $1"
UPDATE_TAKEN = """
UPDATE appservices SET claimed_by = $2 WHERE appservice_nid = $1
RETURNING cursor, last_txn, txn_body, txn_upto, failing_since_ms, retry_at_ms, interval_ms
"""
UPDATE_CURSOR = """
UPDATE appservices SET cursor = greatest(cursor, $3) WHERE appservice_nid = $1 AND claimed_by = $2
"""
UPDATE_BEGUN = """
UPDATE appservices SET last_txn = $3, txn_body = $4, txn_upto = $5, txn_devices = $6
WHERE appservice_nid = $1 AND claimed_by = $2 AND txn_body IS NULL AND last_txn < $3
RETURNING appservice_nid
"""
UPDATE_ARRIVED = """
WITH arrived AS (
    SELECT appservice_nid, txn_upto, txn_devices FROM appservices
    WHERE appservice_nid = $1 AND last_txn = $2 AND txn_body IS NOT NULL FOR UPDATE
), gone AS (
    DELETE FROM to_device t USING arrived a
    WHERE t.device_nid = ANY (a.txn_devices) AND t.position <= a.txn_upto
), told AS (
    DELETE FROM appservice_targets t USING arrived a
    WHERE t.appservice_nid = a.appservice_nid AND t.position <= a.txn_upto
)
UPDATE appservices s SET cursor = greatest(s.cursor, a.txn_upto), delivered_ms = $3, txn_body = NULL,
    txn_upto = NULL, txn_devices = NULL, failing_since_ms = NULL, retry_at_ms = NULL, interval_ms = NULL,
    failure = NULL, retry_asked = false
FROM arrived a WHERE s.appservice_nid = a.appservice_nid
"""
UPDATE_FAILING = """
UPDATE appservices SET failing_since_ms = coalesce(failing_since_ms, $3), retry_at_ms = $4, interval_ms = $5,
    failure = $6, retry_asked = false
WHERE appservice_nid = $1 AND claimed_by = $2
"""
UPDATE_RETRY_ASKED = """
UPDATE appservices SET retry_asked = true WHERE appservice_id = $1 AND failing_since_ms IS NOT NULL
"""
UPDATE_RETRY_HEARD = """
UPDATE appservices SET retry_asked = false WHERE appservice_nid = $1 AND retry_asked RETURNING appservice_nid
"""
DELETE_OLD_STAYS = """
DELETE FROM appservice_stays s USING appservices a
WHERE s.appservice_nid = $1 AND a.appservice_nid = $1 AND s.until <= a.cursor
"""
SELECT_USERS_OF = """
SELECT user_nid, appservice_nid FROM appservice_users WHERE user_nid = ANY ($1::bigint[])
"""
SELECT_STATUS = """
SELECT a.appservice_id, a.cursor, a.delivered_ms, a.failing_since_ms, a.retry_at_ms, a.failure,
       a.txn_body IS NOT NULL AS in_flight,
       (SELECT count(*) FROM appservice_users u WHERE u.appservice_nid = a.appservice_nid) AS users,
       (SELECT count(*) FROM appservice_stays s
        WHERE s.appservice_nid = a.appservice_nid AND s.until IS NULL) AS rooms
FROM appservices a ORDER BY a.appservice_id
"""
INSERT_PUBLISHED = """
INSERT INTO appservice_published_rooms (appservice_nid, network_id, room_nid) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING
"""
DELETE_PUBLISHED = """
DELETE FROM appservice_published_rooms WHERE appservice_nid = $1 AND network_id = $2 AND room_nid = $3
"""


@dataclass(frozen=True, slots=True)
class AppserviceRow:
    """An application service's number, and the digest that its users were found by."""

    nid: int
    users_digest: bytes


@dataclass(frozen=True, slots=True)
class Claimed:
    """What whoever sends to an application service goes on from.

    `txn_body` is a transaction whose arrival is not known; `last_txn` is its id then.
    """

    cursor: int
    last_txn: int
    txn_body: bytes | None
    txn_upto: int | None
    failing_since_ms: int | None
    retry_at_ms: int | None
    interval_ms: int | None


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction about to be sent. `devices`: whose to-device messages up to `upto` are in it."""

    txn_id: int
    body: bytes
    upto: int
    devices: Sequence[int]


@dataclass(frozen=True, slots=True)
class AppserviceStatus:
    """What an operator may want to know of an application service."""

    appservice_id: str
    cursor: int
    delivered_ms: int | None
    failing_since_ms: int | None
    retry_at_ms: int | None
    failure: str | None
    in_flight: bool
    users: int
    rooms: int


async def ensure_appservice(conn: Connection, appservice_id: str, cursor: int) -> AppserviceRow:
    """Return an application service's row; a new one has been told everything up to `cursor`."""
    await conn.execute(INSERT_APPSERVICE, appservice_id, cursor)
    row = await conn.fetchrow(SELECT_APPSERVICE, appservice_id)
    assert row is not None, "it was made just now"
    return AppserviceRow(*row)


async def select_local_users(conn: Connection, server_name: str) -> dict[int, UserId]:
    """Return all users of this server that were ever heard of, with or without accounts."""
    return {r["user_nid"]: UserId(r["user_id"]) for r in await conn.fetch(SELECT_LOCAL_USERS, server_name)}


async def replace_users(
    conn: Connection, nid: int, digest: bytes, user_nids: Collection[int], position: int
) -> None:
    """Set whom an application service covers; it is in their rooms from `position` on.

    The positions lock must be held.
    """
    users = sorted(user_nids)
    await conn.execute(DELETE_OTHER_USERS, nid, users)
    await conn.fetch(INSERT_USERS, nid, users)
    await conn.execute(UPDATE_STAYS, nid, position)
    await conn.execute(INSERT_STAYS, nid, position)
    await conn.execute(UPDATE_DIGEST, nid, digest)


async def insert_users(conn: Connection, nid: int, user_nids: Collection[int]) -> None:
    """Add users who are in no room yet to those whom an application service covers."""
    await conn.fetch(INSERT_USERS, nid, sorted(user_nids))


async def select_appservices_of_users(conn: Connection, user_nids: Collection[int]) -> dict[int, list[int]]:
    """Return the numbers of the application services that cover users, by the users' numbers."""
    found: dict[int, list[int]] = {}
    for row in await conn.fetch(SELECT_USERS_OF, sorted(user_nids)):
        found.setdefault(row["user_nid"], []).append(row["appservice_nid"])
    return found


async def take_over(conn: Connection, nid: int, worker: str) -> Claimed:
    """Become the worker that sends to an application service: whoever did so before begins nothing more."""
    row = await conn.fetchrow(UPDATE_TAKEN, nid, worker)
    assert row is not None, "application services have rows from the start on"
    return Claimed(*row)


async def update_cursor(conn: Connection, nid: int, worker: str, cursor: int) -> None:
    """Note that nothing up to `cursor` is left to be told."""
    await conn.execute(UPDATE_CURSOR, nid, worker, cursor)


async def begin_transaction(conn: Connection, nid: int, worker: str, txn: NewTransaction) -> bool:
    """Store a transaction before it is sent; False where the claim is somebody else's by now."""
    begun = await conn.fetchval(UPDATE_BEGUN, nid, worker, txn.txn_id, txn.body, txn.upto, list(txn.devices))
    return begun is not None


async def finish_transaction(conn: Connection, nid: int, txn_id: int, now_ms: int) -> None:
    """Note that a transaction arrived: its to-device messages go, and the cursor moves on."""
    await conn.execute(UPDATE_ARRIVED, nid, txn_id, now_ms)


async def note_failure(
    conn: Connection, nid: int, worker: str, now_ms: int, retry_at_ms: int, interval_ms: int, failure: str
) -> None:
    """Remember that an application service cannot be reached; `failure` is for people."""
    await conn.execute(UPDATE_FAILING, nid, worker, now_ms, retry_at_ms, interval_ms, to_text(failure))


async def ask_for_retry(conn: Connection, appservice_id: str) -> None:
    """Have whoever sends to an application service try again at once, if it fails."""
    await conn.execute(UPDATE_RETRY_ASKED, appservice_id)


async def take_retry(conn: Connection, nid: int) -> bool:
    """Tell whether somebody wants an application service tried again, once."""
    return await conn.fetchval(UPDATE_RETRY_HEARD, nid) is not None


async def delete_old_stays(conn: Connection, nid: int) -> None:
    """Forget stays that ended before the cursor."""
    await conn.execute(DELETE_OLD_STAYS, nid)


async def select_status(conn: Connection) -> list[AppserviceStatus]:
    """Return all application services that were ever configured."""
    return [AppserviceStatus(*row) for row in await conn.fetch(SELECT_STATUS)]


async def insert_published(conn: Connection, nid: int, network_id: str, room_nid: int) -> None:
    """Show a room in an application service's directory of a network."""
    await conn.execute(INSERT_PUBLISHED, nid, to_text(network_id), room_nid)


async def delete_published(conn: Connection, nid: int, network_id: str, room_nid: int) -> None:
    """Show a room there no longer."""
    await conn.execute(DELETE_PUBLISHED, nid, to_text(network_id), room_nid)
