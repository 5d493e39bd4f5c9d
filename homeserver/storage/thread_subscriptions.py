"""Which threads users follow, and which they do no longer."""

from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.ids import EventId
from homeserver.storage.db import Connection
from homeserver.storage.text import from_text, to_text

SELECT_SUBSCRIPTION = """
SELECT room_nid, root_id, position, subscribed, automatic FROM thread_subscriptions
WHERE user_nid = $1 AND room_nid = $2 AND root_id = $3
"""
UPSERT_SUBSCRIPTION = """
INSERT INTO thread_subscriptions (user_nid, room_nid, root_id, position, subscribed, automatic)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (user_nid, room_nid, root_id) DO UPDATE
SET position = excluded.position, subscribed = excluded.subscribed, automatic = excluded.automatic
"""
SELECT_CHANGES = """
SELECT room_nid, root_id, position, subscribed, automatic FROM thread_subscriptions
WHERE user_nid = $1 AND position > $2 AND position <= $3 ORDER BY position DESC LIMIT $4
"""
SELECT_THREAD_POSITION = """
SELECT t.position FROM thread_events t JOIN events e ON e.event_nid = t.event_nid
WHERE t.room_nid = $1 AND t.root_id = $2 AND e.event_id = $3
"""
SELECT_NAMES_ROOT = """
SELECT EXISTS (
    SELECT FROM events e JOIN relations r ON r.event_nid = e.event_nid
    WHERE e.room_nid = $1 AND e.event_id = $3 AND r.rel_type = 'm.thread' AND r.parent_id = $2)
"""


@dataclass(frozen=True, slots=True)
class ThreadSubscription:
    """A user's standing to a thread since a position; `automatic`: a client subscribed without being told."""

    room_nid: int
    root_id: EventId
    position: int
    subscribed: bool
    automatic: bool


async def select_subscription(
    conn: Connection, user_nid: int, room_nid: int, root_id: EventId
) -> ThreadSubscription | None:
    row = await conn.fetchrow(SELECT_SUBSCRIPTION, user_nid, room_nid, to_text(root_id))
    return None if row is None else _subscription(*row)


async def upsert_subscription(conn: Connection, user_nid: int, subscription: ThreadSubscription) -> None:
    await conn.execute(
        UPSERT_SUBSCRIPTION, user_nid, subscription.room_nid, to_text(subscription.root_id),
        subscription.position, subscription.subscribed, subscription.automatic,
    )  # fmt: skip


async def select_subscription_changes(
    conn: Connection, user_nid: int, since: int, upto: int, limit: int
) -> Sequence[ThreadSubscription]:
    """Return the newest changes of a span of positions, the newest first."""
    rows = await conn.fetch(SELECT_CHANGES, user_nid, since, upto, limit)
    return [_subscription(*row) for row in rows]


async def select_position_in_thread(
    conn: Connection, room_nid: int, root_id: EventId, event_id: EventId
) -> int | None:
    """Return the position of an event in a thread; 0 for one that is older than all that have positions.

    None: it is not in the thread.
    """
    position: int | None = await conn.fetchval(
        SELECT_THREAD_POSITION, room_nid, to_text(root_id), to_text(event_id)
    )
    if position is None and await conn.fetchval(
        SELECT_NAMES_ROOT, room_nid, to_text(root_id), to_text(event_id)
    ):
        return 0
    return position


def _subscription(
    room_nid: int, root_id: str, position: int, subscribed: bool, automatic: bool
) -> ThreadSubscription:
    return ThreadSubscription(room_nid, EventId(from_text(root_id)), position, subscribed, automatic)
