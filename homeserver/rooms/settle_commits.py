"""What follows a commit: entries are answered, others told; after an error, what holds is found out."""

from collections.abc import Callable, Sequence

from homeserver.errors import MatrixError
from homeserver.rooms.commit_entry import Committed, Entry, log_entry, stored_event
from homeserver.rooms.heads import Heads
from homeserver.storage import events as event_rows
from homeserver.storage.commit import CommitResult
from homeserver.storage.db import Database, DatabaseUnavailable
from homeserver.storage.events import StoredEvent
from homeserver.storage.positions import LogEntry

Publish = Callable[[LogEntry, Sequence[StoredEvent]], None]


class Settlement:
    """Answers entries: nothing is answered or published before its commit."""

    def __init__(self, db: Database, heads: Heads, publish: Publish) -> None:
        self._db = db
        self._heads = heads
        self._publish = publish

    def settle(self, batch: Sequence[Entry], result: CommitResult) -> None:
        """Answer what was committed, and publish it; entries of rooms that moved are left as they are."""
        stored: list[StoredEvent] = []
        at = 0
        for entry in batch:
            positions = result.positions[at : at + len(entry.built)]
            at += len(entry.built)
            if entry.room.nid in result.moved_rooms:
                continue
            committed = []
            for event, position in zip(entry.built, positions, strict=True):
                assert position is not None
                stored.append(stored_event(event, position))
                committed.append(Committed(event.pdu.event_id, position))
            assert entry.head is not None
            entry.head.position = committed[-1].position
            entry.head.pending -= len(entry.built)
            entry.succeed(committed)
        if stored:
            self._publish(log_entry(result.previous, batch, stored), stored)

    async def after_loss(self, batch: Sequence[Entry], error: DatabaseUnavailable) -> None:
        """Find out what of a batch is there, whose connection broke, perhaps after the commit."""
        event_ids = [event.pdu.event_id for entry in batch for event in entry.built]
        try:
            async with self._db.acquire() as conn:
                found = await event_rows.select_positions_of(conn, event_ids)
        except MatrixError:
            self.give_up(batch, error)
            return
        for entry in batch:
            if entry.built and all(event.pdu.event_id in found for event in entry.built):
                entry.succeed([Committed(e.pdu.event_id, found[e.pdu.event_id]) for e in entry.built])
        self.give_up(batch, error)

    def give_up(self, batch: Sequence[Entry], error: BaseException) -> None:
        """Fail what is not answered yet. What was built upon it is built again, its head being gone."""
        for entry in batch:
            self._heads.drop(entry.room.nid)
            entry.fail(error)
