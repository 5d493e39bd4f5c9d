"""The order in which things go out, and what is known of each: written down before anything is done.

An entry is `queued`, `failed` (nobody tries it again by itself) or `sent` (the server has it, sync has not
shown it yet). Whether it is being sent at this moment is known to whoever sends it.
"""

from __future__ import annotations

import secrets
from typing import Final

from client_desktop.core.clock import Clock
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.outbox.contents.relations import named_events, with_event_id
from client_desktop.core.store import Store
from client_desktop.core.store import outbox as table
from client_desktop.core.store.outbox import NewEntry, OutboxEntry, OutboxFile
from client_desktop.core.values import SendState

CERTAIN_MS: Final = 10 * 60_000
"""How long a server surely knows a transaction id again."""


class Queue:
    """The queues of all rooms of one account. Nothing here waits for anything."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._in_doubt = self._find_doubtful()

    def add(
        self,
        room_id: str,
        event_type: str,
        content: ReadonlyJsonObject,
        *,
        redacts: str | None = None,
        files: tuple[OutboxFile, ...] = (),
        txn_id: str | None = None,
    ) -> str:
        """Put an event at the end of its room's queue, and return its transaction id.

        What it relates to may be an entry of the queue, by its transaction id: it then waits for that one.
        """
        txn_id = txn_id or self.new_txn_id()
        for target in self._targets(content, redacts):
            if target.event_id is not None:
                content, redacts = _renamed(content, redacts, target.txn_id, target.event_id)
        entry = NewEntry(
            txn_id=txn_id,
            room_id=room_id,
            type=event_type,
            content=content,
            created_at_ms=self._clock.now_ms(),
            redacts=redacts,
            depends_on=self._unsent_target(content, redacts),
        )
        with self._store.transaction() as db:
            table.insert_entry(db, entry, files)
        return txn_id

    def new_txn_id(self) -> str:
        """Make an id that this device never used: no event id begins like it."""
        return f"p{self._clock.now_ms()}.{secrets.token_hex(6)}"

    def get(self, txn_id: str) -> OutboxEntry | None:
        return table.read_entry(self._store.db, txn_id)

    def files(self, txn_id: str) -> list[OutboxFile]:
        return table.read_files(self._store.db, txn_id)

    def entries(self, room_id: str) -> list[OutboxEntry]:
        """Return a room's entries, oldest first."""
        return table.read_entries(self._store.db, room_id)

    def rooms(self) -> list[str]:
        return table.read_outbox_rooms(self._store.db)

    def txn_ids(self) -> set[str]:
        return table.read_txn_ids(self._store.db)

    def next(self, room_id: str) -> OutboxEntry | None:
        """Return what goes out next.

        One that failed is passed by, with all that depends on it. One of which it is not known whether it has
        arrived holds up everything behind it until sync has caught up.
        """
        for entry in self.entries(room_id):
            if entry.state is not SendState.QUEUED or entry.depends_on is not None:
                continue
            return None if entry.txn_id in self._in_doubt else entry
        return None

    def caught_up(self) -> None:
        """Sync has shown everything that had arrived before the start: nothing is in doubt any more."""
        self._in_doubt = set()

    def tried(self, txn_id: str) -> None:
        """Note, before the request, that it may arrive."""
        with self._store.transaction() as db:
            table.write_tried(db, txn_id, self._clock.now_ms())

    def uploaded(self, txn_id: str, slot: str, url: str, encrypted_file: ReadonlyJsonObject | None) -> None:
        """Note where a file is, so that it goes up once."""
        with self._store.transaction() as db:
            table.write_uploaded(
                db, txn_id, slot, url, None if encrypted_file is None else dict(encrypted_file)
            )

    def sent(self, txn_id: str, event_id: str) -> None:
        """The server has it: what waited for its event id has it now."""
        with self._store.transaction() as db:
            table.write_sent(db, txn_id, event_id)
            for entry in self._naming(txn_id):
                content, redacts = _renamed(entry.content, entry.redacts, txn_id, event_id)
                table.write_content(db, entry.txn_id, content, redacts, self._unsent_target(content, redacts))

    def failed(self, txn_id: str, error_word: str) -> None:
        with self._store.transaction() as db:
            table.write_failed(db, txn_id, error_word)

    def again(self, txn_id: str) -> None:
        """Queue one that failed, at its old place, under its old transaction id."""
        with self._store.transaction() as db:
            table.write_queued_again(db, txn_id)

    def rewrite(self, txn_id: str, content: ReadonlyJsonObject) -> None:
        """Change what has not been sent."""
        entry = self.get(txn_id)
        if entry is not None:
            with self._store.transaction() as db:
                table.write_content(db, txn_id, content, entry.redacts, entry.depends_on)

    def remove(self, txn_id: str) -> list[str]:
        """Forget an entry and what cannot be sent without it; return the ids of all."""
        with self._store.transaction() as db:
            removed = [txn_id]
            for gone in removed:
                removed.extend(entry.txn_id for entry in self._naming(gone) if entry.txn_id not in removed)
            for gone in removed:
                table.delete_entry(db, gone)
        return removed

    def sent_entries(self) -> list[OutboxEntry]:
        return table.read_sent(self._store.db)

    def _targets(self, content: ReadonlyJsonObject, redacts: str | None) -> list[OutboxEntry]:
        """Return the entries that an event relates to."""
        return [entry for name in (*named_events(content), redacts or "") if (entry := self.get(name))]

    def _unsent_target(self, content: ReadonlyJsonObject, redacts: str | None) -> str | None:
        """Return the entry that has to be sent first: the last of those that are related to."""
        waiting = [entry for entry in self._targets(content, redacts) if entry.event_id is None]
        return max(waiting, key=lambda entry: entry.place).txn_id if waiting else None

    def _naming(self, txn_id: str) -> list[OutboxEntry]:
        """Return the entries that relate to one by its transaction id."""
        named = self.get(txn_id)
        return [
            entry
            for entry in (self.entries(named.room_id) if named is not None else ())
            if txn_id in (*named_events(entry.content), entry.redacts)
        ]

    def _find_doubtful(self) -> set[str]:
        """Return what an earlier run began to send too long ago for the transaction id to be known surely."""
        certain_ms = self._clock.now_ms() - CERTAIN_MS
        return {
            entry.txn_id
            for room_id in self.rooms()
            for entry in self.entries(room_id)
            if entry.state is SendState.QUEUED
            and entry.tried_since_ms is not None
            and entry.tried_since_ms < certain_ms
        }


def _renamed(
    content: ReadonlyJsonObject, redacts: str | None, txn_id: str, event_id: str
) -> tuple[JsonObject, str | None]:
    """Return content and target of an event with the id that an entry has now."""
    return with_event_id(content, txn_id, event_id), event_id if redacts == txn_id else redacts
