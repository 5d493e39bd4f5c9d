"""What is on its way out, as a timeline shows it before the server has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from client_desktop.core.store import Store
from client_desktop.core.store import events as event_store
from client_desktop.core.store import outbox as outbox_store
from client_desktop.core.timeline.context import TimelinesContext
from client_desktop.core.timeline.event import REDACTION, THREAD, Event, is_row, read_relation
from client_desktop.core.timeline.ports import Pending
from client_desktop.core.values import SendState


@dataclass(frozen=True, slots=True)
class Echoes:
    """The send queue of one room, sorted by what it does to a timeline."""

    rows: tuple[Event, ...] = ()
    """Messages, oldest first."""
    children: dict[str, list[Event]] = field(default_factory=dict)
    """What relates to an event, by its id."""
    going: frozenset[str] = frozenset()
    """Events whose redaction is on its way."""
    states: dict[str, tuple[SendState, str]] = field(default_factory=dict)

    @property
    def targets(self) -> set[str]:
        """Events that look different by what is on its way."""
        return {*self.children, *self.going}


def read_echoes(ctx: TimelinesContext, room_id: str) -> Echoes:
    """Read a room's send queue."""
    return sort_echoes(ctx.me, room_id, _pending(ctx, room_id), ctx.store)


def sort_echoes(me: str, room_id: str, pending: Iterable[Pending], store: Store) -> Echoes:
    """Turn what waits into events; what sync has brought already is left out."""
    rows: list[Event] = []
    children: dict[str, list[Event]] = {}
    going: set[str] = set()
    states: dict[str, tuple[SendState, str]] = {}
    for each in pending:
        if each.event_id and event_store.select_nid(store.db, room_id, each.event_id) is not None:
            continue
        event = _event(me, room_id, each)
        failed = each.state is SendState.FAILED
        if event.rel_type == REDACTION and event.rel_target:
            going |= set() if failed else {event.rel_target}
        elif not is_row(event.type, event.rel_type, None):
            if event.rel_target and not failed:  # an edit that will not go out has changed nothing
                children.setdefault(event.rel_target, []).append(event)
        else:
            rows.append(event)
            states[event.event_id] = (each.state, each.error_word)
    return Echoes(tuple(rows), children, frozenset(going), states)


def _pending(ctx: TimelinesContext, room_id: str) -> Iterable[Pending]:
    db = ctx.store.db
    for entry in outbox_store.read_entries(db, room_id):
        state, error_word = ctx.send_states.get(entry.txn_id, (entry.state, entry.error_word))
        if entry.state is not SendState.QUEUED:
            state, error_word = entry.state, entry.error_word
        content = dict(entry.content)
        if entry.redacts:
            content["redacts"] = entry.redacts
        files = {file.slot: file for file in outbox_store.read_files(db, entry.txn_id)}
        file = files.get("file")
        if file is not None and "url" not in content:
            content["url"] = f"file:{file.path}"
        yield Pending(
            entry.txn_id,
            entry.type,
            content,
            entry.created_at_ms,
            state,
            error_word,
            entry.event_id,
        )


def _event(me: str, room_id: str, pending: Pending) -> Event:
    relation = read_relation(pending.event_type, {"content": pending.content})
    return Event(
        nid=0,
        room_id=room_id,
        event_id=pending.txn_id,
        type=pending.event_type,
        sender=me,
        at_ms=pending.at_ms,
        content=pending.content,
        rel_type=relation.rel_type if relation else None,
        rel_target=relation.target if relation else None,
        thread_root=relation.target if relation and relation.rel_type == THREAD else "",
        local=True,
    )
