"""Rooms whose members are not all known yet: clients that load members lazily see them, others wait."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from homeserver.storage.memberships import RoomMembership
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest, Timeline


@dataclass(frozen=True, slots=True)
class KnownRooms:
    """The rooms that a sync may show, and those among them that were completed since the last one."""

    rooms: Mapping[int, RoomMembership]
    completed: frozenset[int]
    is_lazy: bool

    @property
    def anew(self) -> frozenset[int]:
        """The rooms that the client has not been shown, although the user was in them."""
        return frozenset() if self.is_lazy else self.completed

    def with_summaries(self, timelines: dict[int, Timeline]) -> dict[int, Timeline]:
        """Note that the counts of members have changed where a room was completed."""
        if not self.completed:
            return timelines
        return {
            nid: replace(timeline, shows_summary=True) if nid in self.completed else timeline
            for nid, timeline in timelines.items()
        }


async def known_rooms(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], since: int, upto: int
) -> KnownRooms:
    """Leave out what a client cannot be shown yet."""
    is_lazy = request.filter.room.state.lazy_load_members
    completions = await ctx.rooms.completions.load()
    concerned = {nid: completions[nid] for nid in rooms.keys() & completions.keys()} if completions else {}
    if not concerned:
        return KnownRooms(rooms, frozenset(), is_lazy)
    completed = {nid for nid, at in concerned.items() if at is not None and since < at <= upto}
    waiting = {nid for nid, at in concerned.items() if at is None or at > upto}
    if not is_lazy:
        rooms = {nid: r for nid, r in rooms.items() if nid not in waiting or r.membership != "join"}
    return KnownRooms(rooms, frozenset(completed & rooms.keys()), is_lazy)
