"""Whom a search for people can find: following who comes and goes, and the search itself.

A user is shown to those who share a room with them, and to everybody while they are in a public room that
this server takes part in. That is asked of the memberships each time; what is kept here only says whom to ask
for.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from federation.protocol.ids import ServerName, UserId
from homeserver.storage.db import Connection
from homeserver.storage.search_texts import SELECT_SEARCH_SETTINGS, SearchTooCostly

MAX_NAMES = 50
"""By how many display names, one per room at most, somebody can be found."""

MAX_SHOWN_NAMES = 10
"""How many of them, of shared rooms and of open ones, are looked at for one that the searcher may see."""

# Ends on a whole position: the rows of one position are one commit's, and followed together.
SELECT_SPAN_END = """
SELECT max(n.position) FROM (
    (SELECT position FROM state_changes WHERE position > $1 ORDER BY position LIMIT $2)
    UNION ALL
    (SELECT position FROM profile_fields WHERE position > $1 ORDER BY position LIMIT $2)
    UNION ALL
    (SELECT completed FROM partial_joins WHERE completed > $1 ORDER BY completed LIMIT $2)
    ORDER BY 1 LIMIT $2) AS n
"""
SELECT_CHANGED_USERS = """
SELECT m.user_nid FROM state_changes c
JOIN member_events m ON m.event_nid = coalesce(c.new_event_nid, c.old_event_nid)
WHERE c.position > $1 AND c.position <= $2
UNION
SELECT m.user_nid FROM partial_joins p JOIN memberships m ON m.room_nid = p.room_nid
WHERE p.completed > $1 AND p.completed <= $2
UNION
SELECT user_nid FROM profile_fields WHERE position > $1 AND position <= $2
"""
SELECT_CHANGED_ROOMS = """
SELECT DISTINCT c.room_nid FROM state_keys k
JOIN state_changes c ON c.key_nid = k.key_nid AND c.position > $1 AND c.position <= $2
WHERE k.type IN ('m.room.join_rules', 'm.room.history_visibility') AND k.state_key = ''
"""
SELECT_ACCESS_EVENTS = """
SELECT s.room_nid, e.type, e.json FROM state_keys k
JOIN current_state s ON s.key_nid = k.key_nid AND s.room_nid = ANY ($1::bigint[])
JOIN events e ON e.event_nid = s.event_nid
WHERE k.type IN ('m.room.join_rules', 'm.room.history_visibility') AND k.state_key = ''
"""
INSERT_OPEN_ROOMS = """
INSERT INTO directory_rooms (room_nid) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING
"""
DELETE_CLOSED_ROOMS = "DELETE FROM directory_rooms WHERE room_nid = ANY ($1::bigint[])"
SELECT_NAMES = f"""
SELECT u.user_nid, u.user_id, a.user_nid IS NOT NULL AS is_local, p.value AS name,
       ARRAY(SELECT e.json FROM memberships m JOIN events e ON e.event_nid = m.event_nid
             WHERE a.user_nid IS NULL AND m.user_nid = u.user_nid AND m.membership = 'join'
             ORDER BY m.position DESC LIMIT {MAX_NAMES}) AS members
FROM users u
LEFT JOIN accounts a ON a.user_nid = u.user_nid
LEFT JOIN profile_fields p ON p.user_nid = u.user_nid AND p.field = 'displayname'
WHERE u.user_nid = ANY ($1::bigint[])
"""
UPSERT_USERS = """
INSERT INTO directory_users AS d (user_nid, words, grams) VALUES ($1, $2, $3)
ON CONFLICT (user_nid) DO UPDATE SET words = excluded.words, grams = excluded.grams
WHERE d.words <> excluded.words
"""
DELETE_USERS = "DELETE FROM directory_users WHERE user_nid = ANY ($1::bigint[])"
# Nobody shares a room with themselves. Of other servers' users the member events of rooms that make them
# visible are what is shown, never those of other ones.
SELECT_VISIBLE_USERS = f"""
SELECT f.user_nid, f.user_id, f.is_local, f.user_id = $8 AS is_exact, f.rank,
       cardinality(s.members) > 0 AS is_shared, s.members || p.members AS members,
       n.value AS name, v.value AS avatar
FROM (
    SELECT d.user_nid, u.user_id, u.server = $4 AS is_local, a.appservice_id IS NOT NULL AS is_ghost,
           search_rank(d.words, $2, ''::tsvector, ''::tsquery) AS rank
    FROM directory_users d JOIN users u ON u.user_nid = d.user_nid
    LEFT JOIN accounts a ON a.user_nid = d.user_nid
    WHERE d.grams @> $1::integer[]
    AND NOT EXISTS (SELECT FROM unnest($2::text[]) AS n(needle) WHERE strpos(d.words, n.needle) = 0)
    AND ($5::text IS NULL OR strpos(u.server, $5) = 1)
    AND (u.server <> $4
         OR (a.deactivated_ts IS NULL AND NOT a.is_locked AND NOT a.is_erased AND NOT a.is_guest))
) AS f
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT e.json FROM memberships m
    JOIN memberships o ON o.room_nid = m.room_nid AND o.user_nid = $3 AND o.membership = 'join'
    JOIN events e ON e.event_nid = m.event_nid
    WHERE m.user_nid = f.user_nid AND m.user_nid <> $3 AND m.membership = 'join'
    ORDER BY m.position DESC LIMIT CASE WHEN f.is_local THEN 1 ELSE {MAX_SHOWN_NAMES} END
) AS members) AS s
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT e.json FROM memberships m JOIN directory_rooms r ON r.room_nid = m.room_nid
    JOIN room_servers t ON t.room_nid = m.room_nid AND t.server = $4 AND t.until IS NULL
    JOIN events e ON e.event_nid = m.event_nid
    WHERE NOT (f.is_local AND cardinality(s.members) > 0) AND NOT f.is_ghost
    AND m.user_nid = f.user_nid AND m.membership = 'join'
    ORDER BY m.position DESC LIMIT CASE WHEN f.is_local THEN 1 ELSE {MAX_SHOWN_NAMES} END
) AS members) AS p
LEFT JOIN profile_fields n ON f.is_local AND n.user_nid = f.user_nid AND n.field = 'displayname'
LEFT JOIN profile_fields v ON f.is_local AND v.user_nid = f.user_nid AND v.field = 'avatar_url'
WHERE cardinality(s.members) > 0 OR cardinality(p.members) > 0 OR ($6 AND f.is_local AND NOT f.is_ghost)
ORDER BY is_exact DESC, is_shared DESC, f.is_local DESC, f.rank DESC, f.user_id LIMIT $7
"""


@dataclass(frozen=True, slots=True)
class NamedUser:
    """A user and what they go by: `name` is the JSON of a local profile, `members` are member events.

    A user of another server without member events is in no room any more.
    """

    user_nid: int
    user_id: UserId
    is_local: bool
    name: bytes | None
    members: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class PeopleQuery:
    """Who looks for whom. `server` is what the servers of the wanted begin with, None for all."""

    grams: Sequence[int]
    needles: Sequence[str]
    viewer_nid: int
    own_server: ServerName
    server: str | None
    all_local: bool
    exact: str


@dataclass(frozen=True, slots=True)
class VisibleUser:
    """A user whom the viewer may see, and as whom.

    `members` are member events that the viewer may see, those of shared rooms first; `name` and `avatar` are
    the JSON of a local profile.
    """

    user_nid: int
    user_id: UserId
    is_local: bool
    members: Sequence[bytes]
    name: bytes | None
    avatar: bytes | None


async def select_span_end(conn: Connection, after: int, limit: int) -> int | None:
    """Return the position with which the next `limit` or so changes end; None where there are no more."""
    end: int | None = await conn.fetchval(SELECT_SPAN_END, after, limit)
    return end


async def select_changed_users(conn: Connection, after: int, upto: int) -> list[int]:
    """Return whose names or rooms changed in a span of positions."""
    return sorted(row[0] for row in await conn.fetch(SELECT_CHANGED_USERS, after, upto))


async def select_changed_rooms(conn: Connection, after: int, upto: int) -> list[int]:
    """Return the rooms that may have been opened or closed in a span of positions."""
    return [row[0] for row in await conn.fetch(SELECT_CHANGED_ROOMS, after, upto)]


async def select_access_events(
    conn: Connection, room_nids: Sequence[int]
) -> dict[int, list[tuple[str, bytes]]]:
    """Return, per room, the current events that say who may join and who may read, with their types."""
    found: dict[int, list[tuple[str, bytes]]] = {room_nid: [] for room_nid in room_nids}
    for row in await conn.fetch(SELECT_ACCESS_EVENTS, room_nids):
        found[row["room_nid"]].append((row["type"], row["json"]))
    return found


async def update_rooms(conn: Connection, opened: Sequence[int], closed: Sequence[int]) -> None:
    """Note which rooms anybody may join or read, and which not."""
    await conn.execute(INSERT_OPEN_ROOMS, opened)
    await conn.execute(DELETE_CLOSED_ROOMS, closed)


async def select_names(conn: Connection, user_nids: Sequence[int]) -> list[NamedUser]:
    return [
        NamedUser(r["user_nid"], UserId(r["user_id"]), r["is_local"], r["name"], r["members"])
        for r in await conn.fetch(SELECT_NAMES, user_nids)
    ]


async def upsert_users(conn: Connection, users: Sequence[tuple[int, str, Sequence[int]]]) -> None:
    """Make users findable by (number, words, grams) alone."""
    await conn.executemany(UPSERT_USERS, users)


async def delete_users(conn: Connection, user_nids: Sequence[int]) -> None:
    """Let users no longer be found."""
    await conn.execute(DELETE_USERS, user_nids)


async def select_visible_users(
    conn: Connection, query: PeopleQuery, *, limit: int, timeout_ms: int
) -> list[VisibleUser]:
    """Return whom the viewer may see of those that match, the most wanted first; needs a transaction.

    Raises: SearchTooCostly.
    """
    await conn.execute(SELECT_SEARCH_SETTINGS, str(timeout_ms))
    try:
        rows = await conn.fetch(
            SELECT_VISIBLE_USERS, query.grams, query.needles, query.viewer_nid, query.own_server,
            query.server, query.all_local, limit, query.exact,
        )  # fmt: skip
    except asyncpg.QueryCanceledError as error:
        raise SearchTooCostly from error
    return [
        VisibleUser(r["user_nid"], UserId(r["user_id"]), r["is_local"], r["members"], r["name"], r["avatar"])
        for r in rows
    ]
