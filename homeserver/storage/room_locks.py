"""Room locks: workers that write in the same rooms at once take turns.

They only spare work. Nothing relies on them: a commit checks the heads of its rooms, locked or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from homeserver.storage.db import Connection
from homeserver.storage.events import EVENT_COLUMNS, StoredEvent, event_from_row

SELECT_LOCK_HEADS = f"""
SELECT {EVENT_COLUMNS}, h.state_moved FROM lock_heads($1, $2) AS h CROSS JOIN LATERAL (SELECT (h.head).*) AS e
"""


@dataclass(frozen=True, slots=True)
class LockedHead:
    """The newest event of a locked room, and whether its state has moved since the position asked about."""

    event: StoredEvent
    state_moved: bool


async def lock_heads(conn: Connection, positions: Mapping[int, int | None]) -> dict[int, LockedHead]:
    """Lock rooms until the transaction ends, and read the newest event of each.

    `positions` say up to where the state of each room is known; None: not at all. A room that this server
    only heard of is missing in the answer.
    """
    rows = await conn.fetch(SELECT_LOCK_HEADS, list(positions), list(positions.values()))
    return {row["room_nid"]: LockedHead(event_from_row(row), row["state_moved"]) for row in rows}
