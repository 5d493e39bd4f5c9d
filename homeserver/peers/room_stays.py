"""Which other servers are in which rooms, remembered for the rooms in which something happens."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Final

from federation.protocol.ids import ServerName
from homeserver.caches import LruCache
from homeserver.storage.db import Connection
from homeserver.storage.room_servers import Stay, select_stays

MAX_ROOMS: Final = 20_000
MAX_STAYS: Final = 500_000
"""In memory. Rooms of this server alone count for one each."""


@dataclass(frozen=True, slots=True)
class RoomStays:
    """The stays of other servers in a room; `arrivals` are the positions at which this server came in."""

    others: tuple[Stay, ...]
    arrivals: frozenset[int]

    def servers_at(self, position: int) -> list[ServerName]:
        """Return the other servers that were in the room before or after the event at a position."""
        return list(dict.fromkeys(stay.server for stay in self.others if stay.covers(position)))

    def servers_now(self) -> list[ServerName]:
        """Return the other servers that are in the room."""
        return [stay.server for stay in self.others if stay.until is None]


class StaysCache:
    """Knows the stays that had not ended when a room was looked up, until its members change."""

    def __init__(self, own: ServerName, permit: Callable[[ServerName], bool]) -> None:
        """`permit` says which servers are told anything; the others count as not there."""
        self._own = own
        self._permit = permit
        self._rooms: LruCache[int, RoomStays] = LruCache(MAX_ROOMS)
        self._count = 0
        self._forgotten: set[int] | None = None
        self._cleared = False

    def is_local(self, room_nid: int) -> bool:
        """Whether the room is known to be of this server's users alone."""
        stays = self._rooms.peek(room_nid)
        return stays is not None and not stays.others

    def forget(self, room_nids: Iterable[int]) -> None:
        for room_nid in room_nids:
            self._rooms.pop(room_nid)
            if self._forgotten is not None:
                self._forgotten.add(room_nid)

    def clear(self) -> None:
        self._rooms.clear()
        self._count = 0
        self._cleared = True

    async def load(self, conn: Connection, room_nids: Collection[int], after: int) -> dict[int, RoomStays]:
        """Return the stays in rooms that had not ended at a position. One caller at a time."""
        known = {nid: stays for nid in room_nids if (stays := self._rooms.get(nid)) is not None}
        missing = [nid for nid in room_nids if nid not in known]
        if missing:
            self._forgotten, self._cleared = set(), False
            rows = await select_stays(conn, missing, after)
            loaded = self._group(missing, rows)
            known |= loaded
            if not self._cleared:
                self._keep({nid: stays for nid, stays in loaded.items() if nid not in self._forgotten})
            self._forgotten = None
        return known

    def _group(self, room_nids: Collection[int], rows: Iterable[Stay]) -> dict[int, RoomStays]:
        others: dict[int, list[Stay]] = {nid: [] for nid in room_nids}
        arrivals: dict[int, set[int]] = {nid: set() for nid in room_nids}
        for stay in rows:
            if stay.server == self._own:
                arrivals[stay.room_nid].add(stay.since)
            elif self._permit(stay.server):
                others[stay.room_nid].append(stay)
        return {nid: RoomStays(tuple(others[nid]), frozenset(arrivals[nid])) for nid in room_nids}

    def _keep(self, loaded: dict[int, RoomStays]) -> None:
        self._count += sum(1 + len(stays.others) for stays in loaded.values())
        if self._count > MAX_STAYS:
            self.clear()
            self._count = sum(1 + len(stays.others) for stays in loaded.values())
        for room_nid, stays in loaded.items():
            self._rooms.put(room_nid, stays)
