"""Rooms and people in them, as lists show them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Membership(StrEnum):
    JOIN = "join"
    INVITE = "invite"
    KNOCK = "knock"
    LEAVE = "leave"
    BAN = "ban"


class RoomKind(StrEnum):
    ROOM = "room"
    DIRECT = "direct"
    SPACE = "space"


class RoomSection(StrEnum):
    """Where a room stands in the list, in this order."""

    INVITES = "invites"
    FAVOURITES = "favourites"
    PEOPLE = "people"
    ROOMS = "rooms"
    LOW_PRIORITY = "low_priority"
    HIDDEN = "hidden"
    """Spaces, rooms that were left, rooms replaced by another."""


@dataclass(frozen=True, slots=True)
class InviteDetails:
    inviter: str
    inviter_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class RoomSummary:
    """Everything the room list, the switcher and a room's header need."""

    room_id: str
    name: str
    """Never empty: computed as the specification says where no name is set."""
    avatar_url: str | None
    topic: str
    canonical_alias: str | None
    kind: RoomKind
    membership: Membership
    section: RoomSection
    direct_user: str | None
    """The other person of a direct chat."""
    encrypted: bool
    room_version: str
    joined_members: int
    invited_members: int
    unread: int
    """Notifications that wait, threads included."""
    mentions: int
    """Highlights among them."""
    marked_unread: bool
    muted: bool
    muted_until_ms: int | None
    order: float | None
    """Place within favourites or low priority, from the tag."""
    last_text: str
    """The newest thing worth a line, plain, one line; empty where nothing is known."""
    last_sender: str | None
    last_sender_name: str
    last_at_ms: int
    """When something last happened that people would call activity; sorts the list."""
    typing: tuple[str, ...]
    """Names of who is typing, without oneself."""
    draft: bool
    parents: tuple[str, ...]
    """Spaces of the user that hold this room."""
    successor: str | None
    """The room that replaces this one."""
    invite: InviteDetails | None
    fully_read_event: str | None


@dataclass(frozen=True, slots=True)
class MemberSummary:
    user_id: str
    name: str
    """Unambiguous within the room: with the user id where two share a name."""
    avatar_url: str | None
    membership: Membership
    power_level: float
    """`inf` for the creators of a version 12 room."""
    ignored: bool
    reason: str = ""
