"""Between events as the server and decryption give them, rows of the store, and `Event`."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from client_desktop.core.events import ENCRYPTED, ClearEvent
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_object, as_optional_text, as_text
from client_desktop.core.store.events import EventRow
from client_desktop.core.timeline.event import Event, Relation, origin_ms

NOT_ENCRYPTED = orjson.dumps({"session": {"shield": ["red", "not_encrypted"]}})


def to_event(row: EventRow) -> Event:
    """Read a row of the store."""
    source: JsonObject = orjson.loads(row.json)
    clear: JsonObject = orjson.loads(row.clear) if row.clear else {}
    unsigned = as_object(source.get("unsigned"))
    return Event(
        nid=row.nid,
        room_id=row.room_id,
        event_id=row.event_id,
        type=row.type,
        sender=row.sender,
        at_ms=row.at_ms,
        content=_content(source, clear),
        state_key=row.state_key,
        unsigned=unsigned,
        rel_type=row.rel_type,
        rel_target=row.rel_target,
        thread_root=row.thread_root,
        encrypted=source.get("type") == ENCRYPTED,
        failure=as_text(clear.get("failure")),
        session_id=row.session_id,
        redacted=bool(row.redacted),
        redacted_because=as_object(unsigned.get("redacted_because")),
        source=source,
        session=as_object(clear.get("session")),
        notify=row.notify,
    )


def to_events(rows: Iterable[EventRow]) -> list[Event]:
    return [to_event(row) for row in rows]


def to_row(
    room_id: str,
    event: ClearEvent,
    relation: Relation | None,
    thread_root: str,
    *,
    redacted: bool = False,
    suspicious: bool = False,
) -> EventRow:
    """Write an event as a row that is not numbered yet.

    `redacted`: `event` is the redacted form, though the server has not said so. `suspicious`: as for
    `encode_clear`.
    """
    return EventRow(
        nid=0,
        room_id=room_id,
        event_id=event.event_id,
        type=event.type,
        sender=event.sender,
        at_ms=origin_ms(event.event),
        state_key=event.state_key,
        rel_type=relation.rel_type if relation else None,
        rel_target=relation.target if relation else None,
        thread_root=thread_root,
        session_id=waits_for(event),
        redacted=int(event.redacted or redacted),
        notify=0,
        json=encode(event.event),
        clear=encode_clear(event, suspicious=suspicious),
    )


def encode_clear(event: ClearEvent, *, suspicious: bool = False) -> bytes | None:
    """Write what decryption made of an event; None for what was never encrypted.

    `suspicious`: it came in clear text into a room that was encrypted by then. That is kept with the event:
    the time it claims proves nothing.
    """
    if event.redacted:
        return None
    if not event.encrypted:
        return NOT_ENCRYPTED if suspicious and event.state_key is None and not event.redacts else None
    if event.clear is None:
        return orjson.dumps({"failure": event.failure_word or "failed"})
    clear: JsonObject = {"type": event.type, "content": event.content}
    if event.session is not None:
        clear["session"] = {
            "session_id": event.session.session_id,
            "sender_key": event.session.sender_key,
            "device_id": event.session.device_id,
            "shield": [event.session.shield.color, event.session.shield.word],
        }
    return orjson.dumps(clear)


def waits_for(event: ClearEvent) -> str | None:
    """Name the session whose keys would help; None where nothing is missing."""
    if not event.encrypted or event.clear is not None or event.redacted:
        return None
    return as_optional_text(as_object(event.event.get("content")).get("session_id"), limit=255)


def encode(source: ReadonlyJsonObject) -> bytes:
    return orjson.dumps(dict(source))


def _content(source: JsonObject, clear: JsonObject) -> JsonObject:
    """Give the content that counts, with the relation that stands outside of the encryption."""
    outer = as_object(source.get("content"))
    if "content" not in clear:
        return outer
    content = {key: value for key, value in as_object(clear["content"]).items() if key != "m.relates_to"}
    if "m.relates_to" in outer:
        content["m.relates_to"] = outer["m.relates_to"]
    return content


def decode(row: EventRow) -> JsonObject:
    """Give an event as the server sent it."""
    source: JsonObject = orjson.loads(row.json)
    return source
