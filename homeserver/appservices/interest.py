"""Which application services have to do with which rooms and users, remembered.

What is remembered says too much at times, never too little: what is read by it is exact.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final

from homeserver.appservices.known import KnownAppservices
from homeserver.appservices.registration import Registration
from homeserver.caches import LruCache
from homeserver.clock import Clock
from homeserver.storage import appservice_news, appservices
from homeserver.storage.db import Database
from homeserver.storage.names import Names
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_REMEMBERED: Final = 50_000
REMEMBER_ROOM_S: Final = 10.0
"""Aliases that another worker made are seen after so long at the latest."""


class Interest:
    """Answers by the numbers of application services. The tailer says what to forget."""

    def __init__(
        self, known: KnownAppservices, nids: Mapping[str, int], db: Database, names: Names, clock: Clock
    ) -> None:
        self._of_nid = {nids[registration.id]: registration for registration in known}
        self._by_alias = [(nid, each) for nid, each in self._of_nid.items() if each.aliases]
        self._by_room = [(nid, each) for nid, each in self._of_nid.items() if each.rooms]
        self._db = db
        self._names = names
        self._clock = clock
        self._rooms: LruCache[int, tuple[float, frozenset[int]]] = LruCache(MAX_REMEMBERED)
        self._users: LruCache[int, frozenset[int]] = LruCache(MAX_REMEMBERED)
        self._forgotten = 0

    @property
    def nids(self) -> Collection[int]:
        """The numbers of all application services."""
        return self._of_nid.keys()

    def apply(self, batch: Batch) -> None:
        entry = batch.entry
        if entry.users and entry.kinds & (Stream.EVENTS | Stream.ROOM_META):
            self.forget_rooms(entry.rooms)
        if entry.kinds & (Stream.PROFILES | Stream.SESSIONS):
            for user_nid in entry.users:
                self.forget_user(user_nid)

    def clear(self) -> None:
        self._forgotten += 1
        self._rooms.clear()
        self._users.clear()

    def forget_rooms(self, room_nids: Iterable[int]) -> None:
        self._forgotten += 1
        for room_nid in room_nids:
            self._rooms.pop(room_nid)

    def forget_user(self, user_nid: int) -> None:
        self._forgotten += 1
        self._users.pop(user_nid)

    async def of_rooms(self, room_nids: Collection[int]) -> dict[int, set[int]]:
        """Return, per application service, those of the rooms that it may be interested in."""
        now = self._clock.monotonic()
        found: dict[int, set[int]] = defaultdict(set)
        missing = set()
        for room_nid in room_nids:
            known = self._rooms.get(room_nid)
            if known is None or known[0] <= now:
                missing.add(room_nid)
            else:
                for nid in known[1]:
                    found[nid].add(room_nid)
        if missing:
            forgotten = self._forgotten
            for room_nid, nids in (await self._load_rooms(missing)).items():
                if forgotten == self._forgotten:  # else it may have changed while we asked
                    self._rooms.put(room_nid, (now + REMEMBER_ROOM_S, frozenset(nids)))
                for nid in nids:
                    found[nid].add(room_nid)
        return found

    async def of_users(self, user_nids: Collection[int]) -> dict[int, set[int]]:
        """Return, per application service, those of the users whom it covers."""
        covering = {user_nid: self._users.get(user_nid) for user_nid in user_nids}
        missing = [user_nid for user_nid, nids in covering.items() if nids is None]
        if missing:
            forgotten = self._forgotten
            async with self._db.acquire() as conn:
                loaded = await appservices.select_appservices_of_users(conn, missing)
            for user_nid in missing:
                covering[user_nid] = nids = frozenset(loaded.get(user_nid, ()))
                if forgotten == self._forgotten:
                    self._users.put(user_nid, nids)
        found: dict[int, set[int]] = defaultdict(set)
        for user_nid, known in covering.items():
            for nid in known or ():
                found[nid].add(user_nid)
        return found

    async def whole_rooms(self, nid: int, room_nids: Collection[int] | None) -> set[int]:
        """Return those of some rooms, or of all, that an application service's namespaces name themselves."""
        registration = self._of_nid[nid]
        named: set[int] = set()
        if registration.aliases:
            async with self._db.acquire() as conn:
                aliases = await appservice_news.select_aliases(conn, room_nids)
            named |= {room for room, alias in aliases if registration.covers_alias(alias)}
        if registration.rooms:
            named |= await self._rooms_by_id(registration, room_nids)
        return named

    async def _rooms_by_id(self, registration: Registration, room_nids: Collection[int] | None) -> set[int]:
        if room_nids is not None:
            rooms = await self._names.rooms(room_nids)
            return {nid for nid, room in rooms.items() if registration.covers_room(room.room_id)}
        async with self._db.acquire() as conn:
            every = await appservice_news.select_all_rooms(conn)
        return {nid for nid, room_id in every if registration.covers_room(room_id)}

    async def _load_rooms(self, room_nids: Collection[int]) -> dict[int, set[int]]:
        async with self._db.acquire() as conn:
            stays = await appservice_news.select_interested(conn, room_nids)
            aliases = await appservice_news.select_aliases(conn, room_nids) if self._by_alias else []
        found = {room_nid: set(stays.get(room_nid, ())) for room_nid in room_nids}
        for room_nid, alias in aliases:
            found[room_nid] |= {nid for nid, each in self._by_alias if each.covers_alias(alias)}
        if self._by_room:
            for room_nid, room in (await self._names.rooms(room_nids)).items():
                found[room_nid] |= {nid for nid, each in self._by_room if each.covers_room(room.room_id)}
        return found
