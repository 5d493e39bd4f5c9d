"""An event in one line, for answers, threads, lists and notifications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from client_desktop.core.timeline.aggregate.edits import edited_content, newest_edit
from client_desktop.core.timeline.event import Event
from client_desktop.core.timeline.items.kinds import describe
from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.timeline.surroundings import Surroundings
from client_desktop.core.timeline.texts import plain_line
from client_desktop.core.values import ItemKind, ReplyPreview


@dataclass(frozen=True, slots=True)
class Line:
    kind: ItemKind
    text: str
    """Plain; empty for what has no words of its own."""


def preview(event: Event, edits: Iterable[Event], room: RoomFacts) -> Line:
    """Put an event into one line, as it is after its edits."""
    content = edited_content(event, newest_edit(event, edits))
    fields = describe(event, content, Surroundings(room))
    if fields is None:
        return Line(ItemKind.UNKNOWN, "")
    text = fields.get("body", "") if fields["kind"] is not ItemKind.UNKNOWN else ""
    return Line(fields["kind"], plain_line(text, fields.get("html", "")))


def reply_preview(event_id: str, around: Surroundings) -> ReplyPreview:
    """Show what an event answers; empty until that is known."""
    reply, room = around.reply, around.room
    if reply is None or reply.sender in room.ignored:
        return ReplyPreview(event_id, "", "", "", None)
    line = preview(reply, around.reply_edits, room)
    return ReplyPreview(event_id, reply.sender, room.person(reply.sender).name, line.text, line.kind)
