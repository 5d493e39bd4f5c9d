"""When users' device lists changed, and who has come to share rooms with whom, or no longer does."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

UPSERT_CHANGE = """
INSERT INTO device_list_changes AS c (user_nid, position, stream_id) VALUES ($1, $2, $3)
ON CONFLICT (user_nid) DO UPDATE
SET position = excluded.position, stream_id = c.stream_id + excluded.stream_id
RETURNING stream_id
"""
UPSERT_PRIVATE_CHANGES = """
INSERT INTO private_key_changes (viewer_nid, user_nid, position)
SELECT $1, w.user_nid, $3 FROM unnest($2::bigint[]) AS w(user_nid)
ON CONFLICT (viewer_nid, user_nid) DO UPDATE SET position = excluded.position
"""
UPSERT_STREAM_ID = """
INSERT INTO device_list_changes AS c (user_nid, position, stream_id) VALUES ($1, 0, $2)
ON CONFLICT (user_nid) DO UPDATE SET stream_id = c.stream_id + excluded.stream_id
RETURNING stream_id
"""
SELECT_NEW_SERVERS = """
SELECT s.server FROM room_servers s
WHERE s.room_nid = $2 AND s.until IS NULL AND s.server <> $3
AND EXISTS (SELECT FROM memberships WHERE user_nid = $1 AND room_nid = $2 AND membership = 'join')
EXCEPT
SELECT o.server FROM memberships m JOIN room_servers o ON o.room_nid = m.room_nid AND o.until IS NULL
WHERE m.user_nid = $1 AND m.membership = 'join' AND m.room_nid <> $2
"""
SELECT_STREAM_ID = "SELECT stream_id FROM device_list_changes WHERE user_nid = $1"
SELECT_JOINED_ROOMS = "SELECT room_nid FROM memberships WHERE user_nid = $1 AND membership = 'join'"
SELECT_CHANGED_USERS = """
SELECT c.user_nid FROM device_list_changes c
WHERE c.position > $2 AND c.position <= $3 AND (c.user_nid = $1 OR EXISTS (
    SELECT FROM memberships theirs JOIN memberships own ON own.room_nid = theirs.room_nid
    WHERE theirs.user_nid = c.user_nid AND theirs.membership = 'join'
    AND own.user_nid = $1 AND own.membership = 'join'
))
UNION
SELECT p.user_nid FROM private_key_changes p
WHERE p.viewer_nid = $1 AND p.position > $2 AND p.position <= $3
"""
SELECT_MEMBER_CHANGES = """
SELECT c.room_nid, coalesce(n.user_nid, o.user_nid) AS user_nid,
       bool_or(n.membership IN ('join', 'invite') AND n.membership IS DISTINCT FROM o.membership) AS came,
       bool_or(o.membership = 'join' AND n.membership IS DISTINCT FROM 'join') AS went
FROM state_changes c
LEFT JOIN member_events o ON o.event_nid = c.old_event_nid
LEFT JOIN member_events n ON n.event_nid = c.new_event_nid
WHERE c.room_nid = ANY ($1::bigint[]) AND c.position > $2 AND c.position <= $3
AND (o.event_nid IS NOT NULL OR n.event_nid IS NOT NULL)
GROUP BY 1, 2
"""
SELECT_MEMBERS_OF_ROOMS = """
SELECT DISTINCT user_nid FROM memberships
WHERE room_nid = ANY ($1::bigint[]) AND membership = ANY ($2::text[])
"""


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What a user did in a room in a span of positions: came to it (joined or was invited), went from it."""

    room_nid: int
    user_nid: int
    came: bool
    went: bool


async def upsert_change(conn: Connection, position: int, user_nid: int, updates: int) -> int:
    """Note that a user's device list changed; return the stream id of the last of so many updates of it."""
    stream_id: int = await conn.fetchval(UPSERT_CHANGE, user_nid, position, updates)
    return stream_id


async def count_updates(conn: Connection, user_nid: int, updates: int) -> int:
    """Return the stream id of the last of so many updates that change nothing."""
    stream_id: int = await conn.fetchval(UPSERT_STREAM_ID, user_nid, updates)
    return stream_id


async def select_new_servers(
    conn: Connection, user_nid: int, room_nid: int, own: ServerName
) -> list[ServerName]:
    """Return the other servers that share no room with a user but this one."""
    return [
        ServerName(row["server"]) for row in await conn.fetch(SELECT_NEW_SERVERS, user_nid, room_nid, own)
    ]


async def upsert_private_changes(
    conn: Connection, position: int, viewer_nid: int, user_nids: Sequence[int]
) -> None:
    """Note that what one user sees of others' keys changed, and nobody else's view of them."""
    await conn.execute(UPSERT_PRIVATE_CHANGES, viewer_nid, user_nids, position)


async def select_stream_id(conn: Connection, user_nid: int) -> int:
    """Return the stream id of the newest update of a user's device list, 0 before the first."""
    return await conn.fetchval(SELECT_STREAM_ID, user_nid) or 0


async def select_joined_rooms(conn: Connection, user_nid: int) -> list[int]:
    return [row["room_nid"] for row in await conn.fetch(SELECT_JOINED_ROOMS, user_nid)]


async def select_changed_users(conn: Connection, viewer_nid: int, since: int, upto: int) -> set[int]:
    """Return whose keys changed last in a span: the viewer, and who shares a room with the viewer now."""
    return {row["user_nid"] for row in await conn.fetch(SELECT_CHANGED_USERS, viewer_nid, since, upto)}


async def select_member_changes(
    conn: Connection, room_nids: Sequence[int], since: int, upto: int
) -> list[MemberChange]:
    """Return who came to rooms and went from them in a span of positions."""
    rows = await conn.fetch(SELECT_MEMBER_CHANGES, room_nids, since, upto)
    return [MemberChange(r["room_nid"], r["user_nid"], bool(r["came"]), bool(r["went"])) for r in rows]


async def select_members_of_rooms(
    conn: Connection, room_nids: Sequence[int], memberships: Sequence[str]
) -> set[int]:
    return {row["user_nid"] for row in await conn.fetch(SELECT_MEMBERS_OF_ROOMS, room_nids, memberships)}
