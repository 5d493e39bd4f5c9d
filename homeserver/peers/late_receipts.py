"""Receipts that came before the events they are for, which is usual where three servers are in a room."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import structlog

from federation.protocol.ids import EventId
from homeserver.caches import LruCache
from homeserver.ephemeral.receipt_writer import ReceiptWriter
from homeserver.storage.events import StoredEvent
from homeserver.storage.receipts import NewReceipt
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

MAX_EVENTS: Final = 5_000
MAX_PER_EVENT: Final = 50


class LateReceipts:
    """Keeps receipts in memory until their event is there; the tailer calls `apply`.

    To lose one does no harm.
    """

    def __init__(self, writer: ReceiptWriter) -> None:
        self._writer = writer
        self._waiting: LruCache[EventId, dict[tuple[int, int, str, str], NewReceipt]] = LruCache(MAX_EVENTS)
        self._tasks: set[asyncio.Task[None]] = set()

    def keep(self, receipt: NewReceipt) -> None:
        """Write a receipt once its event is there."""
        of_event = self._waiting.get(receipt.event_id)
        if of_event is None:
            of_event = {}
            self._waiting.put(receipt.event_id, of_event)
        if len(of_event) < MAX_PER_EVENT:
            of_event[receipt.key] = receipt

    def apply(self, batch: Batch) -> None:
        if len(self._waiting):
            self.arrived(batch.events)

    def arrived(self, events: Sequence[StoredEvent]) -> None:
        """Write the receipts that waited for these events."""
        receipts = [
            replace(receipt, event_position=event.position or 0)
            for event in events
            for receipt in (self._waiting.pop(event.event_id) or {}).values()
            if receipt.room_nid == event.room_nid
        ]
        if receipts:
            task = asyncio.create_task(self._write(receipts), name="late-receipts")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Wait for what is being written; the rest is forgotten."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _write(self, receipts: Sequence[NewReceipt]) -> None:
        try:
            await self._writer.write(receipts)
        except Exception:
            log.exception("late_receipts.lost", receipts=len(receipts))
