"""Unread counts of the users who sync here, remembered per room and kept current by the tailer."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from homeserver.caches import LruCache
from homeserver.push.default_rules import mentioned_user_ids, mentions_room
from homeserver.rooms.build_event import MAX_MENTIONS
from homeserver.storage import unread as unread_rows
from homeserver.storage.db import Connection
from homeserver.storage.events import StoredEvent
from homeserver.storage.names import Names
from homeserver.storage.positions import Stream
from homeserver.storage.unread import Reading, Unread
from homeserver.sync.thread_of import thread_named_by
from homeserver.tailer import Batch

MAX_ROOMS = 5_000
MAX_USERS_PER_ROOM = 5_000
MAX_THREADS_PER_ROOM = 100


@dataclass(slots=True)
class RoomCounts:
    """A room's cumulative count, and the users whose reading positions are known.

    `counters` say, per thread, how many events that notify everybody came since this was made. What
    users have unread is kept less what their thread's counter was at the time, so that an event touches no
    user.
    """

    count: int
    counters: dict[str, int] = field(default_factory=dict)
    users: dict[int, Unread] = field(default_factory=dict)

    def put(self, user_nid: int, unread: Unread) -> None:
        readings = {thread: Reading(unread.upto) for thread in self.counters} | unread.readings
        self.users[user_nid] = Unread(
            unread.upto, unread.count, {t: self._shifted(t, r, -1) for t, r in readings.items()}
        )

    def get(self, user_nid: int) -> Unread | None:
        """Return what a user has not read by now."""
        known = self.users.get(user_nid)
        if known is None:
            return None
        readings = {thread: Reading(known.upto) for thread in self.counters} | known.readings
        return Unread(known.upto, self.count, {t: self._shifted(t, r, 1) for t, r in readings.items()})

    def reading(self, unread: Unread, thread: str) -> Reading:
        """Return how far a user has read a thread: a new one, up to where it began."""
        return unread.readings.setdefault(thread, Reading(unread.upto))

    def read(self, unread: Unread, thread: str, position: int) -> None:
        """Let a user have read all of a thread."""
        unread.readings[thread] = Reading(position, -self.counters.get(thread, 0))

    def _shifted(self, thread: str, reading: Reading, sign: int) -> Reading:
        notifying = reading.notifying + sign * self.counters.get(thread, 0)
        return Reading(reading.position, notifying, reading.highlights, reading.uncounted)


class UnreadCounts:
    """Counts as of the tailer's position; what is not remembered is read from the database."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._rooms: LruCache[int, RoomCounts] = LruCache(MAX_ROOMS)
        self._rooms_of: dict[int, set[int]] = {}

    def peek(self, user_nid: int, room_nid: int) -> Unread | None:
        room = self._rooms.get(room_nid)
        return None if room is None else room.get(user_nid)

    async def load(
        self, conn: Connection, user_nid: int, room_nids: Sequence[int], upto: int
    ) -> dict[int, Unread]:
        """Return the counts of a user in rooms, asking the database for those not in memory."""
        known = {
            room_nid: unread
            for room_nid in room_nids
            if (unread := self.peek(user_nid, room_nid)) is not None
        }
        missing = [room_nid for room_nid in room_nids if room_nid not in known]
        if missing:
            known |= await unread_rows.select_unread(conn, user_nid, missing, upto)
        return known

    def remember(self, user_nid: int, found: dict[int, Unread]) -> None:
        """Keep counts that were read at the tailer's present position."""
        for room_nid, unread in found.items():
            room = self._rooms.get(room_nid)
            if room is None or len(room.users) >= MAX_USERS_PER_ROOM:
                room = RoomCounts(unread.count)
                self._rooms.put(room_nid, room)
            room.put(user_nid, unread)
            self._rooms_of.setdefault(user_nid, set()).add(room_nid)

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.ROOM_META:  # messages may have been purged
            for room_nid in batch.entry.rooms:
                self._rooms.pop(room_nid)
        for event in batch.events:
            room = self._rooms.peek(event.room_nid)
            if room is not None:
                self._count(room, event)
        if batch.entry.kinds & (Stream.RECEIPTS | Stream.EVENTS):
            self._forget(batch)

    def clear(self) -> None:
        self._rooms.clear()
        self._rooms_of.clear()

    def _count(self, room: RoomCounts, event: StoredEvent) -> None:
        counted = event.notify_count > room.count
        room.count = event.notify_count
        mentions = b'"m.mentions"' in event.json
        thread = thread_named_by(event)
        if thread is None or event.type == "m.room.tombstone":
            # Whose thread this is, and whom it mentions, is known to the database.
            if counted or mentions:
                room.users.clear()
            room.users.pop(event.sender_nid, None)
            return
        if counted:
            room.counters[thread] = room.counters.get(thread, 0) + 1
            if len(room.counters) > MAX_THREADS_PER_ROOM:
                self._rooms.pop(event.room_nid)
        if mentions:
            self._count_mentions(room, thread, event, counted)
        own = room.users.get(event.sender_nid)
        if own is not None:
            room.read(own, thread, event.event_nid)

    def _count_mentions(self, room: RoomCounts, thread: str, event: StoredEvent, counted: bool) -> None:
        content = orjson.loads(event.json)["content"]
        nids = self._names.remembered_user_nids(mentioned_user_ids(event.type, content)[:MAX_MENTIONS])
        # Whether everybody was mentioned by somebody who may is known to the database.
        if nids is None or mentions_room(event.type, content):
            room.users.clear()
            return
        for user_nid in set(nids):
            if user_nid in room.users:
                reading = room.reading(room.users[user_nid], thread)
                reading.highlights += 1
                reading.uncounted += not counted

    def _forget(self, batch: Batch) -> None:
        """A receipt was moved, or a membership changed: read those users' counts again."""
        for user_nid in batch.entry.users:
            for room_nid in self._rooms_of.pop(user_nid, ()):
                room = self._rooms.peek(room_nid)
                if room is not None:
                    room.users.pop(user_nid, None)
