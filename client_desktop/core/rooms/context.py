"""What everything about rooms needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from sqlite3 import Connection

from client_desktop.core.api import Api
from client_desktop.core.changes import Changes
from client_desktop.core.clock import Clock
from client_desktop.core.rooms.account_index import AccountIndex, read_account_index
from client_desktop.core.rooms.names import NameWords
from client_desktop.core.rooms.ports import (
    DraftsPort,
    NoDrafts,
    PlainLines,
    PreviewPort,
    ServerCounts,
    UnreadPort,
)
from client_desktop.core.store import Store
from client_desktop.core.values import RoomSummary


async def _nothing(room_id: str, user_id: str) -> None:
    return None


@dataclass(slots=True)
class RoomsContext:
    """The account, its store, and what is kept in memory of its rooms."""

    user_id: str
    api: Api
    store: Store
    changes: Changes
    clock: Clock
    words: NameWords = field(default_factory=NameWords)
    unread: UnreadPort = field(default_factory=ServerCounts)
    drafts: DraftsPort = field(default_factory=NoDrafts)
    previews: PreviewPort = field(default_factory=PlainLines)
    accepted_invite: Callable[[str, str], None] = lambda room_id, inviter: None
    """Told of a room that was joined on somebody's invitation."""
    before_invite: Callable[[str, str], Awaitable[object]] = _nothing
    """Awaited with room and user before they are invited; what it cannot do stops nothing."""
    also_forget: list[Callable[[Connection, str], None]] = field(default_factory=list)
    """Who else deletes what is known of a forgotten room, inside the transaction that deletes it here."""
    server_counts: bool = True
    """Whether the server counts what is unread: sliding sync has no counts, or wrong ones."""
    summaries: dict[str, RoomSummary] = field(default_factory=dict)
    """As they are in the store, with who is typing."""
    typing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Room id to user ids."""
    _index: AccountIndex | None = None

    @property
    def index(self) -> AccountIndex:
        """What account data says about rooms."""
        if self._index is None:
            self._index = read_account_index(self.store.db)
        return self._index

    def forget_index(self) -> None:
        """Read account data again when it is needed next: after it was written, or not written after all."""
        self._index = None
