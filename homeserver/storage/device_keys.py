"""Identity keys of this server's devices."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from homeserver.json_types import JsonObject
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

UPSERT_DEVICE_KEYS = """
INSERT INTO device_keys (device_nid, json) SELECT device_nid, $2 FROM devices WHERE device_nid = $1
ON CONFLICT (device_nid) DO UPDATE SET json = excluded.json WHERE device_keys.json <> excluded.json
RETURNING device_nid
"""
SELECT_DEVICE_KEYS = """
SELECT d.user_nid, d.device_id, d.display_name, k.json
FROM devices d JOIN device_keys k ON k.device_nid = d.device_nid
WHERE d.user_nid = ANY ($1::bigint[]) ORDER BY d.device_nid
"""
SELECT_DEVICES_TO_ANNOUNCE = """
SELECT d.user_nid, d.device_id, d.display_name, k.json
FROM devices d LEFT JOIN device_keys k ON k.device_nid = d.device_nid
WHERE d.user_nid = $1 AND d.device_id = ANY ($2::text[])
"""

SELECT_ACCOUNTS = "SELECT user_nid FROM accounts WHERE user_nid = ANY ($1::bigint[])"


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """A device, and its keys as they were uploaded; None where it has none."""

    user_nid: int
    device_id: str
    display_name: str | None
    keys: JsonObject | None


async def upsert_device_keys(conn: Connection, device_nid: int, json: bytes) -> bool:
    """Set a device's keys; say whether that changed anything."""
    return await conn.fetchval(UPSERT_DEVICE_KEYS, device_nid, json) is not None


async def select_device_keys(conn: Connection, user_nids: Sequence[int]) -> list[DeviceKeys]:
    """Return those devices of users that have keys, oldest first."""
    return [_device_keys(*row) for row in await conn.fetch(SELECT_DEVICE_KEYS, user_nids)]


async def select_devices_to_announce(
    conn: Connection, user_nid: int, device_ids: Sequence[str]
) -> dict[str, DeviceKeys]:
    """Return those of the devices that exist, by device id."""
    rows = await conn.fetch(SELECT_DEVICES_TO_ANNOUNCE, user_nid, [to_text(each) for each in device_ids])
    return {found.device_id: found for found in (_device_keys(*row) for row in rows)}


async def select_accounts(conn: Connection, user_nids: Sequence[int]) -> set[int]:
    """Return which of the users have an account on this server, closed ones included."""
    return {row["user_nid"] for row in await conn.fetch(SELECT_ACCOUNTS, user_nids)}


def _device_keys(user_nid: int, device_id: str, display_name: str | None, json: bytes | None) -> DeviceKeys:
    return DeviceKeys(
        user_nid,
        from_text(device_id),
        None if display_name is None else from_text(display_name),
        None if json is None else orjson.loads(json),
    )
