"""Who is in which room: derived from current state, which nobody then has to read as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import UserId
from homeserver.storage.db import Connection

SELECT_ROOMS_OF_USER = (
    "SELECT room_nid, membership, event_nid, position, forgotten FROM memberships WHERE user_nid = $1"
)
SELECT_MEMBERSHIP = """
SELECT room_nid, membership, event_nid, position, forgotten FROM memberships
WHERE user_nid = $1 AND room_nid = $2
"""
SELECT_MEMBERS = """
SELECT u.user_id FROM memberships m JOIN users u ON u.user_nid = m.user_nid
WHERE m.room_nid = $1 AND m.membership = $2 ORDER BY m.event_nid LIMIT $3
"""
SELECT_MEMBER_NIDS = "SELECT user_nid FROM memberships WHERE room_nid = $1 AND membership = ANY ($2::text[])"
COUNT_MEMBERS = """
SELECT room_nid, membership, count(*) AS members FROM memberships
WHERE room_nid = ANY ($1::bigint[]) AND membership IN ('join', 'invite') GROUP BY room_nid, membership
"""
SELECT_SHARED_ROOMS = """
SELECT a.room_nid FROM memberships a JOIN memberships b ON b.room_nid = a.room_nid
WHERE a.user_nid = $1 AND b.user_nid = $2 AND a.membership = 'join' AND b.membership = 'join'
"""
SELECT_USERS_SHARING_ROOMS = """
SELECT DISTINCT b.user_nid FROM memberships a JOIN memberships b ON b.room_nid = a.room_nid
WHERE a.user_nid = $1 AND b.user_nid = ANY ($2::bigint[]) AND a.membership = 'join' AND b.membership = 'join'
"""
SELECT_MEMBERSHIPS_AT = """
SELECT DISTINCT ON (c.room_nid) c.room_nid, coalesce(m.membership, 'leave') AS membership
FROM users u
JOIN state_keys k ON k.type = 'm.room.member' AND k.state_key = u.user_id
JOIN state_changes c ON c.key_nid = k.key_nid AND c.room_nid = ANY ($2::bigint[]) AND c.position <= $3
LEFT JOIN member_events m ON m.event_nid = c.new_event_nid
WHERE u.user_nid = $1
ORDER BY c.room_nid, c.position DESC
"""
SELECT_ROOMS_JOINED_BETWEEN = """
SELECT DISTINCT c.room_nid
FROM users u
JOIN state_keys k ON k.type = 'm.room.member' AND k.state_key = u.user_id
JOIN state_changes c ON c.key_nid = k.key_nid AND c.room_nid = ANY ($2::bigint[])
    AND c.position > $3 AND c.position <= $4
JOIN member_events m ON m.event_nid = c.new_event_nid AND m.membership = 'join'
WHERE u.user_nid = $1
"""
SELECT_ROOMS_OF_OTHERS = """
SELECT DISTINCT w.room_nid FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS w(room_nid, since, upto)
JOIN state_changes c ON c.room_nid = w.room_nid AND c.position > w.since AND c.position <= w.upto
JOIN state_keys k ON k.key_nid = c.key_nid
LEFT JOIN member_events o ON o.event_nid = c.old_event_nid
LEFT JOIN member_events n ON n.event_nid = c.new_event_nid
WHERE n.membership IS DISTINCT FROM o.membership OR k.type IN ('m.room.name', 'm.room.canonical_alias')
"""
SELECT_HEROES = """
SELECT w.room_nid, h.user_nid, h.user_id FROM unnest($1::bigint[]) AS w(room_nid)
CROSS JOIN unnest($2::text[]) AS k(membership)
CROSS JOIN LATERAL (
    SELECT m.event_nid, u.user_nid, u.user_id FROM memberships m JOIN users u ON u.user_nid = m.user_nid
    WHERE m.room_nid = w.room_nid AND m.membership = k.membership AND m.user_nid <> $3
    ORDER BY m.event_nid LIMIT 5
) AS h
ORDER BY w.room_nid, h.event_nid
"""
UPDATE_FORGOTTEN = """
UPDATE memberships SET forgotten = true
WHERE user_nid = $1 AND room_nid = $2 AND membership IN ('leave', 'ban')
"""


MAX_HEROES = 5


@dataclass(frozen=True, slots=True)
class RoomMembership:
    """A user's membership of a room now, and since which position."""

    room_nid: int
    membership: str
    event_nid: int
    position: int
    forgotten: bool


@dataclass(frozen=True, slots=True)
class Hero:
    """A member whom a room without a name is named after."""

    user_nid: int
    user_id: UserId


@dataclass(frozen=True, slots=True)
class MemberCounts:
    """How many have joined a room, and how many are invited."""

    joined: int = 0
    invited: int = 0


async def select_rooms_of_others(conn: Connection, spans: Sequence[tuple[int, int, int]]) -> set[int]:
    """Return the rooms whose members, or what they are named, are others after a span of positions.

    Each span is a room, the position that it comes after, and the last one of it.
    """
    columns = [list(column) for column in zip(*spans, strict=True)]
    return {row["room_nid"] for row in await conn.fetch(SELECT_ROOMS_OF_OTHERS, *columns)}


async def select_rooms_of_user(conn: Connection, user_nid: int) -> dict[int, RoomMembership]:
    """Return every room that a user has or had to do with."""
    return {r["room_nid"]: RoomMembership(*r) for r in await conn.fetch(SELECT_ROOMS_OF_USER, user_nid)}


async def select_membership(conn: Connection, user_nid: int, room_nid: int) -> RoomMembership | None:
    row = await conn.fetchrow(SELECT_MEMBERSHIP, user_nid, room_nid)
    return RoomMembership(*row) if row else None


async def select_members(conn: Connection, room_nid: int, membership: str, limit: int) -> list[UserId]:
    """Return members of one kind, those of longest standing first."""
    return [UserId(r["user_id"]) for r in await conn.fetch(SELECT_MEMBERS, room_nid, membership, limit)]


async def select_member_nids(conn: Connection, room_nid: int, memberships: Sequence[str]) -> set[int]:
    return {r["user_nid"] for r in await conn.fetch(SELECT_MEMBER_NIDS, room_nid, memberships)}


async def count_members(conn: Connection, room_nids: Sequence[int]) -> dict[int, MemberCounts]:
    """Return the counts of rooms; a room without members is left out."""
    counts: dict[int, dict[str, int]] = {}
    for row in await conn.fetch(COUNT_MEMBERS, room_nids):
        counts.setdefault(row["room_nid"], {})[row["membership"]] = row["members"]
    return {
        room: MemberCounts(found.get("join", 0), found.get("invite", 0)) for room, found in counts.items()
    }


async def select_shared_rooms(conn: Connection, user_nid: int, other_nid: int) -> set[int]:
    """Return the rooms that two users have both joined."""
    return {r["room_nid"] for r in await conn.fetch(SELECT_SHARED_ROOMS, user_nid, other_nid)}


async def select_users_sharing_rooms(conn: Connection, user_nid: int, others: Sequence[int]) -> set[int]:
    """Return which of the others have joined a room that the user has joined."""
    return {r["user_nid"] for r in await conn.fetch(SELECT_USERS_SHARING_ROOMS, user_nid, others)}


async def select_memberships_at(
    conn: Connection, user_nid: int, room_nids: Sequence[int], position: int
) -> dict[int, str]:
    """Return a user's membership of rooms after a position; rooms without one are left out."""
    rows = await conn.fetch(SELECT_MEMBERSHIPS_AT, user_nid, room_nids, position)
    return {r["room_nid"]: r["membership"] for r in rows}


async def select_rooms_joined_between(
    conn: Connection, user_nid: int, room_nids: Sequence[int], since: int, upto: int
) -> set[int]:
    """Return those of the rooms that a user joined, or was joined in, in a span of positions."""
    rows = await conn.fetch(SELECT_ROOMS_JOINED_BETWEEN, user_nid, room_nids, since, upto)
    return {row["room_nid"] for row in rows}


async def select_heroes(
    conn: Connection, room_nids: Sequence[int], memberships: Sequence[str], viewer_nid: int
) -> dict[int, list[Hero]]:
    """Return, per room, up to five members other than the viewer whom a client can name the room after."""
    heroes: dict[int, list[Hero]] = {}
    for row in await conn.fetch(SELECT_HEROES, room_nids, memberships, viewer_nid):
        found = heroes.setdefault(row["room_nid"], [])
        if len(found) < MAX_HEROES:
            found.append(Hero(row["user_nid"], UserId(row["user_id"])))
    return heroes


async def update_forgotten(conn: Connection, user_nid: int, room_nid: int) -> bool:
    """Forget a room that the user has left; say whether there was one."""
    return bool((await conn.execute(UPDATE_FORGOTTEN, user_nid, room_nid)).endswith("1"))
