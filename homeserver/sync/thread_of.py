"""Which thread an event is in, as far as the event itself says so.

Spec: https://spec.matrix.org/v1.19/client-server-api/#threaded-read-receipts
"""

from collections.abc import Iterable
from typing import Final

from homeserver.rooms.build_event import relation_in
from homeserver.storage.db import Database
from homeserver.storage.events import StoredEvent
from homeserver.storage.receipts import MAIN_THREAD
from homeserver.storage.unread import select_roots

THREAD: Final = "m.thread"


def thread_named_by(event: StoredEvent) -> str | None:
    """Return the id of the root that an event names, or MAIN_THREAD where it relates to nothing.

    None: it relates to an event that may be in a thread itself, which the database knows.
    """
    if b'"m.relates_to"' not in event.json:
        return MAIN_THREAD
    relation = relation_in(event.load()["content"])
    if relation is None:
        return MAIN_THREAD
    if relation.rel_type == THREAD:
        return relation.parent_id if relation.parent_id.startswith("$") else MAIN_THREAD
    return None


async def load_threads(db: Database, events: Iterable[StoredEvent]) -> dict[int, str]:
    """Return, by event number, the thread that each event is in."""
    threads: dict[int, str] = {}
    unknown = []
    for event in events:
        named = thread_named_by(event)
        threads[event.event_nid] = MAIN_THREAD if named is None else named
        if named is None:
            unknown.append(event.event_nid)
    if unknown:
        async with db.acquire() as conn:
            threads |= await select_roots(conn, unknown)
    return threads
