"""Remembers how far servers were told: a checkpoint for those of a share that keep up, cursors for others."""

from collections.abc import Callable, Collection, Iterable
from typing import TypeAlias

from federation.outbound.destination_queue import DestinationQueue
from federation.ports.outbox import Laggard, Outbox
from federation.protocol.ids import ServerName

Saved: TypeAlias = tuple[int, str | None]
"""The cursor, and the id of the transaction of unknown outcome."""


class Progress:
    """Writes what has changed since the last time."""

    def __init__(self, outbox: Outbox, share_of: Callable[[ServerName], int]) -> None:
        self._outbox = outbox
        self._share_of = share_of
        self._saved: dict[ServerName, Saved] = {}
        self._checkpoints: dict[int, int] = {}

    def restored(self, laggard: Laggard) -> None:
        """Note a laggard that is in the store already."""
        self._saved[laggard.destination] = (laggard.cursor, None)

    def forget(self, shares: Collection[int]) -> None:
        """Know nothing of shares that others have from now on."""
        for destination in [each for each in self._saved if self._share_of(each) in shares]:
            del self._saved[destination]
        for share in shares:
            self._checkpoints.pop(share, None)

    async def save(self, queues: Iterable[DestinationQueue], processed: int, shares: Collection[int]) -> None:
        """Store the checkpoints of shares and the cursors as they are now.

        Bodies of transactions then leave the memory.
        """
        checkpoints, laggards, written = dict.fromkeys(shares, processed), {}, []
        for queue in queues:
            share = self._share_of(queue.destination)
            if share not in checkpoints:
                continue
            laggard = queue.as_laggard()
            if laggard is None:
                checkpoints[share] = min(checkpoints[share], queue.told_upto(processed))
                continue
            laggards[queue.destination] = laggard
            if not queue.in_flight_is_stored and self._saved.get(queue.destination) != _saved(laggard):
                written.append((queue, laggard))
        caught_up = [
            each for each in self._saved if each not in laggards and self._share_of(each) in checkpoints
        ]
        changed = {share: at for share, at in checkpoints.items() if self._checkpoints.get(share) != at}
        if not written and not caught_up and not changed:
            return
        await self._outbox.save(changed, [laggard for _, laggard in written], caught_up)
        self._checkpoints.update(changed)
        for destination in caught_up:
            self._saved.pop(destination, None)
        for queue, laggard in written:
            self._saved[queue.destination] = _saved(laggard)
            is_same = laggard.in_flight is not None and queue.in_flight is laggard.in_flight
            if is_same and not queue.is_running:
                queue.in_flight, queue.in_flight_is_stored = None, True


def _saved(laggard: Laggard) -> Saved:
    return laggard.cursor, laggard.in_flight.txn_id if laggard.in_flight else None
