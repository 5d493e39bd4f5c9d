"""Summaries of rooms, remembered until something in them changes."""

from collections.abc import Sequence
from typing import Final

from homeserver.caches import LruCache
from homeserver.rooms.room_summary import SUMMARY_ENTRIES, RoomSummary, summarize
from homeserver.storage.db import Database
from homeserver.storage.events import load_json
from homeserver.storage.memberships import MemberCounts, count_members
from homeserver.storage.names import Names
from homeserver.storage.positions import Stream
from homeserver.storage.state import select_current_entries_of_rooms
from homeserver.tailer import Batch

MAX_SUMMARIES: Final = 20_000
ROOMS_PER_QUERY: Final = 500
SUMMARIZED_TYPES: Final = frozenset({type_ for type_, _ in SUMMARY_ENTRIES} | {"m.room.member"})


class Summaries:
    """Answers from memory; the tailer says which rooms have changed. So a listing costs what changed."""

    def __init__(self, db: Database, names: Names) -> None:
        self._db = db
        self._names = names
        self._summaries: LruCache[int, RoomSummary] = LruCache(MAX_SUMMARIES)
        self._changes = 0
        self._changed_at: LruCache[int, int] = LruCache(MAX_SUMMARIES)

    async def of_rooms(self, room_nids: Sequence[int]) -> dict[int, RoomSummary]:
        """Return the summaries of the rooms that exist, in the order asked for."""
        found: dict[int, RoomSummary] = {}
        missing: list[int] = []
        for nid in room_nids:
            summary = self._summaries.get(nid)
            if summary is None:
                missing.append(nid)
            else:
                found[nid] = summary
        for start in range(0, len(missing), ROOMS_PER_QUERY):
            found |= await self._load(missing[start : start + ROOMS_PER_QUERY])
        return {nid: found[nid] for nid in room_nids if nid in found}

    async def of_room(self, room_nid: int) -> RoomSummary:
        """Return the summary of one room."""
        return (await self.of_rooms([room_nid]))[room_nid]

    def apply(self, batch: Batch) -> None:
        """Drop the summaries of rooms whose shown state or members have changed."""
        if batch.entry.kinds & Stream.ROOM_META:
            for room_nid in batch.entry.rooms:
                self._drop(room_nid)
        for event in batch.events:
            if event.key_nid is not None and event.type in SUMMARIZED_TYPES:
                self._drop(event.room_nid)

    def clear(self) -> None:
        """Forget everything."""
        self._changes += 1
        self._summaries.clear()

    def _drop(self, room_nid: int) -> None:
        self._changes += 1
        self._changed_at.put(room_nid, self._changes)
        self._summaries.pop(room_nid)

    async def _load(self, room_nids: Sequence[int]) -> dict[int, RoomSummary]:
        started_at = self._changes
        rooms = await self._names.rooms(room_nids)
        async with self._db.acquire() as conn:
            states = await select_current_entries_of_rooms(conn, room_nids, SUMMARY_ENTRIES)
            counts = await count_members(conn, room_nids)
        loaded: dict[int, RoomSummary] = {}
        for nid, room in rooms.items():
            contents = {
                entry: load_json(stored.json)["content"] for entry, stored in states.get(nid, {}).items()
            }
            loaded[nid] = summarize(room, contents, counts.get(nid, MemberCounts()))
            # What changed while it was being read may be read in parts.
            if (self._changed_at.get(nid) or 0) <= started_at:
                self._summaries.put(nid, loaded[nid])
        return loaded
