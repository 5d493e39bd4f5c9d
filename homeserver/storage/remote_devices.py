"""What is known of the devices of other servers' users, as long as a room is shared with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from federation.protocol.ids import ServerName, UserId
from homeserver.storage.db import Connection
from homeserver.storage.device_keys import DeviceKeys
from homeserver.storage.text import from_text, to_text

SELECT_SHARING = """
SELECT w.user_nid FROM unnest($1::bigint[]) AS w(user_nid)
WHERE EXISTS (
    SELECT FROM memberships m JOIN room_servers s ON s.room_nid = m.room_nid
    WHERE m.user_nid = w.user_nid AND m.membership = 'join' AND s.server = $2 AND s.until IS NULL
)
"""
SELECT_LISTS = """
SELECT user_nid, stream_id, stale, gaps FROM remote_device_lists WHERE user_nid = ANY ($1::bigint[])
"""
SELECT_DUE_LISTS = """
SELECT u.user_id FROM remote_device_lists l JOIN users u ON u.user_nid = l.user_nid
WHERE l.stale
AND (l.failures = 0 OR l.tried_ts + least($2::bigint << least(l.failures, 20), $3::bigint) <= $1)
ORDER BY l.tried_ts LIMIT $4
"""
INSERT_LISTS = """
INSERT INTO remote_device_lists (user_nid, stream_id, stale) SELECT w, -1, true FROM unnest($1::bigint[]) AS w
ON CONFLICT (user_nid) DO NOTHING
"""
UPDATE_FETCHED = """
UPDATE remote_device_lists SET stream_id = $2, stale = gaps <> $3, tried_ts = $4, failures = 0
WHERE user_nid = $1 RETURNING user_nid
"""
UPDATE_FAILED = """
UPDATE remote_device_lists SET tried_ts = $2, failures = failures + 1 WHERE user_nid = $1
"""
UPDATE_STREAM_ID = "UPDATE remote_device_lists SET stream_id = $2 WHERE user_nid = $1"
UPDATE_STALE = "UPDATE remote_device_lists SET stale = true, gaps = gaps + 1 WHERE user_nid = $1"
SELECT_REMOTE_DEVICES = """
SELECT user_nid, device_id, display_name, json FROM remote_devices
WHERE user_nid = ANY ($1::bigint[]) ORDER BY user_nid, device_id
"""
COUNT_REMOTE_DEVICES = "SELECT count(*) FROM remote_devices WHERE user_nid = $1"
UPSERT_REMOTE_DEVICE = """
INSERT INTO remote_devices (user_nid, device_id, display_name, json) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_nid, device_id) DO UPDATE SET display_name = excluded.display_name, json = excluded.json
"""
INSERT_REMOTE_DEVICES = """
INSERT INTO remote_devices (user_nid, device_id, display_name, json)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bytea[])
"""
DELETE_REMOTE_DEVICE = "DELETE FROM remote_devices WHERE user_nid = $1 AND device_id = $2"
DELETE_REMOTE_DEVICES = "DELETE FROM remote_devices WHERE user_nid = $1"
DELETE_LISTS = """
DELETE FROM remote_device_lists l
WHERE ($1::bigint[] IS NULL OR l.user_nid = ANY ($1)) AND NOT EXISTS (
    SELECT FROM memberships m JOIN room_servers s ON s.room_nid = m.room_nid
    WHERE m.user_nid = l.user_nid AND m.membership = 'join' AND m.position < $3
    AND s.server = $2 AND s.until IS NULL AND s.since < $3
)
RETURNING user_nid
"""
SELECT_MEMBERS_OF_ABANDONED_ROOMS = """
SELECT m.user_nid FROM memberships m JOIN remote_device_lists l ON l.user_nid = m.user_nid
WHERE m.room_nid = ANY ($1::bigint[]) AND m.membership = 'join' AND NOT EXISTS (
    SELECT FROM room_servers s WHERE s.room_nid = m.room_nid AND s.server = $2 AND s.until IS NULL
)
"""


@dataclass(frozen=True, slots=True)
class RemoteList:
    """The state of what is known of a user's devices; `stale`: updates are missing."""

    user_nid: int
    stream_id: int
    stale: bool
    gaps: int


@dataclass(frozen=True, slots=True)
class RemoteDevice:
    """A device as its server describes it; `keys` is canonical JSON, None where it has none."""

    device_id: str
    display_name: str | None
    keys: bytes | None


async def select_sharing(conn: Connection, user_nids: Sequence[int], own: ServerName) -> set[int]:
    """Return which users of other servers share a room with a user of this one."""
    return {row["user_nid"] for row in await conn.fetch(SELECT_SHARING, user_nids, own)}


async def select_lists(conn: Connection, user_nids: Sequence[int]) -> Mapping[int, RemoteList]:
    """Return what is known of users' device lists, by user; those that are not followed are left out."""
    return {row["user_nid"]: RemoteList(*row) for row in await conn.fetch(SELECT_LISTS, user_nids)}


async def select_due_lists(
    conn: Connection, now_ms: int, first_wait_ms: int, longest_wait_ms: int, limit: int
) -> list[UserId]:
    """Return users whose list should be fetched now. After a failure the wait doubles with each of them."""
    rows = await conn.fetch(SELECT_DUE_LISTS, now_ms, first_wait_ms, longest_wait_ms, limit)
    return [UserId(row["user_id"]) for row in rows]


async def insert_lists(conn: Connection, user_nids: Sequence[int]) -> None:
    """Begin to follow users: their lists are to be fetched."""
    await conn.execute(INSERT_LISTS, user_nids)


async def replace_list(
    conn: Connection, fetched: RemoteList, stream_id: int, devices: Sequence[RemoteDevice], now_ms: int
) -> bool:
    """Put in what was fetched since `fetched` was read; False where the user is no longer followed."""
    if await conn.fetchval(UPDATE_FETCHED, fetched.user_nid, stream_id, fetched.gaps, now_ms) is None:
        return False
    await conn.execute(DELETE_REMOTE_DEVICES, fetched.user_nid)
    await conn.execute(
        INSERT_REMOTE_DEVICES,
        fetched.user_nid,
        [to_text(device.device_id) for device in devices],
        [None if device.display_name is None else to_text(device.display_name) for device in devices],
        [device.keys for device in devices],
    )
    return True


async def note_failure(conn: Connection, user_nid: int, now_ms: int) -> None:
    """Note that a list could not be fetched."""
    await conn.execute(UPDATE_FAILED, user_nid, now_ms)


async def note_gap(conn: Connection, user_nid: int) -> None:
    """Note that an update of a followed list could not be taken in."""
    await conn.execute(UPDATE_STALE, user_nid)


async def update_device(conn: Connection, user_nid: int, stream_id: int, device: RemoteDevice) -> None:
    """Take in an update of one device."""
    await conn.execute(UPDATE_STREAM_ID, user_nid, stream_id)
    name = None if device.display_name is None else to_text(device.display_name)
    await conn.execute(UPSERT_REMOTE_DEVICE, user_nid, to_text(device.device_id), name, device.keys)


async def delete_device(conn: Connection, user_nid: int, stream_id: int, device_id: str) -> None:
    """Take in that a device is gone."""
    await conn.execute(UPDATE_STREAM_ID, user_nid, stream_id)
    await conn.execute(DELETE_REMOTE_DEVICE, user_nid, to_text(device_id))


async def count_devices(conn: Connection, user_nid: int) -> int:
    count: int = await conn.fetchval(COUNT_REMOTE_DEVICES, user_nid)
    return count


async def select_remote_devices(conn: Connection, user_nids: Sequence[int]) -> list[DeviceKeys]:
    """Return the known devices of users, those without keys too."""
    return [
        DeviceKeys(
            row["user_nid"],
            from_text(row["device_id"]),
            None if row["display_name"] is None else from_text(row["display_name"]),
            None if row["json"] is None else orjson.loads(row["json"]),
        )
        for row in await conn.fetch(SELECT_REMOTE_DEVICES, user_nids)
    ]


async def delete_lists(
    conn: Connection, user_nids: Sequence[int] | None, own: ServerName, before: int
) -> list[int]:
    """Stop following those users, or of all, with whom no room has been shared since before a position."""
    return [row["user_nid"] for row in await conn.fetch(DELETE_LISTS, user_nids, own, before)]


async def select_members_of_abandoned_rooms(
    conn: Connection, room_nids: Sequence[int], own: ServerName
) -> set[int]:
    """Return the followed members of those rooms that this server is no longer in."""
    rows = await conn.fetch(SELECT_MEMBERS_OF_ABANDONED_ROOMS, room_nids, own)
    return {row["user_nid"] for row in rows}
