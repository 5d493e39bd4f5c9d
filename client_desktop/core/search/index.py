"""Keeps what can be found in step with what messages say: after edits, decryption, redactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from client_desktop.core.events import ENCRYPTED
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.search.folding import fold
from client_desktop.core.shapes import as_text
from client_desktop.core.store import events as event_store
from client_desktop.core.store import relations, search_index
from client_desktop.core.timeline.aggregate.edits import edited_content, newest_edit
from client_desktop.core.timeline.aggregate.polls import read_question
from client_desktop.core.timeline.event import POLL_START, REPLACE, Event, reply_target
from client_desktop.core.timeline.stored import to_event, to_events
from client_desktop.core.timeline.texts import without_reply

MAX_INDEXED: Final = 20_000
MEDIA: Final = {"m.image": "image", "m.video": "video", "m.audio": "audio", "m.file": "file"}


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """An observer of timelines."""

    def stored(self, db: sqlite3.Connection, event: Event) -> None:
        """Take in an event that is new, or says something else now."""
        if event.rel_type == REPLACE and event.rel_target:
            original = event_store.select_event(db, event.room_id, event.rel_target)
            if original is not None:
                _index(db, to_event(original))
        elif event.redacted or not _may_be_found(event):
            search_index.delete_text(db, event.nid)
        else:
            _index(db, event)


def _may_be_found(event: Event) -> bool:
    return event.state_key is None and (
        event.type in ("m.room.message", "m.sticker") or event.type in POLL_START
    )


def _index(db: sqlite3.Connection, event: Event) -> None:
    """Index what an event says after its edits."""
    if event.redacted or event.type == ENCRYPTED or not _may_be_found(event):
        return
    edits = to_events(relations.select_edits(db, event.room_id, event.event_id))
    content = edited_content(event, newest_edit(event, edits))
    words = fold(" ".join(part for part in _texts(event, content) if part)[:MAX_INDEXED])
    if words.strip():
        kind = MEDIA.get(as_text(content.get("msgtype")), "text")
        search_index.upsert_text(db, event.nid, event.room_id, event.sender, event.at_ms, kind, words)


def _texts(event: Event, content: ReadonlyJsonObject) -> Iterable[str]:
    if event.type in POLL_START:
        question = read_question(content)
        if question is not None:
            yield question.text
            yield from (text for _, text in question.answers)
        return
    body = as_text(content.get("body"))
    yield without_reply(body) if reply_target(event) else body
    filename = as_text(content.get("filename"))
    if filename != body:
        yield filename
