"""Remembers when each server last answered, for the admin page: gathered in memory, written in batches."""

from typing import Final

from federation.protocol.ids import ServerName
from homeserver.clock import Clock
from homeserver.storage.db import Database
from homeserver.storage.server_contacts import Contact, delete_contacts_before, upsert_contacts

MAX_WAITING: Final = 10_000
KEPT_MS: Final = 90 * 24 * 3_600_000


class Contacts:
    """The newest answer of each server since the last write, of at most `MAX_WAITING` servers."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._waiting: dict[ServerName, Contact] = {}

    def note(self, server: ServerName, seconds: float) -> None:
        """Remember that a server answered just now, so many seconds after it was asked."""
        if len(self._waiting) < MAX_WAITING or server in self._waiting:
            self._waiting[server] = Contact(server, self._clock.now_ms(), seconds * 1000)

    async def write(self) -> None:
        """Write what has gathered. Raises: DatabaseUnavailable, and the news wait for the next time."""
        batch = list(self._waiting.values())
        if not batch:
            return
        async with self._db.acquire() as conn:
            await upsert_contacts(conn, batch)
            await delete_contacts_before(conn, self._clock.now_ms() - KEPT_MS)
        for contact in batch:
            if self._waiting.get(contact.server) is contact:
                del self._waiting[contact.server]
