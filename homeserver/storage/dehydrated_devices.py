"""Devices that take in messages until somebody logs in and opens them."""

from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

SELECT_DEHYDRATED = """
SELECT d.device_nid, d.device_id, h.data FROM dehydrated_devices h
JOIN devices d ON d.device_nid = h.device_nid WHERE h.user_nid = $1
"""
INSERT_DEHYDRATED = "INSERT INTO dehydrated_devices (user_nid, device_nid, data) VALUES ($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class DehydratedDevice:
    """A user's dehydrated device; `data` is JSON that only the user can make sense of."""

    device_nid: int
    device_id: str
    data: bytes


async def select_dehydrated(conn: Connection, user_nid: int) -> DehydratedDevice | None:
    row = await conn.fetchrow(SELECT_DEHYDRATED, user_nid)
    return (
        None if row is None else DehydratedDevice(row["device_nid"], from_text(row["device_id"]), row["data"])
    )


async def insert_dehydrated(conn: Connection, user_nid: int, device_nid: int, data: bytes) -> None:
    """Make a device the user's dehydrated one; there is no other."""
    await conn.execute(INSERT_DEHYDRATED, user_nid, device_nid, data)
