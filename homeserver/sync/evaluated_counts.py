"""Unread counts that were found by evaluating push rules, so that each sync evaluates only what is new."""

from dataclasses import dataclass

from homeserver.caches import LruCache
from homeserver.push.room_stance import RoomStance
from homeserver.storage.unread import Counts
from homeserver.tailer import Batch

MAX_COUNTS = 50_000
MAX_ROOMS = 5_000


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Counts of one user in one room, of the events after `read` up to `upto`.

    They hold as long as the user has read no further, has these rules, and ignores these people.
    """

    stance: RoomStance
    ignored: frozenset[int]
    read: int
    upto: int
    counts: Counts


class EvaluatedCounts:
    """Evaluated counts by user and room, and the member counts that rules ask for."""

    def __init__(self) -> None:
        self._counts: LruCache[tuple[int, int], Evaluated] = LruCache(MAX_COUNTS)
        self._members: LruCache[int, int] = LruCache(MAX_ROOMS)

    def get(
        self, user_nid: int, room_nid: int, stance: RoomStance, ignored: frozenset[int], read: int
    ) -> Evaluated:
        """Return what was counted so far by the same rules: at first nothing, from where the user read."""
        known = self._counts.get((user_nid, room_nid))
        if known is not None and known.stance is stance and known.ignored == ignored and known.read == read:
            return known
        return Evaluated(stance, ignored, read, read, Counts())

    def put(self, user_nid: int, room_nid: int, evaluated: Evaluated) -> None:
        self._counts.put((user_nid, room_nid), evaluated)

    def member_count(self, room_nid: int) -> int | None:
        return self._members.get(room_nid)

    def put_member_count(self, room_nid: int, count: int) -> None:
        self._members.put(room_nid, count)

    def apply(self, batch: Batch) -> None:
        for event in batch.events:
            if event.type == "m.room.member":
                self._members.pop(event.room_nid)

    def clear(self) -> None:
        self._counts.clear()
        self._members.clear()
