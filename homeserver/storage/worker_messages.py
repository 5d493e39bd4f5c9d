"""PostgreSQL's notifications between workers. A payload is a worker's name, or a message as a JSON array."""

from collections.abc import Callable
from typing import Any, Final

import asyncpg

from homeserver.storage.db import CONNECT_TIMEOUT_S, SERVER_SETTINGS, Connection

CHANNEL: Final = "parlour"
MAX_PAYLOAD_BYTES: Final = 7_900
"""PostgreSQL takes less than 8,000."""

SELECT_NOTIFY = "SELECT pg_notify('parlour', $1)"
SELECT_NOTIFY_IN_ORDER = "SELECT pg_notify('parlour', '[' || nextval('fanout_stamps') || ',' || $1)"
SELECT_STAMPS_AHEAD = """
SELECT setval('fanout_stamps', greatest(last_value, (extract(epoch FROM clock_timestamp()) * 1000)::bigint))
FROM fanout_stamps
"""


async def open_line(
    url: str, take: Callable[[str], None], broken: Callable[[], None]
) -> "asyncpg.Connection[asyncpg.Record]":
    """Connect and listen; `take` gets every payload, `broken` is called when the connection ends.

    Raises: OSError, asyncpg.PostgresError, asyncpg.InterfaceError.
    """
    conn = await asyncpg.connect(url, timeout=CONNECT_TIMEOUT_S, server_settings=SERVER_SETTINGS)

    def notified(conn: Any, pid: int, channel: str, payload: object) -> None:
        take(str(payload))

    await conn.execute(SELECT_STAMPS_AHEAD)
    await conn.add_listener(CHANNEL, notified)
    conn.add_termination_listener(lambda conn: broken())
    return conn


async def notify_wakeup(conn: Connection, worker: str) -> None:
    """Have all workers look at the position log."""
    await conn.execute(SELECT_NOTIFY, worker)


async def notify_message(conn: Connection, rest: str, *, in_order: bool) -> None:
    """Send a message, of which `rest` is everything after its stamp; one that is too long is dropped."""
    if len(rest.encode()) > MAX_PAYLOAD_BYTES:
        return
    if in_order:
        await conn.execute(SELECT_NOTIFY_IN_ORDER, rest)
    else:
        await conn.execute(SELECT_NOTIFY, f"[0,{rest}")
