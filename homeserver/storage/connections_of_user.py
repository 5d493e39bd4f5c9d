"""From where a user's devices were last heard of."""

from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.text import from_text

SELECT_CONNECTIONS = """
SELECT device_nid, device_id, last_seen_ts, last_seen_ip, last_seen_agent FROM devices WHERE user_nid = $1
ORDER BY device_nid
"""


@dataclass(frozen=True, slots=True)
class DeviceConnection:
    """The last connection of a device; None where it was never heard of."""

    device_nid: int
    device_id: str
    last_seen_ts: int | None
    ip: str | None
    agent: str | None


async def select_connections(conn: Connection, user_nid: int) -> list[DeviceConnection]:
    """Return the devices of a user with their last connections, the oldest device first."""
    return [
        DeviceConnection(
            row["device_nid"], from_text(row["device_id"]), row["last_seen_ts"], row["last_seen_ip"],
            None if row["last_seen_agent"] is None else from_text(row["last_seen_agent"]),
        )
        for row in await conn.fetch(SELECT_CONNECTIONS, user_nid)
    ]  # fmt: skip
