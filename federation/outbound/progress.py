"""Remembers how far each server was told: a checkpoint for all that keep up, a cursor for each laggard."""

from collections.abc import Iterable
from typing import TypeAlias

from federation.outbound.destination_queue import DestinationQueue
from federation.ports.outbox import Laggard, Outbox
from federation.protocol.ids import ServerName

Saved: TypeAlias = tuple[int, str | None]
"""The cursor, and the id of the transaction of unknown outcome."""


class Progress:
    """Writes what has changed since the last time."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._saved: dict[ServerName, Saved] = {}
        self._checkpoint = -1

    def restored(self, laggard: Laggard) -> None:
        """Note a laggard that is in the store already."""
        self._saved[laggard.destination] = (laggard.cursor, None)

    async def save(self, queues: Iterable[DestinationQueue], processed: int) -> None:
        """Store the checkpoint and cursors as they are now; bodies of transactions then leave the memory."""
        checkpoint, laggards, written = processed, {}, []
        for queue in queues:
            laggard = queue.as_laggard()
            if laggard is None:
                checkpoint = min(checkpoint, queue.told_upto(processed))
                continue
            laggards[queue.destination] = laggard
            if not queue.in_flight_is_stored and self._saved.get(queue.destination) != _saved(laggard):
                written.append((queue, laggard))
        caught_up = [destination for destination in self._saved if destination not in laggards]
        if not written and not caught_up and checkpoint == self._checkpoint:
            return
        await self._outbox.save(checkpoint, [laggard for _, laggard in written], caught_up)
        self._checkpoint = checkpoint
        for destination in caught_up:
            del self._saved[destination]
        for queue, laggard in written:
            self._saved[queue.destination] = _saved(laggard)
            is_same = laggard.in_flight is not None and queue.in_flight is laggard.in_flight
            if is_same and not queue.is_running:
                queue.in_flight, queue.in_flight_is_stored = None, True


def _saved(laggard: Laggard) -> Saved:
    return laggard.cursor, laggard.in_flight.txn_id if laggard.in_flight else None
