"""Messages in lists of their own: found, pinned, at the beginning of a thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from client_desktop.core.values import TimelineItem
from client_desktop.viewmodels.time_text import list_time_text
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.search.search import SearchHit

LONGEST = 400


@dataclass(frozen=True, slots=True)
class HitRow:
    key: str
    room_id: str
    room_name: str
    event_id: str
    sender: str
    sender_name: str
    sender_avatar: str
    text: str
    """HTML of nothing but <b> round what was found."""
    plain: str
    time: str
    detail: str = ""


def item_hit(item: TimelineItem, room_id: str) -> HitRow:
    """A message of the room that is open."""
    text = (
        item.body or (item.media.name if item.media else "") or (item.poll.question if item.poll else "")
    )[:LONGEST]
    return HitRow(
        key=item.key,
        room_id=room_id,
        room_name="",
        event_id=item.event_id or "",
        sender=item.sender,
        sender_name=item.sender_name or item.sender,
        sender_avatar=item.sender_avatar or "",
        text=escape(text, quote=False),
        plain=text,
        time=list_time_text(item.at_ms),
        detail=word("main.thread.replies", n=item.thread.count) if item.thread else "",
    )


def search_hit(hit: SearchHit, names: Mapping[str, str], one_room: bool) -> HitRow:
    """A message that was found; with the name of its room where several were looked through."""
    return HitRow(
        key=f"{hit.room_id} {hit.event_id}",
        room_id=hit.room_id,
        room_name="" if one_room else names.get(hit.room_id, hit.room_id),
        event_id=hit.event_id,
        sender=hit.sender,
        sender_name=hit.sender_name,
        sender_avatar=hit.sender_avatar or "",
        text=hit.html,
        plain=hit.text,
        time=list_time_text(hit.at_ms),
    )
