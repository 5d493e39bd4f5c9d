"""Puts the next transaction for a server together from what waits for it.

Spec: https://spec.matrix.org/v1.19/server-server-api/#transactions
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from federation.outbound.destination_queue import DestinationQueue
from federation.outbound.ephemeral_edus import render_receipts
from federation.outbound.limits import (
    MAX_BEHIND_MS,
    MAX_DURABLE_EDUS,
    MAX_EDU_BYTES,
    MAX_EDUS,
    MAX_PDUS,
    MAX_QUEUED,
    MAX_RECEIPTS,
)
from federation.ports.outbox import DueEdu, DuePdu, Outbox, Transaction
from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.ids import ServerName

MAX_RECEIPT_EDUS: Final = MAX_EDUS - MAX_DURABLE_EDUS


@dataclass(slots=True)
class Contents:
    """What a transaction is made of. After it the server has been told everything up to `upto`."""

    upto: int
    pdus: Sequence[DuePdu] = ()
    durable: Sequence[DueEdu] = ()
    receipts: Sequence[bytes] = ()
    others: Sequence[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Preparer:
    """Who sends, and where what is sent comes from."""

    server_name: ServerName
    outbox: Outbox
    now_ms: Callable[[], int]
    new_txn_id: Callable[[], str]

    async def prepare(self, queue: DestinationQueue, processed: int) -> Transaction | None:
        """Return the next transaction, None where there is nothing to send.

        Everything up to `processed` is queued, or marked as missed. What is taken out of the queue is found
        again by the queue's `floor` if the transaction comes to nothing.
        """
        durable = await self._durable_edus(queue)
        room = queue.item_limit - len(durable)
        edu_room = MAX_EDUS - len(durable)
        if queue.is_behind:
            contents = await self._missed(queue, processed, min(MAX_PDUS, room))
        else:
            contents = _waiting(queue, processed, room, edu_room)
        contents.durable = durable
        return await self._transaction(queue, contents)

    async def _durable_edus(self, queue: DestinationQueue) -> Sequence[DueEdu]:
        if not queue.has_durable:
            return ()
        limit = min(MAX_DURABLE_EDUS, queue.item_limit)
        queue.has_durable = False
        edus = await self.outbox.due_edus(queue.destination, limit)
        taken = _within_bytes(edus)
        if len(edus) == limit or len(taken) < len(edus):
            queue.has_durable = True
        return taken

    async def _missed(self, queue: DestinationQueue, processed: int, pdu_limit: int) -> Contents:
        """Return the next of what a server that is behind has missed."""
        assert queue.cursor is not None, "only a server that is behind has missed anything"
        if pdu_limit == 0:
            return Contents(queue.cursor)
        since = queue.cursor
        queue.has_missed = False
        page = await self._missed_pdus(queue, since, processed, pdu_limit)
        queue.has_missed |= len(page) == pdu_limit
        upto = page[-1].position if len(page) == pdu_limit else processed
        receipts = await self.outbox.missed_receipts(queue.destination, since, upto, MAX_RECEIPTS)
        return Contents(upto, page, receipts=render_receipts(receipts, MAX_RECEIPT_EDUS))

    async def _missed_pdus(
        self, queue: DestinationQueue, since: int, upto: int, limit: int
    ) -> Sequence[DuePdu]:
        """Return the next events; of a server far behind only the newest of each room."""
        outbox, destination = self.outbox, queue.destination
        if self.now_ms() - queue.behind_since_ms > MAX_BEHIND_MS:
            queue.newest_only = True
        if not queue.newest_only:
            missed = await outbox.missed_pdus(destination, since, upto, MAX_QUEUED + 1)
            if len(missed) <= MAX_QUEUED:
                return missed[:limit]
            queue.newest_only = True
        return await outbox.newest_missed_pdus(destination, since, upto, limit)

    async def _transaction(self, queue: DestinationQueue, contents: Contents) -> Transaction | None:
        edus = [*(edu.json for edu in contents.durable), *contents.receipts, *contents.others]
        event_ids = [pdu.event_id for pdu in contents.pdus]
        found = await self.outbox.load_pdus(event_ids) if event_ids else {}
        pdus = [found[event_id] for event_id in event_ids if event_id in found]
        if not pdus and not edus:
            if queue.is_behind:
                queue.cursor = contents.upto
            queue.floor = None
            return None
        return Transaction(
            txn_id=self.new_txn_id(),
            body=build_body(self.server_name, self.now_ms(), pdus, edus),
            upto=contents.upto,
            rows=tuple(edu.row for edu in contents.durable),
            pdus=len(pdus),
            edus=len(edus),
            may_be_lost=not (pdus or contents.durable or contents.receipts),
        )


def build_body(origin: ServerName, now_ms: int, pdus: Sequence[bytes], edus: Sequence[bytes]) -> bytes:
    """Return the canonical bytes of a transaction whose parts are canonical already."""
    edus_member = b'"edus":[%b],' % b",".join(edus) if edus else b""
    return b'{%b"origin":%b,"origin_server_ts":%d,"pdus":[%b]}' % (
        edus_member,
        encode_canonical_json(origin),
        now_ms,
        b",".join(pdus),
    )


def _waiting(queue: DestinationQueue, processed: int, room: int, edu_room: int) -> Contents:
    """Take the next of what waits for a server that keeps up."""
    queue.floor = queue.told_upto(processed)
    pdus = [queue.pdus.popleft() for _ in range(min(room, MAX_PDUS, len(queue.pdus)))]
    has_receipts = queue.ephemeral.oldest_receipt is not None
    edus = queue.ephemeral.take(min(edu_room, room - len(pdus)))
    contents = Contents(queue.unsent_from(processed) - 1, pdus)
    if has_receipts:
        contents.receipts = edus
    else:
        contents.others = edus
    return contents


def _within_bytes(edus: Sequence[DueEdu]) -> Sequence[DueEdu]:
    total = 0
    for index, edu in enumerate(edus):
        total += len(edu.json)
        if index > 0 and total > MAX_EDU_BYTES:
            return edus[:index]
    return edus
