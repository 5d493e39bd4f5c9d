"""Who sends: one task per room that has something to send, in the room's order, for as long as it takes.

Spec: https://spec.matrix.org/v1.19/client-server-api/#recommendations-when-sending-messages
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from client_desktop.core.api.backoff import backoff_s
from client_desktop.core.errors import (
    ClientError,
    MatrixError,
    NetworkUnavailable,
    RateLimited,
    TokenRejected,
)
from client_desktop.core.media.uploads import Progress
from client_desktop.core.outbox.errors import RoomNotHere, is_passing, word_of
from client_desktop.core.outbox.queue import Queue
from client_desktop.core.outbox.sender import Sender
from client_desktop.core.store.outbox import OutboxEntry

logger = logging.getLogger(__name__)

SERVER_TROUBLE_ATTEMPTS: Final = 8
"""How often a server that answers with its own failure is asked again: about five minutes."""
ROOM_ATTEMPTS: Final = 3
ROOM_WAIT_S: Final = 20.0
"""How long sync may take to bring a room that was made or joined a moment ago."""
LONGEST_WAIT_S: Final = 3600.0
"""For what only a change of things ends, of which we hear."""


class RoomsOut:
    """The tasks of all rooms."""

    def __init__(
        self,
        queue: Queue,
        sender: Sender,
        *,
        changed: Callable[[str], None],
        sent: Callable[[OutboxEntry, str | None], None],
        progress: Callable[[OutboxEntry], Progress],
        transferred: Callable[[OutboxEntry, str], None],
    ) -> None:
        """`changed(room_id)` after every step; `sent(entry, event_id)` once the server has it."""
        self._queue = queue
        self._sender = sender
        self._changed = changed
        self._sent = sent
        self._progress = progress
        self._transferred = transferred
        self._rooms: dict[str, asyncio.Task[None]] = {}
        self._attempts: dict[str, asyncio.Task[str | None]] = {}
        """Transaction id to what is being done for it at this moment."""
        self._going: set[str] = set()
        """Those of them whose event is on the wire."""
        self._unknown: set[str] = set()
        """Rooms whose entries wait until sync brings the room."""
        self._woken = asyncio.Event()
        self._closed = False

    def start(self, room_id: str) -> None:
        """See to it that a room's entries go out."""
        if room_id not in self._rooms and not self._closed:
            task = asyncio.create_task(self._run(room_id), name=f"outbox {room_id}")
            self._rooms[room_id] = task

    def wake(self) -> None:
        """Try again at once what waits for better times."""
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()

    def is_sending(self, txn_id: str) -> bool:
        return txn_id in self._attempts

    def is_waiting_for(self, room_id: str) -> bool:
        """Whether entries wait for the room itself."""
        return room_id in self._unknown

    def stop_upload(self, txn_id: str) -> bool:
        """End what is being done for an entry; False where its event is on the wire already."""
        if txn_id in self._going:
            return False
        attempt = self._attempts.get(txn_id)
        if attempt is not None:
            attempt.cancel()
        return True

    async def close(self) -> None:
        """Stop everything, and wait until it has stopped. What was begun is known to be in doubt."""
        self._closed = True
        tasks = list(self._rooms.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, room_id: str) -> None:
        try:
            await self._send_all(room_id)
        finally:
            # No await since the queue was found empty: nothing that was added meanwhile is missed.
            del self._rooms[room_id]

    async def _send_all(self, room_id: str) -> None:
        failures = 0
        while (entry := self._queue.next(room_id)) is not None:
            error = await self._attempt(entry)
            if error is None:
                failures = 0
                continue
            failures += 1
            self._changed(room_id)
            await self._after(entry, error, failures)
            self._changed(room_id)

    async def _attempt(self, entry: OutboxEntry) -> ClientError | None:
        """Send one entry; return what came in the way."""
        attempt = asyncio.create_task(self._send(entry), name=f"outbox {entry.txn_id}")
        self._attempts[entry.txn_id] = attempt
        self._changed(entry.room_id)
        try:
            await asyncio.wait({attempt})
        finally:
            if not attempt.done():
                attempt.cancel()
                await asyncio.gather(attempt, return_exceptions=True)
            self._attempts.pop(entry.txn_id, None)
            self._going.discard(entry.txn_id)
        if attempt.cancelled():
            return None  # the entry is gone
        error = attempt.exception()
        if error is None:
            self._sent(entry, attempt.result())
            return None
        if isinstance(error, ClientError):
            return error
        # A mistake of ours must not stop the room: the entry fails, the next ones go on.
        logger.error("An entry of the send queue failed", exc_info=error)
        return ClientError(type(error).__name__)

    async def _send(self, entry: OutboxEntry) -> str | None:
        return await self._sender.send(entry, self._progress(entry), lambda: self._going.add(entry.txn_id))

    async def _after(self, entry: OutboxEntry, error: ClientError, failures: int) -> None:
        """Wait, or let the entry fail."""
        if isinstance(error, RoomNotHere) and failures <= ROOM_ATTEMPTS:
            self._unknown.add(entry.room_id)
            await self._pause(ROOM_WAIT_S)
            self._unknown.discard(entry.room_id)
        elif isinstance(error, TokenRejected):
            await self._pause(LONGEST_WAIT_S)
        elif isinstance(error, RateLimited):
            await self._pause(max(error.retry_after_ms / 1000, backoff_s(failures - 1)))
        elif is_passing(error) and (
            isinstance(error, NetworkUnavailable) or failures <= SERVER_TROUBLE_ATTEMPTS
        ):
            await self._pause(backoff_s(failures - 1))
        elif self._queue.get(entry.txn_id) is not None:
            status = f"{error.status} {error.errcode}" if isinstance(error, MatrixError) else error.word
            logger.info("An entry of the send queue failed: %s", status)
            self._queue.failed(entry.txn_id, word_of(error))
            self._transferred(entry, word_of(error))

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
