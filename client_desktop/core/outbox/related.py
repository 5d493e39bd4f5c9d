"""How a message that is being written relates to others: replies and threads, from what people clicked on."""

from __future__ import annotations

from dataclasses import dataclass

from client_desktop.core.json_types import JsonObject
from client_desktop.core.outbox.contents.relations import in_reply_to, in_thread
from client_desktop.core.outbox.ports import KnownEvents


@dataclass(frozen=True, slots=True)
class Related:
    """The `m.relates_to` of a message, and who is to be notified because of it."""

    relation: JsonObject | None
    user_ids: tuple[str, ...]


def relate(
    events: KnownEvents, room_id: str, own_user_id: str, reply_to: str | None, thread: str | None
) -> Related:
    """Return how a message relates that answers `reply_to`, is in the thread of the root `thread`, or both.

    An answer to a message of a thread stays in the thread, wherever it is written.
    """
    answered = events.event(room_id, reply_to) if reply_to is not None else None
    root = thread or (answered.thread_root if answered is not None else "") or None
    user_ids = (answered.sender,) if answered is not None and answered.sender != own_user_id else ()
    if root is not None:
        latest = events.latest_in_thread(room_id, root) or root
        return Related(in_thread(root, latest, reply_to), user_ids)
    return Related(None if reply_to is None else in_reply_to(reply_to), user_ids)
