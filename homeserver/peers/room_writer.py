"""Our rooms, as events of other servers come into them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

from federation.ports.rooms import Standing, TryLater, UnusableState, Verdict
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from federation.protocol.server_acl import ServerAcl
from homeserver.errors import Unavailable
from homeserver.peers.server_acls import ServerAcls
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.describe_events import intern_names
from homeserver.rooms.policy_server import judge_by_policy
from homeserver.rooms.receive_after_gap import StateEventsMissing, receive_after_gap
from homeserver.rooms.receive_event import receive_event
from homeserver.rooms.resolve_state import ResolutionImpossible
from homeserver.rooms.store_backfill import store_backfill
from homeserver.rooms.store_outliers import store_outliers
from homeserver.storage.auth_chains import AuthChainTooLong
from homeserver.storage.backward_extremities import select_backward_extremities
from homeserver.storage.room_servers import is_in_room, select_servers_in_room
from homeserver.storage.rooms import Room
from homeserver.storage.served_events import select_standings, select_state_candidates

NOT_NOW = (ResolutionImpossible, AuthChainTooLong, StateEventsMissing, Unavailable)


class StoredRoomWriter:
    """Implements `RoomWriter`."""

    def __init__(self, rooms: RoomsContext) -> None:
        self._rooms = rooms
        self._acls = ServerAcls(rooms)

    async def version_of(self, room_id: RoomId) -> RoomVersion | None:
        room = await self._rooms.names.room(room_id)
        return None if room is None else room.version

    async def is_resident(self, room_id: RoomId) -> bool:
        room = await self._rooms.names.room(room_id)
        if room is None:
            return False
        async with self._rooms.db.acquire() as conn:
            return await is_in_room(conn, room.nid, self._rooms.server_name)

    async def servers_in(self, room_id: RoomId) -> Sequence[ServerName]:
        room = await self._room(room_id)
        async with self._rooms.db.acquire() as conn:
            servers = await select_servers_in_room(conn, room.nid)
        return [server for server in servers if server != self._rooms.server_name]

    async def server_acl(self, room_id: RoomId) -> ServerAcl | None:
        room = await self._rooms.names.room(room_id)
        return None if room is None else await self._acls.of_room(room)

    async def standing(self, room_id: RoomId, event_ids: Collection[EventId]) -> Mapping[EventId, Standing]:
        room = await self._room(room_id)
        stored = await self._stored(event_ids)
        return {
            event_id: Standing.PLACED if has_place else Standing.OUTLIER
            for event_id, (room_nid, has_place) in stored.items()
            if room_nid == room.nid
        }

    async def of_other_rooms(self, room_id: RoomId, event_ids: Collection[EventId]) -> set[EventId]:
        room = await self._room(room_id)
        stored = await self._stored(event_ids)
        return {event_id for event_id, (room_nid, _) in stored.items() if room_nid != room.nid}

    async def forward_extremities(self, room_id: RoomId) -> Sequence[EventId]:
        room = await self._room(room_id)
        return (await self._rooms.heads.load(room, ())).prev_events

    async def backward_extremities(self, room_id: RoomId, limit: int) -> Sequence[EventId]:
        room = await self._room(room_id)
        async with self._rooms.db.acquire() as conn:
            lacking = await select_backward_extremities(conn, room.nid, limit=limit)
        return [extremity.event_id for extremity in lacking]

    async def expect(self, pdus: Sequence[Pdu]) -> None:
        await intern_names(self._rooms, pdus)

    async def receive(self, room_id: RoomId, pdu: Pdu) -> Verdict:
        room = await self._room(room_id)
        with _try_later():
            signed, objection = await judge_by_policy(self._rooms, room, pdu)
            return await receive_event(self._rooms, room, signed, objection=objection)

    async def store_outliers(self, room_id: RoomId, pdus: Sequence[Pdu]) -> Mapping[EventId, Verdict]:
        room = await self._room(room_id)
        with _try_later():
            return await store_outliers(self._rooms, room, pdus)

    async def usable_state(
        self, room_id: RoomId, event_ids: Sequence[EventId], *, then: EventId | None = None
    ) -> Sequence[EventId]:
        room = await self._room(room_id)
        wanted = list(event_ids) if then is None else [*event_ids, then]
        with _try_later():
            async with self._rooms.db.acquire() as conn:
                candidates = await select_state_candidates(conn, room.nid, wanted, then)
        if not any(candidate.is_create for candidate in candidates):
            raise UnusableState("a state without a create event")
        on_top = {candidate.key_nid for candidate in candidates if candidate.is_last}
        state: dict[int, EventId] = {}
        for candidate in candidates:
            if candidate.key_nid in on_top and not candidate.is_last:
                continue
            if candidate.key_nid in state:
                raise UnusableState("a state in which two events compete for one entry")
            state[candidate.key_nid] = candidate.event_id
        return list(state.values())

    async def receive_after_gap(
        self, room_id: RoomId, pdu: Pdu, states: Mapping[EventId, Sequence[EventId]]
    ) -> Verdict:
        room = await self._room(room_id)
        with _try_later():
            signed, objection = await judge_by_policy(self._rooms, room, pdu)
            return await receive_after_gap(self._rooms, room, signed, states, objection=objection)

    async def store_history(self, room_id: RoomId, pdus: Sequence[Pdu], state: Sequence[EventId]) -> None:
        room = await self._room(room_id)
        with _try_later():
            await store_backfill(self._rooms, room, pdus, state)

    async def _stored(self, event_ids: Collection[EventId]) -> dict[EventId, tuple[int, bool]]:
        with _try_later():
            async with self._rooms.db.acquire() as conn:
                return await select_standings(conn, list(event_ids))

    async def _room(self, room_id: RoomId) -> Room:
        room = await self._rooms.names.room(room_id)
        assert room is not None, "events of unknown rooms do not come this far"
        return room


@contextmanager
def _try_later() -> Iterator[None]:
    """Turn what is no fault of an event into TryLater."""
    try:
        yield
    except NOT_NOW as error:
        raise TryLater(str(error) or type(error).__name__) from error
