"""Unread events that were found by evaluating push rules, so that each sync evaluates only what is new."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.caches import LruCache
from homeserver.push.room_stance import RoomStance
from homeserver.storage.positions import Stream
from homeserver.storage.unread import Counts, CountsByThread, Unread
from homeserver.tailer import Batch

MAX_NOTIFYING_PER_ROOM = 500
"""How many of the newest unread events that notify are remembered of a room."""
MAX_NOTIFYING = 200_000
MAX_ROOMS = 5_000


@dataclass(frozen=True, slots=True)
class Notifying:
    """An event that notifies a user by the user's own rules."""

    position: int
    thread: str
    highlights: bool


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What notifies one user in one room, the newest first, of the events up to `upto`.

    It holds as long as the user has these rules and ignores these people.
    """

    stance: RoomStance
    ignored: frozenset[int]
    upto: int
    notifying: Sequence[Notifying] = ()

    def counts(self) -> CountsByThread:
        found: dict[str, Counts] = {}
        for event in self.notifying:
            found[event.thread] = found.get(event.thread, Counts()) + Counts(1, event.highlights)
        return found


class EvaluatedCounts:
    """What was evaluated, by user and room, and the member counts that rules ask for."""

    def __init__(self) -> None:
        self._found: LruCache[tuple[int, int], Evaluated] = LruCache(MAX_NOTIFYING)
        self._held = 0
        self._members: LruCache[int, int] = LruCache(MAX_ROOMS)

    def get(
        self, user_nid: int, room_nid: int, stance: RoomStance, ignored: frozenset[int], unread: Unread
    ) -> Evaluated | None:
        """Return what the same rules found before, as far as it is still unread."""
        known = self._found.get((user_nid, room_nid))
        if known is None or known.stance is not stance or known.ignored != ignored:
            return None
        still = [event for event in known.notifying if event.position > unread.position_in(event.thread)]
        return Evaluated(stance, ignored, known.upto, still)

    def put(self, user_nid: int, room_nid: int, evaluated: Evaluated) -> None:
        key = (user_nid, room_nid)
        self._drop(key)
        self._found.put(key, evaluated)
        self._held += 1 + len(evaluated.notifying)
        while self._held > MAX_NOTIFYING:
            self._drop(next(iter(self._found)))

    def member_count(self, room_nid: int) -> int | None:
        return self._members.get(room_nid)

    def put_member_count(self, room_nid: int, count: int) -> None:
        self._members.put(room_nid, count)

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.ROOM_META and batch.entry.rooms:  # messages may have been purged
            for key in [key for key in self._found if key[1] in batch.entry.rooms]:
                self._drop(key)
        for event in batch.events:
            if event.type == "m.room.member":
                self._members.pop(event.room_nid)

    def clear(self) -> None:
        self._found.clear()
        self._held = 0
        self._members.clear()

    def _drop(self, key: tuple[int, int]) -> None:
        dropped = self._found.pop(key)
        if dropped is not None:
            self._held -= 1 + len(dropped.notifying)
