"""Accounts, their connection, people's profiles, and what is worth a notification."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class SyncTransport(StrEnum):
    WEBSOCKET = "websocket"
    SLIDING = "sliding"
    LONG_POLL = "long_poll"


class SyncState(StrEnum):
    """How an account stands with its server."""

    STARTING = "starting"
    """What the store holds is shown; the server has not answered yet."""
    CATCHING_UP = "catching_up"
    LIVE = "live"
    OFFLINE = "offline"
    """Trying again by itself."""
    SIGNED_OUT = "signed_out"
    """The token is not accepted: only signing in again helps."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class AccountSummary:
    """One account, as the switcher shows it."""

    user_id: str
    device_id: str
    homeserver_url: str
    display_name: str
    avatar_url: str | None
    state: SyncState
    unread: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Profile:
    user_id: str
    display_name: str
    """Never empty: the user id where there is no name."""
    avatar_url: str | None


@dataclass(frozen=True, slots=True)
class Presence:
    state: str
    """online, unavailable or offline."""
    status_message: str
    last_active_ago_ms: int | None
    currently_active: bool


@dataclass(frozen=True, slots=True)
class Notification:
    """Something to tell the user outside the window."""

    account: str
    room_id: str
    event_id: str
    title: str
    body: str
    """Plain text, at most 200 characters; without content where the user wants it so."""
    avatar_url: str | None
    sound: bool
    highlight: bool
    can_reply: bool
    at_ms: int
