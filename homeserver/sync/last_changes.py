"""When each room and each user last changed, so that a sync looks only where something has moved."""

from dataclasses import dataclass, field

from homeserver.caches import LruCache
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_REMEMBERED = 100_000
EVERYTHING = ~0


@dataclass(slots=True)
class Changes:
    """The newest position of a room or user, in all and per kind of data."""

    newest: int = 0
    kinds: dict[int, int] = field(default_factory=dict)


class LastChanges:
    """Remembers since `floor`; before it, everything may have changed."""

    def __init__(self) -> None:
        self.floor = 0
        self._rooms: LruCache[int, Changes] = LruCache(MAX_REMEMBERED)
        self._users: LruCache[int, Changes] = LruCache(MAX_REMEMBERED)

    def start(self, position: int) -> None:
        """Remember nothing but that everything may have changed up to `position`."""
        self.floor = position
        self._rooms.clear()
        self._users.clear()

    def apply(self, batch: Batch) -> None:
        entry = batch.entry
        for room_nid in entry.rooms:
            self._note(self._rooms, room_nid, entry.kinds, entry.position)
        for user_nid in entry.users:
            self._note(self._users, user_nid, entry.kinds, entry.position)

    def of_room(self, room_nid: int, since: int) -> int:
        """Return the kinds of data of a room that may have changed after a position."""
        return self._kinds_since(self._rooms, room_nid, since)

    def of_user(self, user_nid: int, since: int) -> int:
        """Return the kinds of data of a user that may have changed after a position."""
        return self._kinds_since(self._users, user_nid, since)

    def _kinds_since(self, known: LruCache[int, Changes], nid: int, since: int) -> int:
        if since < self.floor:
            return EVERYTHING
        changes = known.peek(nid)
        if changes is None or changes.newest <= since:
            return 0
        moved = 0
        for kind, position in changes.kinds.items():
            if position > since:
                moved |= kind
        return moved

    def _note(self, known: LruCache[int, Changes], nid: int, kinds: int, position: int) -> None:
        changes = known.get(nid)
        if changes is None:
            if len(known) >= known.max_items:
                self._forget_oldest(known)
            changes = Changes()
            known.put(nid, changes)
        changes.newest = position
        for kind in Stream.EACH:
            if kinds & kind:
                changes.kinds[kind] = position

    def _forget_oldest(self, known: LruCache[int, Changes]) -> None:
        forgotten = known.pop(next(iter(known)))
        if forgotten is not None:
            self.floor = max(self.floor, forgotten.newest)
