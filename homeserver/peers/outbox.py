"""Where the sender of transactions reads what is due, and remembers what has arrived: the database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from federation.outbound.destination_queue import MAX_ITEMS
from federation.ports.outbox import DueEdu, DuePdu, DueReceipt, Laggard, Transaction
from federation.protocol.canonical_json import decode_json, encode_canonical_json
from federation.protocol.event_format import encode_event
from federation.protocol.ids import EventId, ServerName
from federation.protocol.redaction import redact
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.caches import BytesCache
from homeserver.clock import Clock
from homeserver.fanout.shares import Shares, share_of
from homeserver.storage import destinations, edu_outbox, outgoing
from homeserver.storage.db import Database
from homeserver.storage.destinations import InFlightRow, LaggardRow
from homeserver.storage.outgoing import EventJson, OutgoingReceipt

PDU_BYTES_KEPT: Final = 8 * 1024 * 1024
"""Many servers are due the same events at the same time: their bytes are read once."""
SAVE_LOCK_TIMEOUT_MS: Final = 5_000
"""So that a worker which stands still in the middle of it does not keep its shares from others."""


class StoredOutbox:
    """Implements `federation.ports.outbox.Outbox`."""

    def __init__(self, db: Database, clock: Clock, own: ServerName, shares: Shares) -> None:
        self._db = db
        self._shares = shares
        self._clock = clock
        self._own = own
        self._pdus: BytesCache[EventId] = BytesCache(PDU_BYTES_KEPT)

    def keep(self, rows: Iterable[EventJson]) -> None:
        """Keep events in memory that many servers are about to be sent."""
        for row in rows:
            self._pdus.put(row.event_id, render_pdu(row))

    def forget(self, event_id: EventId) -> None:
        """Read an event again when it is wanted, since it may have been redacted."""
        self._pdus.pop(event_id)

    async def load_pdus(self, event_ids: Sequence[EventId]) -> Mapping[EventId, bytes]:
        known = {event_id: pdu for event_id in event_ids if (pdu := self._pdus.get(event_id)) is not None}
        missing = [event_id for event_id in event_ids if event_id not in known]
        if missing:
            async with self._db.acquire() as conn:
                rows = await outgoing.select_event_json(conn, missing)
            for row in rows:
                known[row.event_id] = pdu = render_pdu(row)
                self._pdus.put(row.event_id, pdu)
        return known

    async def missed_pdus(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DuePdu]:
        async with self._db.acquire() as conn:
            found = await outgoing.select_missed(conn, destination, self._own, since, upto, limit)
        return [DuePdu(*pdu) for pdu in found]

    async def newest_missed_pdus(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DuePdu]:
        async with self._db.acquire() as conn:
            found = await outgoing.select_newest_missed(conn, destination, self._own, since, upto, limit)
        return [DuePdu(*pdu) for pdu in found]

    async def missed_receipts(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DueReceipt]:
        async with self._db.acquire() as conn:
            found = await outgoing.select_missed_receipts(conn, destination, self._own, since, upto, limit)
        return [due_receipt(receipt) for receipt in found]

    async def due_edus(self, destination: ServerName, limit: int) -> Sequence[DueEdu]:
        async with self._db.acquire() as conn:
            edus = await edu_outbox.select_edus(conn, destination, limit)
        return [
            DueEdu(edu.edu_nid, encode_canonical_json({"edu_type": edu.edu_type, "content": edu.content}))
            for edu in edus
        ]

    async def delete_edus(self, rows: Sequence[int]) -> None:
        async with self._db.acquire() as conn:
            await edu_outbox.delete_edus(conn, rows)

    async def load_in_flight(self, destination: ServerName) -> Transaction | None:
        async with self._db.acquire() as conn:
            row = await destinations.select_in_flight(conn, destination)
        if row is None:
            return None
        # What is in it was not counted: the most that can be.
        return Transaction(row.txn_id, row.body, row.upto, row.edu_nids, pdus=MAX_ITEMS, edus=0)

    async def save(
        self, checkpoints: Mapping[int, int], laggards: Sequence[Laggard], caught_up: Sequence[ServerName]
    ) -> None:
        servers = [*caught_up, *(laggard.destination for laggard in laggards)]
        concerned = {*checkpoints, *map(share_of, servers)}
        async with self._db.transaction(lock_timeout_ms=SAVE_LOCK_TIMEOUT_MS) as conn:
            ours = await self._shares.fenced(conn, concerned)
            rows = [_laggard_row(each) for each in laggards if share_of(each.destination) in ours]
            await destinations.upsert_laggards(conn, rows)
            await destinations.update_caught_up(conn, [each for each in caught_up if share_of(each) in ours])
            await destinations.delete_well(conn)
            reached = {share: at for share, at in checkpoints.items() if share in ours}
            await destinations.upsert_checkpoints(conn, reached, self._clock.now_ms())


def render_pdu(row: EventJson) -> bytes:
    """Return an event as other servers get it: its stored bytes, unless it was redacted meanwhile."""
    if not row.is_redacted:
        return row.json
    version = ROOM_VERSIONS[row.room_version]
    event = decode_json(row.json)
    assert isinstance(event, dict), "a stored event is an object"
    return encode_event(version, redact(version, event))


def due_receipt(receipt: OutgoingReceipt) -> DueReceipt:
    """Return a stored receipt as the sender takes it."""
    return DueReceipt(
        receipt.position, receipt.room_id, receipt.user_id, receipt.thread, receipt.event_id, receipt.ts
    )


def _laggard_row(laggard: Laggard) -> tuple[LaggardRow, InFlightRow | None]:
    txn = laggard.in_flight
    row = LaggardRow(laggard.destination, laggard.cursor, laggard.behind_since_ms, txn is not None)
    return row, None if txn is None else InFlightRow(txn.txn_id, txn.body, txn.upto, txn.rows)
