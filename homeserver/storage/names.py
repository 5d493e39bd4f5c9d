"""Interned names, remembered: numbers never change their meaning, so nothing here is ever invalidated."""

from collections.abc import Iterable
from typing import TypeVar

from federation.protocol.ids import RoomId, UserId
from homeserver.caches import LruCache
from homeserver.storage import rooms, state_keys, users
from homeserver.storage.db import Database
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry

K = TypeVar("K")
V = TypeVar("V")

MAX_REMEMBERED = 100_000


class Names:
    """Users, rooms and state keys by name and by number."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._user_nids: LruCache[UserId, int] = LruCache(MAX_REMEMBERED)
        self._user_ids: LruCache[int, UserId] = LruCache(MAX_REMEMBERED)
        self._key_nids: LruCache[StateEntry, int] = LruCache(MAX_REMEMBERED)
        self._entries: LruCache[int, StateEntry] = LruCache(MAX_REMEMBERED)
        self._rooms: LruCache[RoomId, Room] = LruCache(MAX_REMEMBERED)
        self._rooms_by_nid: LruCache[int, Room] = LruCache(MAX_REMEMBERED)

    async def intern_user(self, user_id: UserId) -> int:
        nid = self._user_nids.get(user_id)
        return nid if nid is not None else (await self.intern_users([user_id]))[user_id]

    async def intern_users(self, user_ids: Iterable[UserId]) -> dict[UserId, int]:
        """Return the number of each user id, giving one to those that have none."""
        known, missing = _split(self._user_nids, user_ids)
        if missing:
            async with self._db.acquire() as conn:
                found = await users.intern_users(conn, missing)
            self._remember_users(found)
            known |= found
        return known

    async def known_users(self, user_ids: Iterable[UserId]) -> dict[UserId, int]:
        """Return the numbers of those user ids that have one; never makes new ones."""
        known, missing = _split(self._user_nids, user_ids)
        if missing:
            async with self._db.acquire() as conn:
                found = await users.select_user_nids(conn, missing)
            self._remember_users(found)
            known |= found
        return known

    def remembered_user(self, user_id: UserId) -> int | None:
        """Return the number of a user, where it is remembered."""
        return self._user_nids.get(user_id)

    def remembered_user_nids(self, user_ids: Iterable[str]) -> list[int] | None:
        """Return the numbers of users if all of them are remembered, else None."""
        nids = [self._user_nids.peek(UserId(user_id)) for user_id in user_ids]
        return None if None in nids else [nid for nid in nids if nid is not None]

    async def user_ids(self, user_nids: Iterable[int]) -> dict[int, UserId]:
        known, missing = _split(self._user_ids, user_nids)
        if missing:
            async with self._db.acquire() as conn:
                found = await users.select_user_ids(conn, missing)
            self._remember_users({user_id: nid for nid, user_id in found.items()})
            known |= found
        return known

    def _remember_users(self, found: dict[UserId, int]) -> None:
        for user_id, nid in found.items():
            self._user_nids.put(user_id, nid)
            self._user_ids.put(nid, user_id)

    def key_nid(self, entry: StateEntry) -> int | None:
        """Return the number of a state entry, where it is remembered."""
        return self._key_nids.get(entry)

    async def intern_entries(self, entries: Iterable[StateEntry]) -> dict[StateEntry, int]:
        """Return the number of each state entry, giving one to those that have none."""
        known, missing = _split(self._key_nids, entries)
        if missing:
            async with self._db.acquire() as conn:
                found = await state_keys.intern_state_keys(conn, missing)
            for entry, nid in found.items():
                self._key_nids.put(entry, nid)
                self._entries.put(nid, entry)
            known |= found
        return known

    async def known_entries(self, entries: Iterable[StateEntry]) -> dict[StateEntry, int]:
        """Return the numbers of those state entries that have one; never makes new ones."""
        known, missing = _split(self._key_nids, entries)
        if missing:
            async with self._db.acquire() as conn:
                found = await state_keys.select_state_key_nids(conn, missing)
            for entry, nid in found.items():
                self._key_nids.put(entry, nid)
                self._entries.put(nid, entry)
            known |= found
        return known

    async def entries(self, key_nids: Iterable[int]) -> dict[int, StateEntry]:
        known, missing = _split(self._entries, key_nids)
        if missing:
            async with self._db.acquire() as conn:
                found = await state_keys.select_state_keys(conn, missing)
            for nid, entry in found.items():
                self._entries.put(nid, entry)
                self._key_nids.put(entry, nid)
            known |= found
        return known

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
