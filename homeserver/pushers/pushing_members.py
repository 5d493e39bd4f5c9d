"""Which members of a room have a pusher: remembered, so that an event costs one look in any room."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from homeserver.caches import LruCache
from homeserver.storage.db import Connection, Database
from homeserver.storage.memberships import select_rooms_of_user
from homeserver.storage.positions import Stream
from homeserver.storage.push_queue import select_pushing_members
from homeserver.storage.pushers import select_pushing_users
from homeserver.tailer import Batch

MAX_ROOMS: Final = 20_000


class PushingMembers:
    """The users who have a pusher in use, and in which rooms they are.

    The tailer's `apply` notes whose pushers and memberships have moved; `refresh`, called by the one reader
    before it reads on, looks them up. So what is answered is never older than what `apply` was told.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._users: set[int] | None = None
        self._rooms: LruCache[int, Sequence[int]] = LruCache(MAX_ROOMS)
        self._moved: set[int] = set()
        self._changes = 0

    @property
    def is_empty(self) -> bool:
        """Whether nobody has a pusher, as far as is known."""
        return self._users is not None and not self._users and not self._moved

    @property
    def is_stale(self) -> bool:
        """Whether there is something to look up."""
        return self._users is None or bool(self._moved)

    @property
    def everybody(self) -> frozenset[int]:
        """Those who have a pusher in use."""
        return frozenset(self._users or ())

    def apply(self, batch: Batch) -> None:
        entry = batch.entry
        if entry.kinds & (Stream.PUSHERS | Stream.SESSIONS):  # a pusher ends with its session
            self._moved.update(entry.users)
        if entry.kinds & (Stream.EVENTS | Stream.ROOM_META) and self._is_any_pushing(entry.users):
            self._forget(entry.rooms)

    def clear(self) -> None:
        """Look everything up again."""
        self._changes += 1
        self._users = None
        self._rooms.clear()
        self._moved.clear()

    def among(self, user_nids: Iterable[int]) -> set[int]:
        """Return those of these users who have a pusher in use."""
        return (self._users or set()).intersection(user_nids)

    async def refresh(self) -> None:
        """Look up what has moved."""
        moved, self._moved = self._moved, set()
        try:
            async with self._db.acquire() as conn:
                if self._users is None:
                    self._users = await select_pushing_users(conn)
                elif moved:
                    await self._look_up(conn, self._users, moved)
        except BaseException:
            self._moved |= moved
            raise

    async def in_rooms(self, room_nids: Iterable[int]) -> Mapping[int, Sequence[int]]:
        """Return, by room, its members and invited users who have a pusher; rooms without are left out."""
        known = {room_nid: self._rooms.get(room_nid) for room_nid in room_nids}
        missing = [room_nid for room_nid, members in known.items() if members is None]
        found = {room_nid: members for room_nid, members in known.items() if members}
        if missing and self._users:
            found |= await self._load(missing)
        return found

    async def _load(self, room_nids: Sequence[int]) -> dict[int, Sequence[int]]:
        changes = self._changes
        async with self._db.acquire() as conn:
            members = await select_pushing_members(conn, room_nids)
        if self._changes == changes:  # else what was read may be older than what was forgotten
            for room_nid in room_nids:
                self._rooms.put(room_nid, tuple(members[room_nid]))
        return {room_nid: found for room_nid, found in members.items() if found}

    async def _look_up(self, conn: Connection, users: set[int], moved: set[int]) -> None:
        pushing = await select_pushing_users(conn, sorted(moved))
        for user_nid in (users & moved) ^ pushing:
            self._forget(await select_rooms_of_user(conn, user_nid))
        users -= moved
        users |= pushing

    def _is_any_pushing(self, user_nids: Iterable[int]) -> bool:
        return any(nid in self._moved or nid in (self._users or ()) for nid in user_nids)

    def _forget(self, room_nids: Iterable[int]) -> None:
        self._changes += 1
        for room_nid in room_nids:
            self._rooms.pop(room_nid)
