"""Staging on our tables."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

import orjson

from federation.inbound.dag_order import ancestors_first
from federation.ports.staging import Backlog, StagedPdu
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu, pdu_from_stored
from homeserver.clock import Clock
from homeserver.fanout.shares import Shares
from homeserver.storage import staged_pdus
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.rooms import Room
from homeserver.storage.staged_pdus import StagedRow

FORGETTING: Final = "forget transactions"
ANSWERS_KEPT_MS: Final = 24 * 3600 * 1000
"""How long a transaction is recognised: senders give up, or go on with another one, long before that."""

PDUS_KEPT_MS: Final = 7 * 24 * 3600 * 1000
"""How long an event waits for what nobody will tell us. Dropped, it can still be fetched as an ancestor."""


class StoredStaging:
    """Implements `Staging`."""

    def __init__(self, db: Database, names: Names, clock: Clock, shares: Shares) -> None:
        self._db = db
        self._names = names
        self._clock = clock
        self._shares = shares
        self._asked = shares.call("staged events")

    async def is_ours(self, room_id: RoomId) -> bool:
        return self._shares.holds((await self._room(room_id)).nid)

    def ask_others(self) -> None:
        self._asked.ask()

    async def until_asked(self, within_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._asked.wait()
        self._asked.clear()

    async def answer_of(self, origin: ServerName, txn_id: str) -> JsonObject | None:
        async with self._db.acquire() as conn:
            answer = await staged_pdus.select_answer(conn, origin, txn_id)
        return None if answer is None else orjson.loads(answer)

    async def stage(
        self, origin: ServerName, txn_id: str | None, answer: JsonObject, pdus: Mapping[RoomId, Sequence[Pdu]]
    ) -> None:
        rooms = {room_id: await self._room(room_id) for room_id in pdus}
        rows = [
            (rooms[r].nid, pdu.event_id, pdu.canonical)
            for r, found in pdus.items()
            for pdu in ancestors_first(found)
        ]
        now_ms = self._clock.now_ms()
        async with self._db.transaction() as conn:
            if rows:
                await staged_pdus.insert_staged(conn, origin, now_ms, rows)
            if txn_id is not None:
                await staged_pdus.insert_answer(conn, origin, txn_id, now_ms, orjson.dumps(answer))

    async def waiting_of(self, origin: ServerName) -> int:
        async with self._db.acquire() as conn:
            return await staged_pdus.count_staged_of_origin(conn, origin)

    async def due(self, room_id: RoomId, *, has_gap: bool, limit: int) -> Sequence[StagedPdu]:
        room = await self._room(room_id)
        async with self._db.acquire() as conn:
            now_ms = self._clock.now_ms()
            rows = await staged_pdus.select_due(conn, room.nid, now_ms, limit, has_gap=has_gap)
        return _staged(room, rows)

    async def due_from(self, room_id: RoomId, origin: ServerName, limit: int) -> Sequence[StagedPdu]:
        room = await self._room(room_id)
        async with self._db.acquire() as conn:
            now_ms = self._clock.now_ms()
            rows = await staged_pdus.select_due_from(conn, room.nid, origin, now_ms, limit)
        return _staged(room, rows)

    async def mark_gaps(self, staged_nids: Collection[int]) -> None:
        async with self._db.acquire() as conn:
            await staged_pdus.update_gaps(conn, staged_nids)

    async def settle(self, staged_nids: Collection[int]) -> None:
        async with self._db.acquire() as conn:
            await staged_pdus.delete_staged(conn, staged_nids)

    async def postpone(self, staged_nid: int, delay_ms: int) -> None:
        async with self._db.acquire() as conn:
            await staged_pdus.update_postponed(conn, staged_nid, self._clock.now_ms() + delay_ms)

    async def due_rooms(self) -> Sequence[tuple[RoomId, ServerName, bool]]:
        async with self._db.acquire() as conn:
            due = await staged_pdus.select_due_rooms(conn, self._clock.now_ms(), self._shares.held)
        rooms = await self._names.rooms({room_nid for room_nid, _, _ in due})
        return [(rooms[nid].room_id, origin, has_gap) for nid, origin, has_gap in due if nid in rooms]

    async def waiting_ids(self, room_id: RoomId, event_ids: Collection[EventId]) -> set[EventId]:
        room = await self._room(room_id)
        async with self._db.acquire() as conn:
            return await staged_pdus.select_waiting_ids(conn, room.nid, event_ids)

    async def backlog(self) -> Backlog:
        async with self._db.acquire() as conn:
            return Backlog(*await staged_pdus.select_backlog(conn))

    async def forget_old(self) -> None:
        if not self._shares.holds_name(FORGETTING):
            return
        now_ms = self._clock.now_ms()
        async with self._db.acquire() as conn:
            await staged_pdus.delete_answers_before(conn, now_ms - ANSWERS_KEPT_MS)
            await staged_pdus.delete_staged_before(conn, now_ms - PDUS_KEPT_MS)

    async def _room(self, room_id: RoomId) -> Room:
        room = await self._names.room(room_id)
        assert room is not None, "events are staged only for rooms that are known"
        return room


def _staged(room: Room, rows: Iterable[StagedRow]) -> list[StagedPdu]:
    return [
        StagedPdu(
            row.staged_nid,
            row.origin,
            pdu_from_stored(room.version, row.json, row.event_id, room.room_id),
            row.received_ms,
            row.failures,
        )
        for row in rows
    ]
