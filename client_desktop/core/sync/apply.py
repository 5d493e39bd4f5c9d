"""Apply a batch: prepare, write everything in one transaction, tell.

If the program ends at any point, the token in the store and everything else in it belong together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from sqlite3 import Connection

from client_desktop.core.boundary import describe
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.events import ClearEvent
from client_desktop.core.rooms.sync_part import RoomsPart
from client_desktop.core.store import Store
from client_desktop.core.store.facts import upsert_fact
from client_desktop.core.sync.batch import RoomUpdate, SyncBatch
from client_desktop.core.sync.ports import (
    CryptoPort,
    NoCrypto,
    NoOutbox,
    NoPeople,
    NoTimelines,
    NoVerifications,
    OutboxPort,
    PeoplePort,
    TimelinesPort,
    VerificationsPort,
    undecrypted,
)
from client_desktop.core.sync.stored_token import SLIDING, TOKEN, TOKEN_KIND

log = logging.getLogger(__name__)

ROOMS_AT_ONCE = 40


@dataclass(slots=True)
class Participants:
    """Who takes part, joined by the client as they come to be."""

    rooms: RoomsPart
    people: PeoplePort = field(default_factory=NoPeople)
    crypto: CryptoPort = field(default_factory=NoCrypto)
    timelines: TimelinesPort = field(default_factory=NoTimelines)
    outbox: OutboxPort = field(default_factory=NoOutbox)
    verifications: VerificationsPort = field(default_factory=NoVerifications)


async def apply_batch(store: Store, parts: Participants, batch: SyncBatch, token_kind: str) -> None:
    """Apply a batch wholly, or not at all.

    What is wrong with one room's data, or with one participant, does not keep the rest from being applied.
    A batch of everything is applied in groups of rooms, and its token with the last: it may come again, and
    whoever waits for the engine need not wait for thousands of rooms.

    Raises: StoreDamaged, sqlite3.Error.
    """
    await _receive_devices(parts, batch)
    for piece, last in _pieces(batch):
        events = {update.room_id: await _decrypt(parts, update) for update in piece.rooms.values()}
        parts.rooms.begin(server_counts=token_kind != SLIDING)
        try:
            with store.transaction() as db:
                _write(db, parts, piece, events)
                if last:
                    upsert_fact(db, TOKEN, batch.next_token)
                    upsert_fact(db, TOKEN_KIND, token_kind)
        except BaseException:
            parts.rooms.undo()
            raise
        _publish(parts, piece, events)
        await asyncio.sleep(0)


def _pieces(batch: SyncBatch) -> Iterator[tuple[SyncBatch, bool]]:
    """Cut a batch of everything into groups of rooms; say of each whether it is the last."""
    rooms = list(batch.rooms.items())
    if not batch.whole or len(rooms) <= ROOMS_AT_ONCE:
        yield batch, True
        return
    for start in range(0, len(rooms), ROOMS_AT_ONCE):
        group = dict(rooms[start : start + ROOMS_AT_ONCE])
        first, last = start == 0, start + ROOMS_AT_ONCE >= len(rooms)
        yield (
            replace(
                batch,
                rooms=group,
                account_data=batch.account_data if first else (),
                presence=batch.presence if last else (),
                all_rooms=batch.all_rooms if last else None,
            ),
            last,
        )


async def _receive_devices(parts: Participants, batch: SyncBatch) -> None:
    with boundary("to-device messages"):
        await parts.crypto.receive_sync(
            batch.to_device,
            {"changed": batch.devices_changed, "left": batch.devices_left},
            batch.one_time_keys,
            batch.fallback_key_types,
        )


async def _decrypt(parts: Participants, update: RoomUpdate) -> Sequence[ClearEvent]:
    """Decrypt a room's events; where that fails altogether they stay as they are."""
    if not update.timeline:
        return ()
    with boundary("decryption"):
        return await parts.crypto.decrypt_events(update.room_id, update.timeline)
    return [undecrypted(event) for event in update.timeline]


def _write(
    db: Connection, parts: Participants, batch: SyncBatch, events: dict[str, Sequence[ClearEvent]]
) -> None:
    with savepoint(db, "account data"):
        parts.rooms.write_account_data(db, batch.account_data)
    if batch.all_rooms is not None:
        for room_id in parts.rooms.unknown_to(db, batch.all_rooms):
            _forget(db, parts, room_id)
    for room_id, update in batch.rooms.items():
        with savepoint(db, "a room"):
            parts.rooms.write_update(db, update, events[room_id])
        with savepoint(db, "a timeline"):
            _write_timeline(db, parts, update, events[room_id], batch.next_token)
    parts.rooms.write_summaries(db, lambda: savepoint(db, "a summary"))


def _write_timeline(
    db: Connection, parts: Participants, update: RoomUpdate, events: Sequence[ClearEvent], token: str
) -> None:
    if events or update.limited:
        parts.timelines.write_sync(db, update.room_id, events, update.limited, update.prev_batch, token)
    for event in update.ephemeral:
        if event["type"] == "m.receipt":
            parts.timelines.write_receipts(db, update.room_id, event["content"])


def _forget(db: Connection, parts: Participants, room_id: str) -> None:
    with savepoint(db, "forgetting a room"):
        parts.rooms.remove(db, room_id)
        parts.timelines.forget(db, room_id)


def _publish(parts: Participants, batch: SyncBatch, events: dict[str, Sequence[ClearEvent]]) -> None:
    for room_id, of_room in events.items():
        for event in of_room:
            if event.txn_id is not None:
                with boundary("a remote echo"):
                    parts.outbox.remote_echo(room_id, event.txn_id, event.event_id)
    with boundary("telling of rooms"):
        parts.rooms.publish()
    with boundary("presence"):
        parts.people.receive_presence(batch.presence)
    for room_id, update in batch.rooms.items():
        if events[room_id] or update.ephemeral or update.limited:
            with boundary("telling of a timeline"):
                parts.timelines.publish(room_id, events[room_id])
            with boundary("verifications"):
                parts.verifications.note_room_events(room_id, events[room_id])


@contextmanager
def savepoint(db: Connection, what: str) -> Iterator[None]:
    """Keep an error inside the block from undoing more than the block; write it down."""
    db.execute("SAVEPOINT part")
    try:
        yield
    except StoreDamaged:
        raise
    except Exception as error:  # noqa: BLE001 one room's data must not stop the others
        db.execute("ROLLBACK TO part")
        log.error("sync: %s could not be written: %s", what, describe(error))
    finally:
        if db.in_transaction:
            db.execute("RELEASE part")


@contextmanager
def boundary(what: str) -> Iterator[None]:
    """Keep an error of one participant from the others; write it down."""
    try:
        yield
    except StoreDamaged:
        raise
    except Exception as error:  # noqa: BLE001 see above
        log.error("sync: %s failed: %s", what, describe(error))
