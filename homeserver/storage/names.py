"""Interned names, remembered: numbers never change their meaning, so nothing here is ever invalidated."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Generic, TypeAlias, TypeVar

from federation.protocol.ids import RoomId, UserId
from homeserver.caches import LruCache
from homeserver.storage import rooms, state_keys, users
from homeserver.storage.db import Connection, Database
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

K = TypeVar("K")
V = TypeVar("V")

Read: TypeAlias = Callable[[Connection, list[K]], Awaitable[dict[K, V]]]
"""Reads the values of keys, of those that have any."""

MAX_REMEMBERED = 100_000


class Interned(Generic[K]):
    """Names and their numbers, both ways."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.nids: LruCache[K, int] = LruCache(MAX_REMEMBERED)
        self.names: LruCache[int, K] = LruCache(MAX_REMEMBERED)

    async def nids_of(self, names: Iterable[K], read: Read[K, int]) -> dict[K, int]:
        """Return the numbers of names, reading those that are not remembered."""
        known, missing = _split(self.nids, names)
        if missing:
            async with self._db.acquire() as conn:
                found = await read(conn, missing)
            for name, nid in found.items():
                self._remember(name, nid)
            known |= found
        return known

    async def names_of(self, nids: Iterable[int], read: Read[int, K]) -> dict[int, K]:
        """Return the names behind numbers, reading those that are not remembered."""
        known, missing = _split(self.names, nids)
        if missing:
            async with self._db.acquire() as conn:
                found = await read(conn, missing)
            for nid, name in found.items():
                self._remember(name, nid)
            known |= found
        return known

    def _remember(self, name: K, nid: int) -> None:
        self.nids.put(name, nid)
        self.names.put(nid, name)


class Names:
    """Users, rooms and state keys by name and by number."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._users: Interned[UserId] = Interned(db)
        self._entries: Interned[StateEntry] = Interned(db)
        self._rooms: LruCache[RoomId, Room] = LruCache(MAX_REMEMBERED)
        self._rooms_by_nid: LruCache[int, Room] = LruCache(MAX_REMEMBERED)

    async def intern_user(self, user_id: UserId) -> int:
        nid = self._users.nids.get(user_id)
        return nid if nid is not None else (await self.intern_users([user_id]))[user_id]

    async def intern_users(self, user_ids: Iterable[UserId]) -> dict[UserId, int]:
        """Return the number of each user id, giving one to those that have none."""
        return await self._users.nids_of(user_ids, users.intern_users)

    async def known_users(self, user_ids: Iterable[UserId]) -> dict[UserId, int]:
        """Return the numbers of those user ids that have one; never makes new ones."""
        return await self._users.nids_of(user_ids, users.select_user_nids)

    def remembered_user(self, user_id: UserId) -> int | None:
        """Return the number of a user, where it is remembered."""
        return self._users.nids.get(user_id)

    def remembered_user_nids(self, user_ids: Iterable[str]) -> list[int] | None:
        """Return the numbers of users if all of them are remembered, else None."""
        nids = [self._users.nids.peek(UserId(user_id)) for user_id in user_ids]
        return None if None in nids else [nid for nid in nids if nid is not None]

    async def user_ids(self, user_nids: Iterable[int]) -> dict[int, UserId]:
        return await self._users.names_of(user_nids, users.select_user_ids)

    def key_nid(self, entry: StateEntry) -> int | None:
        """Return the number of a state entry, where it is remembered."""
        return self._entries.nids.get(entry)

    async def intern_entries(self, entries: Iterable[StateEntry]) -> dict[StateEntry, int]:
        """Return the number of each state entry, giving one to those that have none."""
        return await self._entries.nids_of(entries, state_keys.intern_state_keys)

    async def known_entries(self, entries: Iterable[StateEntry]) -> dict[StateEntry, int]:
        """Return the numbers of those state entries that have one; never makes new ones."""
        return await self._entries.nids_of(entries, state_keys.select_state_key_nids)

    async def entries(self, key_nids: Iterable[int]) -> dict[int, StateEntry]:
        return await self._entries.names_of(key_nids, state_keys.select_state_keys)

    async def room(self, room_id: RoomId) -> Room | None:
        """Return a room, or None where the server does not know it."""
        room = self._rooms.get(room_id)
        if room is None:
            async with self._db.acquire() as conn:
                room = await rooms.select_room(conn, room_id)
            if room is not None:
                self.remember_room(room)
        return room

    def remembered_room(self, room_id: RoomId) -> Room | None:
        return self._rooms.get(room_id)

    async def rooms(self, room_nids: Iterable[int]) -> dict[int, Room]:
        known, missing = _split(self._rooms_by_nid, room_nids)
        if missing:
            async with self._db.acquire() as conn:
                for room in await rooms.select_rooms(conn, missing):
                    self.remember_room(room)
                    known[room.nid] = room
        return known

    def remember_room(self, room: Room) -> None:
        self._rooms.put(room.room_id, room)
        self._rooms_by_nid.put(room.nid, room)


def _split(cache: LruCache[K, V], wanted: Iterable[K]) -> tuple[dict[K, V], list[K]]:
    known: dict[K, V] = {}
    missing: list[K] = []
    for key in dict.fromkeys(wanted):
        value = cache.get(key)
        if value is None:
            missing.append(key)
        else:
            known[key] = value
    return known, missing
