"""The newest event of a room that is worth a line in the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from client_desktop.core.events import ClearEvent
from client_desktop.core.rooms.record import RoomRecord
from client_desktop.core.shapes import as_object, as_text
from client_desktop.core.store.members import MAX_NAME_CHARACTERS

MAX_LINE_CHARACTERS = 200
MESSAGE_TYPES = {
    "m.room.message",
    "m.sticker",
    "m.room.encrypted",
    "m.poll.start",
    "org.matrix.msc3381.poll.start",
}
CONTENT_LIMIT = 4000
"""More of a body is not looked at for one line."""


def follow_last_event(
    record: RoomRecord, events: Sequence[ClearEvent], line: Callable[[ClearEvent], str | None], now_ms: int
) -> RoomRecord:
    """Take new events into account, oldest first.

    A time in the future, which any sender can claim, counts as now: it would keep a room on top for ever.
    """
    for event in events:
        record = _follow(record, event, line, now_ms)
    return record


def _follow(
    record: RoomRecord, event: ClearEvent, line: Callable[[ClearEvent], str | None], now_ms: int
) -> RoomRecord:
    if event.redacts is not None:
        return replace(record, last_text="") if event.redacts == record.last_event else record
    replaced = _replaced_event(event)
    if replaced is not None:
        changed = line(event) if (replaced, event.sender) == (record.last_event, record.last_sender) else None
        return record if changed is None else replace(record, last_text=changed)
    at_ms = max(0, min(event.at_ms, now_ms))
    if event.type not in MESSAGE_TYPES or event.state_key is not None:
        # Without any message, the list is sorted by what happened at all.
        return record if record.last_event else replace(record, last_at_ms=max(record.last_at_ms, at_ms))
    text = "" if event.redacted else line(event) or ""
    return replace(
        record,
        last_event=event.event_id,
        last_text=text,
        last_sender=event.sender,
        last_at_ms=max(record.last_at_ms, at_ms),
    )


def plain_line(event: ClearEvent) -> str | None:
    """Give the body of a message in one line; None where there is none."""
    content = event.content
    if event.type == "m.poll.start":
        return one_line(as_text(_text_of(as_object(content.get("m.poll")).get("question"))))
    new = as_object(content.get("m.new_content"))
    body = as_text((new or content).get("body"), limit=CONTENT_LIMIT)
    return one_line(_without_reply_fallback(body)) or None


def one_line(text: str, limit: int = MAX_LINE_CHARACTERS) -> str:
    """Put text into one line: white space of any length is one space, the rest is cut."""
    return " ".join(text[: limit * 4].split())[:limit]


def clean_name(text: str) -> str:
    """Make a name that somebody chose fit to stand between other words: one line, nothing invisible.

    Characters that turn the direction of what follows, and control characters, are left out.
    """
    kept = "".join(character for character in text[: MAX_NAME_CHARACTERS * 2] if character not in UNSEEN)
    return one_line(kept, MAX_NAME_CHARACTERS)


UNSEEN = frozenset(
    [chr(code) for code in range(0x20) if chr(code) not in "\t\n\r"]
    + [chr(code) for code in range(0x7F, 0xA0)]
    + list("\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e")
    + list("\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff")
)


def _replaced_event(event: ClearEvent) -> str | None:
    relates = as_object(event.content.get("m.relates_to")) or as_object(
        as_object(event.event.get("content")).get("m.relates_to")
    )
    return as_text(relates.get("event_id")) if relates.get("rel_type") == "m.replace" else None


def _text_of(question: object) -> object:
    blocks = as_object(question).get("m.text")
    if isinstance(blocks, list) and blocks:
        return as_object(blocks[0]).get("body")
    return blocks


def _without_reply_fallback(body: str) -> str:
    if not body.startswith("> <"):
        return body
    lines = body.split("\n")
    while lines and lines[0].startswith(">"):
        lines.pop(0)
    return "\n".join(lines).strip() or body
