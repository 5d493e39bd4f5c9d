"""What shows a notification outside the window, whichever way the system offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from client_desktop.core.values import Notification

MAX_REPLY_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class NotificationWords:
    """The texts of a notification's buttons, in the user's language."""

    open: str
    reply: str
    reply_hint: str
    mark_read: str


@dataclass(frozen=True, slots=True)
class NotificationActions:
    """What to do when somebody uses a notification. Called on the loop of the interface."""

    opened: Callable[[Notification], None]
    replied: Callable[[Notification, str], None]
    marked_read: Callable[[Notification], None]


class Notifier(Protocol):
    """Shows one notification per room: a newer one takes the older one's place."""

    async def show(self, notification: Notification, picture: Path | None) -> None:
        """Show it, with the picture of who wrote where there is one."""

    async def withdraw(self, account: str, room_id: str) -> None:
        """Take away what is shown for this room, which has been read."""

    async def close(self) -> None:
        """Take everything away and let go of the system's service."""
