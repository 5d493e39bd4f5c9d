"""Which servers are in which rooms, and were: kept by triggers on the memberships.

A server is in a room while a user of it has joined; in a room joined with partial state, those that were
named at the join are until all members are known. `select_servers_in_room` names this server too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import ServerName
from homeserver.storage.db import Connection

SELECT_SERVERS_IN_ROOM = """
SELECT server FROM room_servers WHERE room_nid = $1 AND until IS NULL ORDER BY since, joined DESC, server
"""
SELECT_IS_IN_ROOM = """
SELECT EXISTS (SELECT FROM room_servers WHERE room_nid = $1 AND server = $2 AND until IS NULL)
"""
SELECT_IS_INVITED = """
SELECT EXISTS (
    SELECT FROM memberships m JOIN users u USING (user_nid)
    WHERE m.room_nid = $1 AND m.membership = 'invite'
    AND substring(u.user_id FROM position(':' IN u.user_id) + 1) = $2
)
"""
SELECT_SERVERS_SHARING_ROOMS = """
SELECT m.user_nid, array_agg(DISTINCT s.server) AS servers
FROM memberships m JOIN room_servers s ON s.room_nid = m.room_nid AND s.until IS NULL
WHERE m.user_nid = ANY ($1::bigint[]) AND m.membership = 'join' AND s.server <> $2
GROUP BY m.user_nid
"""
SELECT_SERVERS_NEWLY_MET = """
SELECT m.user_nid, array_agg(DISTINCT s.server) AS servers
FROM memberships m JOIN room_servers s ON s.room_nid = m.room_nid AND s.until IS NULL
WHERE m.room_nid = ANY ($1::bigint[]) AND m.user_nid = ANY ($2::bigint[]) AND m.membership = 'join'
AND s.server <> $3 AND (m.position > $4 OR s.since > $4)
GROUP BY m.user_nid
"""
SELECT_ROOMS_OF_SERVER = """
SELECT DISTINCT room_nid FROM room_servers WHERE server = $1 AND until IS NULL ORDER BY room_nid
"""
SELECT_STAYS = """
SELECT room_nid, server, since, until FROM room_servers
WHERE room_nid = ANY ($1::bigint[]) AND (until IS NULL OR until > $2)
"""
SELECT_SHARED_ROOMS_SINCE = """
SELECT DISTINCT s.room_nid FROM room_servers s
WHERE s.server <> $1 AND (s.until IS NULL OR s.until > $2)
AND EXISTS (SELECT FROM room_servers o WHERE o.room_nid = s.room_nid AND o.server = $1
            AND (o.until IS NULL OR o.until > $2))
"""
SELECT_SERVERS_PRESENT_SINCE = """
SELECT DISTINCT server FROM room_servers WHERE server <> $1 AND (until IS NULL OR until > $2)
"""
DELETE_ENDED_STAYS = "DELETE FROM room_servers WHERE until < $1"


@dataclass(frozen=True, slots=True)
class Stay:
    """When a server was in a room: from the event at `since` to the one at `until`, both included."""

    room_nid: int
    server: ServerName
    since: int
    until: int | None

    def covers(self, position: int) -> bool:
        """Whether the server was in the room before or after the event at a position."""
        return self.since <= position and (self.until is None or position <= self.until)


async def select_servers_in_room(conn: Connection, room_nid: int) -> list[ServerName]:
    """Return the servers that have joined users in a room, those of longest standing first."""
    return [ServerName(row["server"]) for row in await conn.fetch(SELECT_SERVERS_IN_ROOM, room_nid)]


async def is_in_room(conn: Connection, room_nid: int, server: ServerName) -> bool:
    """Whether a server has a joined user in a room."""
    found: bool = await conn.fetchval(SELECT_IS_IN_ROOM, room_nid, server)
    return found


async def is_invited(conn: Connection, room_nid: int, server: ServerName) -> bool:
    """Whether a user of a server is invited into a room."""
    found: bool = await conn.fetchval(SELECT_IS_INVITED, room_nid, server)
    return found


async def select_servers_sharing_rooms(
    conn: Connection, user_nids: Sequence[int], own: ServerName
) -> dict[int, list[ServerName]]:
    """Return, per user, the other servers with which the user shares a room; none: left out."""
    rows = await conn.fetch(SELECT_SERVERS_SHARING_ROOMS, user_nids, own)
    return {row["user_nid"]: [ServerName(server) for server in row["servers"]] for row in rows}


async def select_servers_newly_met(
    conn: Connection, room_nids: Sequence[int], user_nids: Sequence[int], own: ServerName, after: int
) -> dict[int, list[ServerName]]:
    """Return, per user, the other servers that the user met in some rooms after a position; none: left out.

    Either came to the room, or the user's member event changed.
    """
    rows = await conn.fetch(SELECT_SERVERS_NEWLY_MET, room_nids, user_nids, own, after)
    return {row["user_nid"]: [ServerName(server) for server in row["servers"]] for row in rows}


async def select_rooms_of_server(conn: Connection, server: ServerName) -> list[int]:
    """Return the rooms that a server is in."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_ROOMS_OF_SERVER, server)]


async def select_stays(conn: Connection, room_nids: Sequence[int], after: int) -> list[Stay]:
    """Return the stays in rooms that had not ended at a position."""
    return [Stay(*row) for row in await conn.fetch(SELECT_STAYS, room_nids, after)]


async def select_shared_rooms_since(conn: Connection, own: ServerName, after: int) -> list[int]:
    """Return the rooms in which this server and another one were after a position."""
    return [row["room_nid"] for row in await conn.fetch(SELECT_SHARED_ROOMS_SINCE, own, after)]


async def select_servers_present_since(conn: Connection, own: ServerName, after: int) -> list[ServerName]:
    """Return the other servers that were in any room after a position."""
    return [ServerName(row["server"]) for row in await conn.fetch(SELECT_SERVERS_PRESENT_SINCE, own, after)]


async def delete_ended_stays(conn: Connection, before: int) -> None:
    """Forget stays that ended before a position up to which every server has been told everything."""
    await conn.execute(DELETE_ENDED_STAYS, before)
