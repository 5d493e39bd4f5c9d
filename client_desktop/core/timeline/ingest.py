"""Take events into the store: what they are, what they relate to, what they change."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import orjson

from client_desktop.core.events import ENCRYPTED, ClearEvent, can_be_stored, is_event
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_count, as_object, as_text
from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments, relations
from client_desktop.core.store.events import EventRow
from client_desktop.core.timeline.event import (
    ANNOTATION,
    REDACTION,
    REFERENCE,
    REPLACE,
    THREAD,
    Event,
    Relation,
    is_row,
    read_relation,
)
from client_desktop.core.timeline.redaction import redact
from client_desktop.core.timeline.stored import encode, encode_clear, to_event, to_row, waits_for

log = logging.getLogger(__name__)

MAX_HOPS = 3
"""How far an event's relations are followed to find its thread."""
WAITING = "no_key"
"""Why an event cannot be read that has not been tried yet."""


class Observer(Protocol):
    """Who else wants to know of events as they are stored, within the transaction."""

    def stored(self, db: sqlite3.Connection, event: Event) -> None:
        """An event is new, or was decrypted, or is redacted now."""
        ...


@dataclass(slots=True)
class Ingested:
    """What came of it."""

    stored: list[Event] = field(default_factory=list)
    """In the order of what was given, known ones too; without what is no event."""
    new: list[Event] = field(default_factory=list)
    """Those among them that were not known."""
    touched: set[str] = field(default_factory=set)
    """Events that look different now: by an edit, a reaction, a vote, a redaction, a thread's growth."""
    first: bool = False
    """Nothing of the room's timeline was known before."""
    decrypted: list[Event] = field(default_factory=list)
    """Those that can be read now and could not before."""
    waiting: set[str] = field(default_factory=set)
    """Sessions of events that came packed into others and were not decrypted yet."""
    described: set[str] = field(default_factory=set)
    """Roots of threads whose count came with them: it holds the replies that came with them, too."""

    def add(self, other: Ingested) -> None:
        """Take in what came of something else in the same room."""
        self.stored += other.stored
        self.new += other.new
        self.touched |= other.touched
        self.waiting |= other.waiting


@dataclass(frozen=True, slots=True)
class Ingest:
    """Take events of one room into the store, within a transaction."""

    db: sqlite3.Connection
    room_id: str
    observers: Sequence[Observer] = ()
    live: bool = False
    """They come by sync: a thread they belong to has grown."""
    encrypted: bool = False
    """They come into a room that is encrypted since before them."""

    def take(self, events: Sequence[ClearEvent]) -> Ingested:
        """Store events; what has not the shape of an event is left out."""
        result = Ingested()
        proper = [
            event for event in events if is_event(event.event) and can_be_stored([event.event, event.clear])
        ]
        packed: set[str] = set()
        for event in proper:
            row = self._known(event.event_id)
            if row is None:
                stored = self._add(event, result, packed)
                result.new.append(stored)
            else:
                stored = self._update(row, event, result)
                if event.event_id in packed:  # it stood beside what it was packed into
                    packed.discard(event.event_id)
                    result.new.append(stored)
            result.stored.append(stored)
        if len(proper) < len(events):
            log.warning("timeline: %d things that are no events", len(events) - len(proper))
        return result

    def decrypted(self, row: EventRow, event: ClearEvent, result: Ingested) -> Event:
        """Note what came of trying again to decrypt an event."""
        clear = encode_clear(event)
        if clear is None or row.redacted:
            return to_event(row)
        event_store.set_clear(self.db, row.nid, event.type, clear, waits_for(event), row.notify)
        stored = to_event(replace(row, type=event.type, clear=clear, session_id=waits_for(event)))
        shown = is_row(stored.type, stored.rel_type, stored.state_key)
        fragments.set_shown(self.db, self.room_id, stored.thread_root, stored.nid, shown)
        self._tell(stored)
        result.touched.add(stored.event_id)
        if stored.rel_target:
            result.touched.add(stored.rel_target)
        return stored

    def _add(
        self, event: ClearEvent, result: Ingested, packed: set[str], *, is_packed: bool = False
    ) -> Event:
        """Store an event that is not known; `packed` gets what came packed into it."""
        relation = read_relation(as_text(event.event.get("type")), event.event)
        redaction = None
        if not event.redacted:
            redaction = relations.select_redaction(self.db, self.room_id, event.event_id)
        if redaction is not None:
            event = _without_content(event, redaction)
        thread_root = self._thread_of(relation)
        row = to_row(
            self.room_id,
            event,
            relation,
            thread_root,
            redacted=redaction is not None,
            suspicious=self.encrypted,
        )
        stored = to_event(replace(row, nid=event_store.insert_event(self.db, row)))
        if relation is not None:
            self._relate(stored, relation, result, counts=self.live and not is_packed)
        packed |= self._take_bundled(event, result)
        self._tell(stored)
        return stored

    def _update(self, row: EventRow, event: ClearEvent, result: Ingested) -> Event:
        """Learn what is new about an event that is known: that it is redacted, that it can be read."""
        if event.redacted and not row.redacted:
            return self._set_redacted(row, event.event, result)
        if row.session_id is not None and event.clear is not None:
            return self.decrypted(row, event, result)
        if _bundled(event.event) and _bundled(orjson.loads(row.json)) != _bundled(event.event):
            event_store.set_json(self.db, row.nid, encode(event.event))
            row = replace(row, json=encode(event.event))
            self._take_bundled(event, result)
            result.touched.add(row.event_id)
        return to_event(row)

    def _relate(self, event: Event, relation: Relation, result: Ingested, *, counts: bool) -> None:
        """Let an event take effect on what it relates to."""
        if relation.rel_type == REDACTION:
            target = event_store.select_event(self.db, self.room_id, relation.target)
            if target is not None and not target.redacted:
                self._set_redacted(target, redact(orjson.loads(target.json), event.source), result)
        elif relation.rel_type in (REPLACE, ANNOTATION, REFERENCE):
            result.touched.add(relation.target)
        elif relation.rel_type == THREAD:
            result.touched.add(relation.target)
            event_store.set_thread_of_children(self.db, self.room_id, event.event_id, relation.target)
            if counts and relation.target not in result.described:
                self._count_reply(relation.target)

    def _count_reply(self, root_id: str) -> None:
        """Let a thread's root, as the server described it, know of one more reply."""
        row = event_store.select_event(self.db, self.room_id, root_id)
        source: JsonObject = orjson.loads(row.json) if row is not None else {}
        thread = as_object(_bundled(source).get(THREAD))
        if row is not None and "count" in thread:
            thread["count"] = as_count(thread["count"]) + 1
            event_store.set_json(self.db, row.nid, encode(source))

    def _set_redacted(self, row: EventRow, source: ReadonlyJsonObject, result: Ingested) -> Event:
        """Take away what a redacted event said, and what it did to others."""
        event_store.set_redacted(self.db, row.nid, encode(source))
        stored = to_event(replace(row, json=encode(source), clear=None, redacted=1, session_id=None))
        self._tell(stored)
        result.touched.add(row.event_id)
        if row.rel_target:
            result.touched.add(row.rel_target)
        return stored

    def _take_bundled(self, event: ClearEvent, result: Ingested) -> set[str]:
        """Store the newest edit and the newest reply that the server packed into an event; give their ids."""
        bundled, taken = _bundled(event.event), set[str]()
        if THREAD in bundled:
            result.described.add(event.event_id)
        for packed in (bundled.get(REPLACE), as_object(bundled.get(THREAD)).get("latest_event")):
            source = as_object(packed)
            if is_event(source) and self._known(source["event_id"]) is None:
                word = WAITING if source["type"] == ENCRYPTED else ""
                clear = ClearEvent(_without_bundled(source), failure_word=word)
                stored = self._add(clear, result, taken, is_packed=True)
                result.waiting |= {stored.session_id} if stored.session_id else set()
                taken.add(stored.event_id)
        return taken

    def _known(self, event_id: str) -> EventRow | None:
        return event_store.select_event(self.db, self.room_id, event_id)

    def _thread_of(self, relation: Relation | None) -> str:
        """Tell which thread an event with this relation belongs to; empty for the main timeline.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#threaded-read-receipts
        """
        for _ in range(MAX_HOPS):
            if relation is None or relation.rel_type == REDACTION:
                return ""
            if relation.rel_type == THREAD:
                return relation.target
            parent = event_store.select_event(self.db, self.room_id, relation.target)
            if parent is None or parent.thread_root:
                return parent.thread_root if parent else ""
            relation = _relation_of(parent)
        return ""

    def _tell(self, event: Event) -> None:
        for observer in self.observers:
            observer.stored(self.db, event)


def _relation_of(row: EventRow) -> Relation | None:
    return Relation(row.rel_type, row.rel_target) if row.rel_type and row.rel_target else None


def _bundled(source: ReadonlyJsonObject) -> JsonObject:
    return as_object(as_object(source.get("unsigned")).get("m.relations"))


def _without_bundled(source: JsonObject) -> JsonObject:
    """Give a packed event without what is packed into it: one level is enough."""
    unsigned = {
        key: value for key, value in as_object(source.get("unsigned")).items() if key != "m.relations"
    }
    return {**source, "unsigned": unsigned}


def _without_content(event: ClearEvent, redaction: EventRow) -> ClearEvent:
    return ClearEvent(redact(event.event, orjson.loads(redaction.json)))
