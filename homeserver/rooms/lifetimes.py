"""How long messages of each room are kept, remembered and kept current by the tailer.

What is older is shown to nobody from the moment it expires; it is deleted in the background. State never
expires. The time of a message is the one that its sender gave it.
"""

from collections.abc import Sequence
from datetime import timedelta

from homeserver.clock import Clock
from homeserver.config.retention import Retention
from homeserver.storage.db import Connection, Database
from homeserver.storage.events import StoredEvent, load_json
from homeserver.storage.lifetimes import RETENTION, select_policies
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch


class Lifetimes:
    """Answers from memory; rooms without a word on it have the lifetime that the configuration gives them."""

    def __init__(self, db: Database, settings: Retention, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._default_ms = _milliseconds(settings.messages)
        self._of_rooms: dict[int, int] | None = None
        self._stale: set[int] = set()

    @property
    def default_ms(self) -> int | None:
        """How long messages are kept in rooms that do not say; None for ever."""
        return self._default_ms

    async def load(self) -> None:
        """Read what rooms say, where that is not in memory."""
        if self._needs_reading():
            async with self._db.acquire() as conn:
                await self.read(conn)

    async def read(self, conn: Connection) -> None:
        """Read what rooms say, through this connection."""
        if not self._needs_reading():
            return
        if self._of_rooms is None:
            self._of_rooms = self._lifetimes(await select_policies(conn))
            return
        stale = set(self._stale)
        found = self._lifetimes(await select_policies(conn, sorted(stale)))
        for room_nid in stale:
            self._of_rooms.pop(room_nid, None)
        self._of_rooms.update(found)
        self._stale -= stale

    def of_room(self, room_nid: int) -> int | None:
        """Return for how many milliseconds messages of a room are kept; None for ever."""
        of_rooms = self._of_rooms
        return self._default_ms if of_rooms is None else of_rooms.get(room_nid, self._default_ms)

    def with_policy(self) -> Sequence[int]:
        """Return the rooms that say something."""
        return list(self._of_rooms or ())

    def expired_before_ms(self, room_nid: int) -> int | None:
        """Return the time before which a room's messages are not shown any more; None: all are."""
        lifetime_ms = self.of_room(room_nid)
        return None if lifetime_ms is None else self._clock.now_ms() - lifetime_ms

    def without_expired(self, room_nid: int, events: Sequence[StoredEvent]) -> Sequence[StoredEvent]:
        """Return those of a room's events that may still be shown."""
        before_ms = self.expired_before_ms(room_nid)
        if before_ms is None:
            return events
        return [e for e in events if e.key_nid is not None or e.origin_server_ts >= before_ms]

    def apply(self, batch: Batch) -> None:
        if not self._settings.room_policies or self._of_rooms is None:
            return
        if batch.entry.kinds & Stream.ROOM_META:
            self._stale.update(batch.entry.rooms)
        self._stale.update(e.room_nid for e in batch.events if e.type in (RETENTION, "m.room.redaction"))

    def clear(self) -> None:
        self._of_rooms = None
        self._stale.clear()

    def _needs_reading(self) -> bool:
        return self._settings.room_policies and (self._of_rooms is None or bool(self._stale))

    def _lifetimes(self, policies: dict[int, bytes]) -> dict[int, int]:
        lifetimes = {}
        for room_nid, json in policies.items():
            lifetime_ms = self._lifetime(load_json(json)["content"].get("max_lifetime"))
            if lifetime_ms is not None:
                lifetimes[room_nid] = lifetime_ms
        return lifetimes

    def _lifetime(self, wanted: object) -> int | None:
        """Return what a room wants, within what the configuration allows; None for what is no lifetime."""
        if not isinstance(wanted, int) or isinstance(wanted, bool) or wanted < 0:
            return None
        least, most = _milliseconds(self._settings.messages_min), _milliseconds(self._settings.messages_max)
        if most is not None:
            wanted = min(wanted, most)
        return wanted if least is None else max(wanted, least)


def _milliseconds(duration: timedelta | None) -> int | None:
    return None if duration is None else int(duration.total_seconds() * 1000)
