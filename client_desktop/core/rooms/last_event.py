"""The newest event of a room that is worth a line in the list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.rooms.record import RoomRecord
from client_desktop.core.shapes import as_object, as_objects, as_text
from client_desktop.core.text.plain import one_line, plain_text, without_reply

POLL_STARTS = {"m.poll.start", "org.matrix.msc3381.poll.start"}
MESSAGE_TYPES = {"m.room.message", "m.sticker", "m.room.encrypted", *POLL_STARTS}
VERIFICATION_REQUEST = "m.key.verification.request"
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
    if event.type not in MESSAGE_TYPES or event.state_key is not None or _asks_to_verify(event):
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
    if event.type in POLL_STARTS:
        return one_line(as_text(_question(content), limit=CONTENT_LIMIT)) or None
    said = as_object(content.get("m.new_content")) or content
    formatted = as_text(said.get("formatted_body"), limit=CONTENT_LIMIT)
    if formatted:  # without marks of Markdown, and what is hidden in the message is hidden in the list
        return one_line(plain_text(formatted)) or None
    return one_line(without_reply(as_text(said.get("body"), limit=CONTENT_LIMIT))) or None


def _asks_to_verify(event: ClearEvent) -> bool:
    """Whether it is between two programs: its body speaks to those that cannot verify."""
    return event.content.get("msgtype") == VERIFICATION_REQUEST


def _replaced_event(event: ClearEvent) -> str | None:
    relates = as_object(event.content.get("m.relates_to")) or as_object(
        as_object(event.event.get("content")).get("m.relates_to")
    )
    return as_text(relates.get("event_id")) if relates.get("rel_type") == "m.replace" else None


def _question(content: JsonObject) -> object:
    """Find the question of a poll, which was written in several ways."""
    question = as_object(
        as_object(content.get("m.poll") or content.get("org.matrix.msc3381.poll.start")).get("question")
    )
    blocks = as_objects(question.get("m.text"))
    text = question.get("m.text") or question.get("org.matrix.msc1767.text") or question.get("body")
    return blocks[0].get("body") if blocks else text
