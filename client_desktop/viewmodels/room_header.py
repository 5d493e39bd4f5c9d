"""What the header and the panel say about a room."""

from __future__ import annotations

from typing import Any

from client_desktop.core.values import Membership, RoomKind, RoomSection, RoomSummary
from client_desktop.viewmodels.words import word


def header_map(room: RoomSummary) -> dict[str, Any]:
    """A room's summary as its header shows it."""
    return {
        "roomId": room.room_id,
        "name": room.name,
        "avatarUrl": room.avatar_url or "",
        "colorId": room.direct_user or room.room_id,
        "topic": room.topic,
        "alias": room.canonical_alias or "",
        "isDirect": room.kind is RoomKind.DIRECT,
        "isSpace": room.kind is RoomKind.SPACE,
        "directUser": room.direct_user or "",
        "encrypted": room.encrypted,
        "version": room.room_version,
        "members": room.joined_members,
        "membersText": word("main.header.people", n=room.joined_members),
        "joined": room.membership is Membership.JOIN,
        "invited": room.membership is Membership.INVITE,
        "knocking": room.membership is Membership.KNOCK,
        "muted": room.muted,
        "favourite": room.section is RoomSection.FAVOURITES,
        "lowPriority": room.section is RoomSection.LOW_PRIORITY,
        "unread": room.unread,
        "typingText": typing_text(room.typing),
        "successor": room.successor or "",
        "inviter": room.invite.inviter if room.invite else "",
        "inviterName": room.invite.inviter_name if room.invite else "",
        "inviteReason": room.invite.reason if room.invite else "",
        "placeholder": _placeholder(room),
    }


def typing_text(names: tuple[str, ...]) -> str:
    """Who is typing, in one line."""
    if not names:
        return ""
    if len(names) == 1:
        return word("main.typing.one", names[0])
    if len(names) == 2:
        return word("main.typing.two", names[0], names[1])
    return word("main.typing.many", names[0], n=len(names) - 1)


def _placeholder(room: RoomSummary) -> str:
    if room.encrypted:
        return word("main.composer.placeholder_encrypted", room.name)
    return word("main.composer.placeholder", room.name)
