"""The send queue at work: what waits, what became of it, starting, stopping, trying again, throwing away."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.changes import Changes, RoomsChanged, SendQueueChanged, SyncStateChanged
from client_desktop.core.clock import Clock
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.media.transfers import TransferTeller
from client_desktop.core.media.uploads import Progress
from client_desktop.core.outbox.contents.files import with_upload
from client_desktop.core.outbox.drafts import Drafts
from client_desktop.core.outbox.errors import NotInQueue
from client_desktop.core.outbox.file_store import FileStore
from client_desktop.core.outbox.ports import (
    Encryption,
    KnowsRoom,
    NoEncryption,
    NothingKept,
    Uploaded,
    every_room,
)
from client_desktop.core.outbox.queue import Queue
from client_desktop.core.outbox.rooms_out import RoomsOut
from client_desktop.core.outbox.sender import REDACTION, Sender
from client_desktop.core.store import Store
from client_desktop.core.store.outbox import OutboxEntry, OutboxFile
from client_desktop.core.timeline.ports import Pending
from client_desktop.core.values import SendItem, SendState, SyncState

logger = logging.getLogger(__name__)

ECHO_EXPECTED_MS: Final = 60_000
"""What was sent longer ago than this, and is not in a sync that caught up, lies in a gap of the timeline."""


class Outgoing:
    """The queue of one account and those who send from it."""

    def __init__(
        self,
        user_id: str,
        api: Api,
        store: Store,
        changes: Changes,
        clock: Clock,
        folder: Path,
        *,
        encryption: Encryption | None = None,
        uploaded: Uploaded | None = None,
        knows_room: KnowsRoom = every_room,
    ) -> None:
        """`folder` holds copies of the files that wait; it is this account's alone."""
        self._user_id = user_id
        self._changes = changes
        self._clock = clock
        self._encryption = encryption or NoEncryption()
        self._files = FileStore(folder)
        self._queue = Queue(store, clock)
        self._tellers: dict[str, TransferTeller] = {}
        self._unwanted: set[str] = set()
        """What was thrown away while its event was on the wire: redacted once it has an id."""
        self._sent_at_ms = {entry.txn_id: 0 for entry in self._queue.sent_entries()}
        self._chores: set[asyncio.Task[None]] = set()
        self._stops = [
            changes.listen(SyncStateChanged, self._follow_sync),
            changes.listen(RoomsChanged, self._follow_rooms),
        ]
        self.drafts = Drafts(store, changes, clock, user_id)
        sender = Sender(
            api, self._queue, self._encryption, self._files, uploaded or NothingKept(), knows_room
        )
        self._rooms_out = RoomsOut(
            self._queue,
            sender,
            changed=self._publish,
            sent=self._note_sent,
            progress=self._progress_of,
            transferred=self._finish_transfer,
        )

    async def start(self) -> None:
        """Begin to send what waits from earlier, and whatever comes."""
        strays = self._files.strays(self._queue.txn_ids())
        await asyncio.to_thread(self._files.sweep, strays)
        for room_id in self._queue.rooms():
            self._rooms_out.start(room_id)

    async def close(self) -> None:
        """Stop, and wait until everything has; what waits goes on at the next start."""
        for stop in self._stops:
            stop()
        await self._rooms_out.close()
        await asyncio.gather(*self._chores, return_exceptions=True)

    def wake(self) -> None:
        """Try again at once: the network is back, or the account signed in again."""
        self._rooms_out.wake()

    def pending(self, room_id: str) -> tuple[Pending, ...]:
        """Return what timelines show as local echoes, oldest first: also what is sent and not back yet."""
        encrypted = self._encryption.is_encrypted(room_id)
        return tuple(
            Pending(
                txn_id=entry.txn_id,
                event_type=entry.type,
                content=self._shown_content(entry),
                at_ms=entry.created_at_ms,
                state=self._state_of(entry),
                error_word=entry.error_word,
                event_id=entry.event_id,
                encrypted=encrypted,
            )
            for entry in self._queue.entries(room_id)
        )

    def items(self, room_id: str) -> tuple[SendItem, ...]:
        """Return what waits or failed in a room, oldest first."""
        return tuple(
            SendItem(
                txn_id=entry.txn_id,
                room_id=room_id,
                event_type=entry.type,
                state=self._state_of(entry),
                error_word=entry.error_word,
                can_retry=entry.state is SendState.FAILED,
                progress=self._tellers[entry.txn_id].part if entry.txn_id in self._tellers else None,
            )
            for entry in self._queue.entries(room_id)
            if entry.state is not SendState.SENT
        )

    def retry(self, txn_id: str) -> None:
        """Send again what failed.

        Raises: NotInQueue.
        """
        entry = self._entry(txn_id)
        if entry.state is SendState.FAILED:
            self._queue.again(txn_id)
            self._rooms_out.start(entry.room_id)
            self._publish(entry.room_id)
        self.wake()

    def retry_all(self, room_id: str) -> None:
        """Send again everything in a room that failed."""
        for entry in self._queue.entries(room_id):
            if entry.state is SendState.FAILED:
                self._queue.again(entry.txn_id)
        self._rooms_out.start(room_id)
        self._publish(room_id)

    def cancel(self, txn_id: str) -> None:
        """Throw away what waits or failed, with what was to relate to it. What is on the wire is redacted.

        Raises: NotInQueue.
        """
        entry = self._entry(txn_id)
        if entry.state is SendState.SENT:
            raise NotInQueue(txn_id)
        if not self._rooms_out.stop_upload(txn_id):
            self._unwanted.add(txn_id)
        self._remove(entry)
        self.wake()

    def remote_echo(self, room_id: str, txn_id: str, event_id: str) -> None:
        """Sync has shown an event of this device: it is no local echo any more."""
        entry = self._queue.get(txn_id)
        if txn_id in self._unwanted:
            self._redact_unwanted(room_id, txn_id, event_id)
        if entry is None or entry.room_id != room_id:
            return
        if entry.event_id is None:
            # The echo overtook the answer: what waited for the id has it now.
            self._queue.sent(txn_id, event_id)
            self._rooms_out.start(room_id)
        self._remove(entry)

    def _entry(self, txn_id: str) -> OutboxEntry:
        entry = self._queue.get(txn_id)
        if entry is None:
            raise NotInQueue(txn_id)
        return entry

    def _add(
        self,
        room_id: str,
        event_type: str,
        content: ReadonlyJsonObject,
        *,
        redacts: str | None = None,
        files: tuple[OutboxFile, ...] = (),
        txn_id: str | None = None,
    ) -> str:
        txn_id = self._queue.add(room_id, event_type, content, redacts=redacts, files=files, txn_id=txn_id)
        self._rooms_out.start(room_id)
        self._publish(room_id)
        return txn_id

    def _state_of(self, entry: OutboxEntry) -> SendState:
        return SendState.SENDING if self._rooms_out.is_sending(entry.txn_id) else entry.state

    def _shown_content(self, entry: OutboxEntry) -> ReadonlyJsonObject:
        """Return the content with files where they are: here, until they are up."""
        content = entry.content if entry.redacts is None else {**entry.content, "redacts": entry.redacts}
        for file in self._queue.files(entry.txn_id):
            content = with_upload(content, file.slot, Path(file.path).as_uri(), None)
        return content

    def _note_sent(self, entry: OutboxEntry, event_id: str | None) -> None:
        """Take notice of what the server said."""
        self._finish_transfer(entry, "")
        if entry.txn_id in self._unwanted:
            if event_id is not None:
                self._redact_unwanted(entry.room_id, entry.txn_id, event_id)
            return
        if self._queue.get(entry.txn_id) is None:
            return  # sync was faster
        if event_id is None:
            self._remove(entry)
            return
        self._queue.sent(entry.txn_id, event_id)
        self._sent_at_ms[entry.txn_id] = self._clock.now_ms()
        self._publish(entry.room_id)

    def _redact_unwanted(self, room_id: str, txn_id: str, event_id: str) -> None:
        self._unwanted.discard(txn_id)
        self._add(room_id, REDACTION, {}, redacts=event_id)

    def _remove(self, entry: OutboxEntry) -> None:
        for txn_id in self._queue.remove(entry.txn_id):
            self._sent_at_ms.pop(txn_id, None)
            self._tellers.pop(txn_id, None)
            self._do_later(txn_id)
        self._publish(entry.room_id)

    def _do_later(self, txn_id: str) -> None:
        """Delete an entry's files, in a thread."""
        chore = asyncio.create_task(asyncio.to_thread(self._files.remove, txn_id))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    def _progress_of(self, entry: OutboxEntry) -> Progress:
        def progress(done: int, total: int) -> None:
            teller = self._tellers.get(entry.txn_id)
            if teller is None:
                teller = TransferTeller(self._changes, self._clock, self._user_id, entry.txn_id, upload=True)
                self._tellers[entry.txn_id] = teller
            if teller.progress(done, total):
                self._publish(entry.room_id)

        return progress

    def _finish_transfer(self, entry: OutboxEntry, error_word: str) -> None:
        teller = self._tellers.pop(entry.txn_id, None)
        if teller is not None:
            teller.finish(error_word)

    def _publish(self, room_id: str) -> None:
        self._changes.publish(SendQueueChanged(self._user_id, room_id, self.items(room_id)))

    def _follow_sync(self, change: object) -> None:
        if not isinstance(change, SyncStateChanged) or change.account != self._user_id:
            return
        if change.state is SyncState.LIVE:
            self._caught_up()
        if change.state in (SyncState.LIVE, SyncState.CATCHING_UP):
            self.wake()

    def _follow_rooms(self, change: object) -> None:
        """Go on in rooms that have just come."""
        if not isinstance(change, RoomsChanged) or change.account != self._user_id:
            return
        if any(self._rooms_out.is_waiting_for(room.room_id) for room in change.rooms):
            self.wake()

    def _caught_up(self) -> None:
        """Sync has shown all there is: what it has not shown is in a gap, or has not arrived."""
        long_ago_ms = self._clock.now_ms() - ECHO_EXPECTED_MS
        for entry in self._queue.sent_entries():
            if self._sent_at_ms.get(entry.txn_id, 0) < long_ago_ms:
                self._remove(entry)
        self._queue.caught_up()
        for room_id in self._queue.rooms():
            self._rooms_out.start(room_id)
