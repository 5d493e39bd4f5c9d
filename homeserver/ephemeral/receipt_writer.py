"""Writes receipts: those that arrive together share one transaction, since each holds the positions lock."""

import asyncio
from collections.abc import Sequence
from typing import Final

import orjson
import structlog

from homeserver.errors import Unavailable
from homeserver.storage.account_data import upsert_many_account_data
from homeserver.storage.positions import Change, Positions, Stream
from homeserver.storage.receipts import FULLY_READ, READ, Moved, NewReceipt, upsert_receipts

log = structlog.get_logger(__name__)

MAX_BATCH: Final = 500
MAX_QUEUED: Final = 10_000
PAUSE_S: Final = 0.003
"""Between two transactions: leaves the positions lock to those who send events."""

Entry = tuple[Sequence[NewReceipt], "asyncio.Future[None]"]


class ReceiptWriter:
    """Owns the task that writes. `write` returns after the commit."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._queue: list[Entry] = []
        self._filled = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="receipt-writer")

    async def stop(self) -> None:
        """Write what is queued, then end."""
        self._stopping = True
        self._filled.set()
        if self._task is not None:
            await self._task

    async def write(self, receipts: Sequence[NewReceipt]) -> None:
        """Store receipts; those that are behind what is stored change nothing.

        Raises: Unavailable when too many wait, or the database is away.
        """
        if self._stopping or len(self._queue) >= MAX_QUEUED:
            raise Unavailable("The server is too busy to take more receipts")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append((receipts, done))
        self._filled.set()
        await done

    async def _run(self) -> None:
        while not (self._stopping and not self._queue):
            await self._filled.wait()
            self._filled.clear()
            while self._queue:
                batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
                await self._write_safely(batch)
                if not self._stopping:
                    await asyncio.sleep(PAUSE_S)

    async def _write_safely(self, batch: Sequence[Entry]) -> None:
        """Write a batch; whatever goes wrong, everybody is answered and the writer lives on."""
        error: Exception | None = None
        try:
            await self._write([receipt for receipts, _ in batch for receipt in receipts])
        except Unavailable as refused:
            error = refused
        except Exception as unexpected:  # the writer must outlive what it did not expect
            log.exception("receipt_writer.batch_failed", receipts=len(batch))
            error = unexpected
        for _, done in batch:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

    async def _write(self, receipts: Sequence[NewReceipt]) -> None:
        newest: dict[tuple[int, int, str, str], NewReceipt] = {}
        for receipt in receipts:
            known = newest.get(receipt.key)
            if known is None or receipt.event_position >= known.event_position:
                newest[receipt.key] = receipt
        # Sorted, so that two workers never wait for each other's rows.
        ordered = [newest[key] for key in sorted(newest)]
        async with self._positions.write() as change:
            moved = await upsert_receipts(change.conn, change.position, ordered)
            await _write_fully_read(change, [m for m in moved if m.type == FULLY_READ])
            for marker in moved:
                _touch(change, marker)


async def _write_fully_read(change: Change, moved: Sequence[Moved]) -> None:
    """Show the read marker to its owner's clients: as account data of the room."""
    if not moved:
        return
    rows = [(m.user_nid, m.room_nid, orjson.dumps({"event_id": m.event_id})) for m in moved]
    await upsert_many_account_data(change.conn, change.position, FULLY_READ, rows)


def _touch(change: Change, moved: Moved) -> None:
    if moved.type == READ:
        change.touch(Stream.RECEIPTS, rooms=[moved.room_nid], users=[moved.user_nid])
    elif moved.type == FULLY_READ:
        change.touch(Stream.ACCOUNT_DATA, users=[moved.user_nid])
    else:
        # A private receipt concerns its owner alone: naming the room would wake, and tell, all of it.
        change.touch(Stream.RECEIPTS, users=[moved.user_nid])
