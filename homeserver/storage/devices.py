"""Devices of this server's own users."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

INSERT_DEVICE = """
INSERT INTO devices (user_nid, device_id, display_name, created_ts) VALUES ($1, $2, $3, $4)
RETURNING device_nid
"""
SELECT_DEVICE = """
SELECT device_nid, device_id, display_name, last_seen_ts, last_seen_ip FROM devices
WHERE user_nid = $1 AND device_id = $2
"""
SELECT_DEVICES = """
SELECT device_nid, device_id, display_name, last_seen_ts, last_seen_ip FROM devices
WHERE user_nid = $1 ORDER BY device_nid
"""
UPDATE_DISPLAY_NAME = """
UPDATE devices SET display_name = $3 WHERE user_nid = $1 AND device_id = $2 RETURNING device_nid
"""
UPDATE_LAST_SEEN = """
UPDATE devices SET last_seen_ts = seen.ts, last_seen_ip = seen.ip, last_seen_agent = seen.agent
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS seen (device_nid, ts, ip, agent)
WHERE devices.device_nid = seen.device_nid AND coalesce(devices.last_seen_ts, 0) < seen.ts
"""
DELETE_DEVICES = (
    "DELETE FROM devices WHERE user_nid = $1 AND device_id = ANY ($2::text[]) RETURNING device_id"
)
DELETE_ALL_DEVICES = """
DELETE FROM devices WHERE user_nid = $1 AND ($2::bigint IS NULL OR device_nid <> $2) RETURNING device_id
"""


@dataclass(frozen=True, slots=True)
class Device:
    """One row. Times are in milliseconds since the epoch."""

    device_nid: int
    device_id: str
    display_name: str | None
    last_seen_ts: int | None
    last_seen_ip: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """When and from where a device was last heard of."""

    device_nid: int
    ts: int
    ip: str
    agent: str | None


async def insert_device(
    conn: Connection, user_nid: int, device_id: str, display_name: str | None, now_ms: int
) -> int:
    """Make a device and return its number; it must not exist."""
    name = None if display_name is None else to_text(display_name)
    device_nid: int = await conn.fetchval(INSERT_DEVICE, user_nid, to_text(device_id), name, now_ms)
    return device_nid


async def select_device(conn: Connection, user_nid: int, device_id: str) -> Device | None:
    """Return one device of a user."""
    row = await conn.fetchrow(SELECT_DEVICE, user_nid, to_text(device_id))
    return None if row is None else _device(row)


async def select_devices(conn: Connection, user_nid: int) -> list[Device]:
    """Return a user's devices, oldest first."""
    return [_device(row) for row in await conn.fetch(SELECT_DEVICES, user_nid)]


async def update_display_name(
    conn: Connection, user_nid: int, device_id: str, display_name: str | None
) -> bool:
    """Name a device; False where there is no such one."""
    name = None if display_name is None else to_text(display_name)
    return await conn.fetchval(UPDATE_DISPLAY_NAME, user_nid, to_text(device_id), name) is not None


async def update_last_seen(conn: Connection, seen: Sequence[Seen]) -> None:
    """Note when devices were last heard of; older news changes nothing."""
    await conn.execute(
        UPDATE_LAST_SEEN,
        [each.device_nid for each in seen],
        [each.ts for each in seen],
        [each.ip for each in seen],
        [None if each.agent is None else to_text(each.agent) for each in seen],
    )


async def delete_devices(conn: Connection, user_nid: int, device_ids: Iterable[str]) -> list[str]:
    """Delete those of the devices that exist, with their sessions and keys; return their ids."""
    rows = await conn.fetch(DELETE_DEVICES, user_nid, [to_text(device_id) for device_id in device_ids])
    return [from_text(row["device_id"]) for row in rows]


async def delete_all_devices(conn: Connection, user_nid: int, *, but: int | None = None) -> list[str]:
    """Delete a user's devices, with their sessions and keys, perhaps but one; return their ids."""
    return [from_text(row["device_id"]) for row in await conn.fetch(DELETE_ALL_DEVICES, user_nid, but)]


def _device(row: asyncpg.Record) -> Device:
    name = row["display_name"]
    return Device(
        device_nid=row["device_nid"],
        device_id=from_text(row["device_id"]),
        display_name=None if name is None else from_text(name),
        last_seen_ts=row["last_seen_ts"],
        last_seen_ip=row["last_seen_ip"],
    )
