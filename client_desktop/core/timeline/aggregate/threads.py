"""Threads, as their roots show them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#threading
"""

from __future__ import annotations

from client_desktop.core.shapes import as_count, as_object
from client_desktop.core.store.relations import ThreadRows
from client_desktop.core.timeline.event import THREAD, Event
from client_desktop.core.timeline.items.preview import preview
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.timeline.stored import to_event
from client_desktop.core.values import ThreadSummary

MAX_PARTICIPANTS = 5


def summarize_thread(
    root: Event, rows: ThreadRows | None, room: RoomFacts, unread: tuple[int, int]
) -> ThreadSummary | None:
    """Summarise the thread at an event; None where there is none.

    The server's count is of when it sent the root, ours only of what came here: the larger is nearer.
    """
    replies = [] if rows is None else [row for row in rows.newest if row.sender not in room.ignored]
    if rows is None or not replies or root.rel_type is not None:
        return None
    last = to_event(replies[0])
    line = preview(last, (), room)
    return ThreadSummary(
        root_id=root.event_id,
        count=max(rows.known, bundled_count(root)),
        last_sender=last.sender,
        last_sender_name=room.person(last.sender).name,
        last_text=line.text,
        last_at_ms=last.at_ms,
        participants=tuple(dict.fromkeys(row.sender for row in replies))[:MAX_PARTICIPANTS],
        unread=unread[0],
        mentions=unread[1],
    )


def bundled_count(root: Event) -> int:
    """Give how many replies the server told of."""
    relations = as_object(root.unsigned.get("m.relations"))
    return as_count(as_object(relations.get(THREAD)).get("count"))
