"""What verifications need of rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject


class RoomMessages(Protocol):
    """Sending to rooms, and reading what could not be read at first."""

    async def send(self, room_id: str, event_type: str, content: ReadonlyJsonObject) -> str:
        """Send an event, encrypted where that does not keep anybody out, and return its id.

        Raises: ClientError.
        """
        ...

    async def direct_room(self, user_id: str) -> str:
        """Return the direct chat with a user, begun if there is none.

        Raises: ClientError.
        """
        ...

    async def decrypt(self, room_id: str, events: Sequence[ReadonlyJsonObject]) -> Sequence[ClearEvent]:
        """Try to decrypt events."""
        ...
