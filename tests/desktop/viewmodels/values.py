"""Values as the engine would hand them over."""

from __future__ import annotations

from typing import Any

from client_desktop.core.values import (
    ItemKind,
    Membership,
    MemberSummary,
    RoomKind,
    RoomSection,
    RoomSummary,
    TimelineItem,
)

NOON_MS = 1_700_000_000_000


def a_room(name: str, **other: Any) -> RoomSummary:
    """A joined room called `name`."""
    values: dict[str, Any] = {
        "room_id": f"!{name}:x",
        "name": name,
        "avatar_url": None,
        "topic": "",
        "canonical_alias": None,
        "kind": RoomKind.ROOM,
        "membership": Membership.JOIN,
        "section": RoomSection.ROOMS,
        "direct_user": None,
        "encrypted": False,
        "room_version": "12",
        "joined_members": 2,
        "invited_members": 0,
        "unread": 0,
        "mentions": 0,
        "marked_unread": False,
        "muted": False,
        "muted_until_ms": None,
        "order": None,
        "last_text": "",
        "last_sender": None,
        "last_sender_name": "",
        "last_at_ms": NOON_MS,
        "typing": (),
        "draft": False,
        "parents": (),
        "successor": None,
        "invite": None,
        "fully_read_event": None,
    }
    return RoomSummary(**(values | other))


def a_message(key: str, sender: str = "bob", minute: float = 0, **other: Any) -> TimelineItem:
    """A text of somebody, so many minutes after noon."""
    values: dict[str, Any] = {
        "key": key,
        "kind": ItemKind.TEXT,
        "at_ms": NOON_MS + int(minute * 60_000),
        "event_id": f"${key}",
        "sender": f"@{sender}:x",
        "sender_name": sender,
        "body": f"text of {key}",
        "can_reply": True,
    }
    return TimelineItem(**(values | other))


def a_member(name: str, **other: Any) -> MemberSummary:
    values: dict[str, Any] = {
        "user_id": f"@{name.casefold()}:x",
        "name": name,
        "avatar_url": None,
        "membership": Membership.JOIN,
        "power_level": 0.0,
        "ignored": False,
    }
    return MemberSummary(**(values | other))
