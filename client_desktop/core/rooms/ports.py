"""What summaries ask of others, and answers for where they are not there."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Protocol

from client_desktop.core.events import ClearEvent
from client_desktop.core.rooms.last_event import plain_line


class UnreadPort(Protocol):
    """Who counts what the server cannot."""

    def counts(self, db: Connection, room_id: str, *, server_counts: bool = True) -> tuple[int, int] | None:
        """Give notifications and highlights of a room; None where the server's count is to be shown.

        Without `server_counts` the server tells of none, or is not to be relied on.
        """
        ...


class DraftsPort(Protocol):
    def has_draft(self, room_id: str) -> bool: ...


class PreviewPort(Protocol):
    """Who puts an event into one line."""

    def line(self, event: ClearEvent) -> str | None:
        """Give plain text of one line; None where the event is not worth one."""
        ...


class ServerCounts:
    """The server's counts are shown."""

    def counts(self, db: Connection, room_id: str, *, server_counts: bool = True) -> tuple[int, int] | None:
        return None


class NoDrafts:
    def has_draft(self, room_id: str) -> bool:
        return False


class PlainLines:
    """The body of messages, and nothing of anything else."""

    def line(self, event: ClearEvent) -> str | None:
        return plain_line(event)
