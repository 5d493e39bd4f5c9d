"""What `unsigned` says of events that is not in the events themselves."""

from collections.abc import Sequence

from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent

SELECT_REPLACED_STATE = """
SELECT w.event_nid, c.old_event_nid FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
    AS w(event_nid, room_nid, key_nid, position)
JOIN state_changes c ON c.room_nid = w.room_nid AND c.position = w.position AND c.key_nid = w.key_nid
WHERE c.old_event_nid IS NOT NULL
"""
SELECT_MEMBERSHIP_HISTORY = """
SELECT c.room_nid, c.position, m.membership
FROM state_keys k
JOIN users u ON u.user_id = k.state_key
JOIN state_changes c ON c.key_nid = k.key_nid AND c.room_nid = ANY ($2::bigint[])
LEFT JOIN member_events m ON m.event_nid = c.new_event_nid
WHERE u.user_nid = $1 AND k.type = 'm.room.member'
ORDER BY c.room_nid, c.position
"""


async def select_replaced_state(conn: Connection, state_events: Sequence[StoredEvent]) -> dict[int, int]:
    """Return, by event number, the state event that each of these replaced."""
    placed = [e for e in state_events if e.position is not None]
    if not placed:
        return {}
    columns = zip(*((e.event_nid, e.room_nid, e.key_nid, e.position) for e in placed), strict=True)
    rows = await conn.fetch(SELECT_REPLACED_STATE, *map(list, columns))
    return {row["event_nid"]: row["old_event_nid"] for row in rows}


async def select_memberships_at(
    conn: Connection, user_nid: int, events: Sequence[StoredEvent]
) -> dict[int, str]:
    """Return, by event number, the user's membership at each event; left out where there was none.

    Events without a position are older than all that have one, so the user's first membership is not reached.
    """
    history: dict[int, list[tuple[int, str]]] = {}
    for row in await conn.fetch(
        SELECT_MEMBERSHIP_HISTORY, user_nid, sorted({event.room_nid for event in events})
    ):
        history.setdefault(row["room_nid"], []).append((row["position"], row["membership"] or "leave"))
    found: dict[int, str] = {}
    for event in events:
        for position, membership in history.get(event.room_nid, ()):
            if position > (event.position or 0):
                break
            found[event.event_nid] = membership
    return found
