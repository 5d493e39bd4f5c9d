"""What was being written in a room or thread, kept until it is sent."""

from __future__ import annotations

from typing import Final

from client_desktop.core.changes import Changes, DraftChanged
from client_desktop.core.clock import Clock
from client_desktop.core.store import Store
from client_desktop.core.store import drafts as table

MAX_CHARACTERS: Final = 100_000


class Drafts:
    """One text per room, and one per thread."""

    def __init__(self, store: Store, changes: Changes, clock: Clock, account: str) -> None:
        self._store = store
        self._changes = changes
        self._clock = clock
        self._account = account
        self._rooms = table.read_draft_rooms(store.db)

    def get(self, room_id: str, thread_root: str | None = None) -> str:
        """Return what was being written; empty where nothing was."""
        return table.read_draft(self._store.db, room_id, thread_root or "")

    def set(self, room_id: str, thread_root: str | None, text: str) -> None:
        """Keep a text; nothing but spaces forgets it."""
        if text == self.get(room_id, thread_root):
            return
        with self._store.transaction() as db:
            if text.strip():
                kept = text[:MAX_CHARACTERS]
                table.write_draft(db, room_id, thread_root or "", kept, self._clock.now_ms())
            else:
                table.delete_draft(db, room_id, thread_root or "")
        self._look_again(room_id)

    def forget_room(self, room_id: str) -> None:
        """Forget what was being written in a room that is left."""
        with self._store.transaction() as db:
            table.delete_drafts_of_room(db, room_id)
        self._look_again(room_id)

    def has_draft(self, room_id: str) -> bool:
        """Whether something waits to be finished in the room or one of its threads."""
        return room_id in self._rooms

    def _look_again(self, room_id: str) -> None:
        had = self.has_draft(room_id)
        self._rooms = table.read_draft_rooms(self._store.db)
        if had != self.has_draft(room_id):
            self._changes.publish(DraftChanged(self._account, room_id))
