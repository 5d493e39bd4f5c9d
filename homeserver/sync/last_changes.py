"""When each room and each user last changed, so that a sync looks only where something has moved."""

from collections.abc import Collection
from dataclasses import dataclass, field

from homeserver.caches import LruCache
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

MAX_REMEMBERED = 100_000
EVERYTHING = ~0
MEMBERS = 1 << 30
"""A kind of change beside the streams: somebody's membership of a room."""

KINDS = (*Stream.EACH, MEMBERS)


@dataclass(slots=True)
class Changes:
    """The newest position of a room or user, in all and per kind of data."""

    newest: int = 0
    kinds: dict[int, int] = field(default_factory=dict)

    def note(self, kinds: int, position: int) -> None:
        """Remember that these kinds of data changed at a position."""
        self.newest = position
        for kind in KINDS:
            if kinds & kind:
                self.kinds[kind] = position

    def since(self, position: int) -> int:
        """Return the kinds that changed after a position."""
        if self.newest <= position:
            return 0
        return sum(kind for kind, changed_at in self.kinds.items() if changed_at > position)


class LastChanges:
    """Remembers since `floor`; before it, everything may have changed."""

    def __init__(self) -> None:
        self.floor = 0
        self._anybody = Changes()
        self._rooms: LruCache[int, Changes] = LruCache(MAX_REMEMBERED)
        self._users: LruCache[int, Changes] = LruCache(MAX_REMEMBERED)

    def start(self, position: int) -> None:
        """Remember nothing but that everything may have changed up to `position`."""
        self.floor = position
        self._anybody = Changes()
        self._rooms.clear()
        self._users.clear()

    def apply(self, batch: Batch) -> None:
        entry = batch.entry
        kinds = entry.kinds
        if kinds & Stream.EVENTS and entry.users:  # an event's commit names those whose membership it changes
            kinds |= MEMBERS
        self._anybody.note(kinds, entry.position)
        for room_nid in entry.rooms:
            self._note(self._rooms, room_nid, kinds, entry.position)
        for user_nid in entry.users:
            self._note(self._users, user_nid, entry.kinds, entry.position)

    def of_anybody(self, since: int) -> int:
        """Return the kinds of data on this server that may have changed after a position."""
        return EVERYTHING if since < self.floor else self._anybody.since(since)

    def of_room(self, room_nid: int, since: int) -> int:
        """Return the kinds of data of a room that may have changed after a position."""
        return self._kinds_since(self._rooms, room_nid, since)

    def of_user(self, user_nid: int, since: int) -> int:
        """Return the kinds of data of a user that may have changed after a position."""
        return self._kinds_since(self._users, user_nid, since)

    def rooms_since(self, since: int, among: Collection[int]) -> dict[int, Changes] | None:
        """Return those of some rooms that changed after a position; None where that is not remembered.

        Costs as much as the rooms that have changed on this server, or as those asked for if they are fewer.
        """
        if since < self.floor:
            return None
        found: dict[int, Changes] = {}
        for step, (nid, changes) in enumerate(self._rooms.newest_first()):
            if changes.newest <= since:
                break
            if step > len(among):
                known = ((nid, self._rooms.peek(nid)) for nid in among)
                return {nid: changes for nid, changes in known if changes and changes.newest > since}
            if nid in among:
                found[nid] = changes
        return found

    def _kinds_since(self, known: LruCache[int, Changes], nid: int, since: int) -> int:
        if since < self.floor:
            return EVERYTHING
        changes = known.peek(nid)
        return 0 if changes is None else changes.since(since)

    def _note(self, known: LruCache[int, Changes], nid: int, kinds: int, position: int) -> None:
        changes = known.get(nid)
        if changes is None:
            if len(known) >= known.max_items:
                self._forget_oldest(known)
            changes = Changes()
            known.put(nid, changes)
        changes.note(kinds, position)

    def _forget_oldest(self, known: LruCache[int, Changes]) -> None:
        forgotten = known.pop(next(iter(known)))
        if forgotten is not None:
            self.floor = max(self.floor, forgotten.newest)
