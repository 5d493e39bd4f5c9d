"""The rooms of each user, remembered and kept current by the tailer."""

from collections.abc import Mapping

from homeserver.caches import LoadingCache
from homeserver.storage import memberships
from homeserver.storage.db import Database
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch, Tailer

MAX_USERS = 20_000


class Memberships:
    """Answers "which rooms is this user in" from memory.

    What is returned is never newer than the tailer's position, so a reader that goes up to that position
    misses nothing.
    """

    def __init__(self, db: Database, tailer: Tailer) -> None:
        self._db = db
        self._tailer = tailer
        self._rooms: LoadingCache[int, Mapping[int, RoomMembership]] = LoadingCache(MAX_USERS, self._load)

    def peek(self, user_nid: int) -> Mapping[int, RoomMembership] | None:
        """Return the rooms of a user where they are in memory."""
        return self._rooms.peek(user_nid)

    async def of_user(self, user_nid: int) -> Mapping[int, RoomMembership]:
        """Return every room that a user has or had to do with, by room number."""
        return await self._rooms.get(user_nid)

    async def in_room(self, user_nid: int, room_nid: int) -> RoomMembership | None:
        return (await self._rooms.get(user_nid)).get(room_nid)

    async def is_joined(self, user_nid: int, room_nid: int) -> bool:
        membership = await self.in_room(user_nid, room_nid)
        return membership is not None and membership.membership == "join"

    def forget(self, user_nid: int) -> None:
        """Look the rooms of a user up again."""
        self._rooms.invalidate(user_nid)

    def apply(self, batch: Batch) -> None:
        if not batch.entry.kinds & (Stream.EVENTS | Stream.ROOM_META):
            return
        for user_nid in batch.entry.users:
            self._rooms.invalidate(user_nid)

    def clear(self) -> None:
        self._rooms.clear()

    async def _load(self, user_nid: int) -> Mapping[int, RoomMembership]:
        async with self._db.acquire() as conn:
            rooms = await memberships.select_rooms_of_user(conn, user_nid)
        await self._tailer.wait_for(max((room.position for room in rooms.values()), default=0))
        return rooms
