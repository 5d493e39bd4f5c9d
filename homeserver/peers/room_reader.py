"""Our rooms as other servers may read them."""

import asyncio
from collections.abc import Sequence
from typing import Final

from federation.ports.rooms import MissingEventsQuery, ServedEvent, StateIds, TryLater
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import create_event_id_of, pdu_from_stored
from homeserver.peers.visible_to_server import may_be_sent, redacted_bytes, seen_by_server, served
from homeserver.peers.walk_prevs import PrevWalk
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import load_state, stored_state_before
from homeserver.storage.auth_chains import AuthChainTooLong, select_auth_chain
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent, select_events
from homeserver.storage.history import select_by_time
from homeserver.storage.partial_joins import select_is_partial
from homeserver.storage.room_servers import is_in_room
from homeserver.storage.rooms import Room
from homeserver.storage.served_events import select_event_ids, select_stored_pdus

CLOSEST_SCANNED: Final = 200
"""How many events are looked at for one that a server may see."""

BEYOND: Final = 2**62

STATES_AT_ONCE: Final = 2
"""How many states and auth chains are read at once: each keeps a database connection, of ten, for a while."""


class StoredRoomReader:
    """Implements `RoomReader`."""

    def __init__(self, rooms: RoomsContext) -> None:
        self._rooms = rooms
        self._reading_states = asyncio.Semaphore(STATES_AT_ONCE)

    async def is_server_in(self, room_id: RoomId, server: ServerName) -> bool:
        room = await self._rooms.names.room(room_id)
        if room is None:
            return False
        async with self._rooms.db.acquire() as conn:
            return await is_in_room(conn, room.nid, server)

    async def room_of_event(self, event_id: EventId) -> RoomId | None:
        async with self._rooms.db.acquire() as conn:
            event = (await select_events(conn, [event_id])).get(event_id)
        if event is None:
            return None
        return (await self._rooms.names.rooms([event.room_nid]))[event.room_nid].room_id

    async def event_for(self, server: ServerName, room_id: RoomId, event_id: EventId) -> ServedEvent | None:
        room = await self._room(room_id)
        async with self._rooms.db.acquire() as conn:
            event = await _event_in(conn, room, event_id)
            if event is None:
                return None
            if not event.has_place:
                # Of outliers only state may be had: states and auth chains show it to everybody in the room.
                return None if event.key_nid is None else served(room.version, event, whole=True)
            expired_ms = self._rooms.lifetimes.expired_before_ms(room.nid)
            [(_, whole)] = await seen_by_server(conn, room, server, [event], expired_before_ms=expired_ms)
        return served(room.version, event, whole=whole)

    async def state_before(self, room_id: RoomId, event_id: EventId) -> StateIds | None:
        room = await self._room(room_id)
        async with self._reading_states, self._rooms.db.acquire() as conn:
            event = await _event_in(conn, room, event_id)
            if event is None or not event.has_place or event.status == EventStatus.REJECTED:
                return None
            if await select_is_partial(conn, room.nid):
                return None
            state = await load_state(conn, room, await stored_state_before(conn, room, event))
            chain = await _auth_chain(conn, list(state.values()))
            ids = await select_event_ids(conn, [*state.values(), *chain])
        return StateIds([ids[nid] for nid in state.values()], [ids[nid] for nid in sorted(chain)])

    async def auth_chain_of(self, room_id: RoomId, event_id: EventId) -> Sequence[EventId] | None:
        room = await self._room(room_id)
        async with self._reading_states, self._rooms.db.acquire() as conn:
            event = await _event_in(conn, room, event_id)
            if event is None:
                return None
            # Edges are stored of state events only.
            wanted = list(pdu_from_stored(room.version, event.json, event_id, room_id).auth_events)
            if room.version.room_id_is_create_hash:
                wanted.append(create_event_id_of(room_id))
            named = (await select_events(conn, wanted)).values()
            nids = {found.event_nid for found in named if found.room_nid == room.nid}
            chain = nids | set(await _auth_chain(conn, list(nids)))
            ids = await select_event_ids(conn, sorted(chain - {event.event_nid}))
        return [ids[nid] for nid in sorted(ids)]

    async def load_pdus(self, room_id: RoomId, event_ids: Sequence[EventId]) -> Sequence[bytes]:
        room = await self._room(room_id)
        async with self._reading_states, self._rooms.db.acquire() as conn:
            stored = await select_stored_pdus(conn, room.nid, event_ids)
        pdus: list[bytes] = []
        for event_id in event_ids:
            json, is_redacted = stored.get(event_id, (None, False))
            if json is not None and may_be_sent(room.version, json):
                pdus.append(redacted_bytes(room.version, json) if is_redacted else json)
        return pdus

    async def backfill(
        self, server: ServerName, room_id: RoomId, event_ids: Sequence[EventId], limit: int
    ) -> Sequence[ServedEvent]:
        room = await self._room(room_id)
        async with self._rooms.db.acquire() as conn:
            events = await PrevWalk(conn, room).newest_first(event_ids, limit)
            return await self._served(conn, room, server, events)

    async def missing_events(
        self, server: ServerName, room_id: RoomId, query: MissingEventsQuery
    ) -> Sequence[ServedEvent]:
        room = await self._room(room_id)
        async with self._rooms.db.acquire() as conn:
            walk = PrevWalk(conn, room)
            events = await walk.breadth_first(query.latest, query.earliest, query.limit, query.min_depth)
            events.sort(key=lambda event: event.place)
            return await self._served(conn, room, server, events)

    async def closest_event(
        self, server: ServerName, room_id: RoomId, timestamp_ms: int, *, forwards: bool
    ) -> ServedEvent | None:
        room = await self._room(room_id)
        tie_break = -1 if forwards else BEYOND
        place = (timestamp_ms, tie_break, tie_break)
        async with self._rooms.db.acquire() as conn:
            events = await select_by_time(conn, room.nid, place, CLOSEST_SCANNED, forwards=forwards)
            expired_ms = self._rooms.lifetimes.expired_before_ms(room.nid)
            seen = await seen_by_server(conn, room, server, events, expired_before_ms=expired_ms)
        closest = next((event for event, whole in seen if whole), None)
        return None if closest is None else served(room.version, closest, whole=True)

    async def _served(
        self, conn: Connection, room: Room, server: ServerName, events: Sequence[StoredEvent]
    ) -> list[ServedEvent]:
        expired_ms = self._rooms.lifetimes.expired_before_ms(room.nid)
        return [
            served(room.version, event, whole=whole)
            for event, whole in await seen_by_server(conn, room, server, events, expired_before_ms=expired_ms)
            if may_be_sent(room.version, event.json)
        ]

    async def _room(self, room_id: RoomId) -> Room:
        room = await self._rooms.names.room(room_id)
        assert room is not None, "a room that a server is in is known"
        return room


async def _event_in(conn: Connection, room: Room, event_id: EventId) -> StoredEvent | None:
    event = (await select_events(conn, [event_id])).get(event_id)
    if event is None or event.room_nid != room.nid or not may_be_sent(room.version, event.json):
        return None
    return event


async def _auth_chain(conn: Connection, event_nids: Sequence[int]) -> list[int]:
    try:
        return sorted(await select_auth_chain(conn, event_nids))
    except AuthChainTooLong as error:
        raise TryLater("the auth chain is too long to be told") from error
