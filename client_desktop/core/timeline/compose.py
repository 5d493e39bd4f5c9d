"""Many events at once as items: everything around them is read in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from client_desktop.core.store import events as event_store
from client_desktop.core.store import relations
from client_desktop.core.store.relations import ThreadRows
from client_desktop.core.timeline.aggregate.threads import summarize_thread
from client_desktop.core.timeline.context import ThreadCounts
from client_desktop.core.timeline.echoes import Echoes
from client_desktop.core.timeline.event import ANNOTATION, REFERENCE, REPLACE, Event, reply_target
from client_desktop.core.timeline.items import build_item
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.timeline.stored import to_event
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.values import SendState, ThreadSummary, TimelineItem


@dataclass(frozen=True, slots=True)
class Composition:
    """What came of a pass."""

    items: dict[str, TimelineItem | None]
    """By event id (of an echo: its transaction id)."""
    replies: dict[str, set[str]]
    """What is answered, and by which of the events."""
    missing: set[str]
    """What is answered and not known."""


@dataclass(slots=True)
class _Around:
    """Everything that relates to a set of events."""

    children: dict[str, list[Event]] = field(default_factory=dict)
    threads: dict[str, ThreadRows] = field(default_factory=dict)
    replies: dict[str, Event] = field(default_factory=dict)

    def of(self, event_id: str, rel_type: str) -> tuple[Event, ...]:
        return tuple(child for child in self.children.get(event_id, ()) if child.rel_type == rel_type)


def compose(
    room: RoomFacts, events: Sequence[Event], echoes: Echoes, *, in_thread: str, unread: ThreadCounts
) -> Composition:
    """Show events, with all that relates to them, what is on its way out included."""
    answered = {event.event_id: target for event in events if (target := reply_target(event)) is not None}
    around = _read(room, events, set(answered.values()), echoes, in_thread)
    items = {
        event.event_id: build_item(event, _surroundings(room, event, around, echoes, in_thread, unread))
        for event in events
    }
    replies: dict[str, set[str]] = {}
    for event_id, target in answered.items():
        replies.setdefault(target, set()).add(event_id)
    return Composition(items, replies, replies.keys() - around.replies.keys())


def _read(
    room: RoomFacts, events: Sequence[Event], answered: set[str], echoes: Echoes, in_thread: str
) -> _Around:
    around = _Around()
    ids = [event.event_id for event in events]
    related = relations.select_children(room.db, room.room_id, {*ids, *answered})
    for child in (*map(to_event, related), *_children(echoes, ids)):
        around.children.setdefault(child.rel_target or "", []).append(child)
    for row in event_store.select_by_ids(room.db, room.room_id, answered):
        around.replies[row.event_id] = to_event(row)
    around.replies.update({echo.event_id: echo for echo in echoes.rows if echo.event_id in answered})
    if not in_thread:
        around.threads = relations.select_threads(room.db, room.room_id, ids)
    return around


def _children(echoes: Echoes, ids: Iterable[str]) -> Iterable[Event]:
    return (child for event_id in ids for child in echoes.children.get(event_id, ()))


def _surroundings(
    room: RoomFacts,
    event: Event,
    around: _Around,
    echoes: Echoes,
    in_thread: str,
    unread: ThreadCounts,
) -> Surroundings:
    event_id = event.event_id
    answered = reply_target(event)
    state, error_word = echoes.states.get(event_id, (SendState.SENT, ""))
    return Surroundings(
        room=room,
        edits=around.of(event_id, REPLACE),
        reactions=around.of(event_id, ANNOTATION),
        references=around.of(event_id, REFERENCE),
        reply=around.replies.get(answered) if answered else None,
        reply_edits=around.of(answered, REPLACE) if answered else (),
        thread=_thread(room, event, around, unread),
        in_thread=in_thread,
        going=event_id in echoes.going,
        send_state=state,
        error_word=error_word,
    )


def _thread(room: RoomFacts, event: Event, around: _Around, unread: ThreadCounts) -> ThreadSummary | None:
    rows = around.threads.get(event.event_id)
    return summarize_thread(event, rows, room, unread.get(event.event_id, (0, 0)))
