"""How this server's users are present, told to the servers with which they share rooms: a few times a minute
and in batches, since nothing else costs peers as much for as little. Only who meets in a room for the first
time is told at once.

Spec: https://spec.matrix.org/v1.19/server-server-api/#presence
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName, UserId, server_name_of
from homeserver.clock import Clock
from homeserver.ephemeral.presence import Presence
from homeserver.storage.db import Database
from homeserver.storage.room_servers import select_servers_newly_met, select_servers_sharing_rooms

TELL_EVERY_S: Final = 5.0
MAX_CHANGED: Final = 5_000
"""Users whose changes wait; what is more is dropped."""
MAX_ROOMS: Final = 1_000
"""Rooms whose members moved; what is more is dropped."""

NEVER_ACTIVE_AGO_MS: Final = 24 * 3600 * 1000
"""What is said of users of whom no activity is known: the member is required."""


class OutboundPresence:
    """Gathers whose presence changed."""

    def __init__(self, presence: Presence, db: Database, clock: Clock, own: ServerName) -> None:
        self._presence = presence
        self._db = db
        self._clock = clock
        self._own = own
        self._changed: set[int] = set()
        self._moved: dict[int, int] = {}
        self._told_at = clock.monotonic() - TELL_EVERY_S
        self._listener: Callable[[], None] = lambda: None
        self.stop = presence.on_change(self._note)
        """Take no more notes."""

    def on_news(self, listener: Callable[[], None]) -> None:
        """Call `listener` when there is something to take."""
        self._listener = listener

    def members_moved(self, room_nids: Iterable[int], position: int) -> None:
        """Tell, with what is taken next, those who met for the first time in rooms at a position."""
        for room_nid in room_nids:
            if len(self._moved) < MAX_ROOMS:
                self._moved.setdefault(room_nid, position)

    def look_again(self) -> None:
        """Tell what was gathered, if its time has come."""
        if self._changed and self._is_due():
            self._listener()

    async def take(self) -> list[tuple[JsonObject, Sequence[ServerName]]]:
        """Return updates, each a member of `push` in an EDU, with the servers that they concern."""
        return [*await self._take_introductions(), *await self._take_changes()]

    async def _take_introductions(self) -> list[tuple[JsonObject, Sequence[ServerName]]]:
        moved, self._moved = self._moved, {}
        there = [nid for nid in self._presence.not_offline() if self._own_user(nid) is not None]
        if not moved or not there:
            return []
        before = min(moved.values()) - 1
        async with self._db.acquire() as conn:
            servers = await select_servers_newly_met(conn, sorted(moved), there, self._own, before)
        return self._updates(servers)

    async def _take_changes(self) -> list[tuple[JsonObject, Sequence[ServerName]]]:
        if not self._changed or not self._is_due():
            return []
        self._told_at = self._clock.monotonic()
        changed, self._changed = self._changed, set()
        async with self._db.acquire() as conn:
            servers = await select_servers_sharing_rooms(conn, sorted(changed), self._own)
        return self._updates(servers)

    def _updates(
        self, servers: Mapping[int, Sequence[ServerName]]
    ) -> list[tuple[JsonObject, Sequence[ServerName]]]:
        return [
            (update, servers[user_nid])
            for user_nid in sorted(servers)
            if (update := self._update(user_nid)) is not None
        ]

    def _note(self, user_nids: frozenset[int]) -> None:
        if len(self._changed) < MAX_CHANGED:
            self._changed.update(nid for nid in user_nids if self._own_user(nid) is not None)
        self.look_again()

    def _is_due(self) -> bool:
        return self._clock.monotonic() - self._told_at >= TELL_EVERY_S

    def _own_user(self, user_nid: int) -> UserId | None:
        user_id = self._presence.user_id(user_nid)
        return user_id if user_id is not None and server_name_of(user_id) == self._own else None

    def _update(self, user_nid: int) -> JsonObject | None:
        user_id, content = self._own_user(user_nid), self._presence.content(user_nid)
        if user_id is None or content is None:
            return None
        return {"last_active_ago": NEVER_ACTIVE_AGO_MS, **content, "user_id": user_id}
