"""The timelines of results: from memory where a room's tail reaches back far enough, else by few queries."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from homeserver.rooms.filters import Filter, RoomEventFilter, RoomFilter
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import SyncRequest, Timeline
from homeserver.sync.departures import load_departures
from homeserver.sync.sliding.results import RoomResult
from homeserver.sync.sliding.survey import Survey
from homeserver.sync.timelines import load_timelines, timeline_from_tail, without_ignored


async def add_timelines(ctx: SyncContext, found: Survey, results: Collection[RoomResult]) -> None:
    """Add the newest events that the client lacks, as many as it wants; one query per number of events."""
    by_limit: dict[int, list[RoomResult]] = {}
    for result in results:
        if not result.is_stripped and (result.moved or result.expanded):
            by_limit.setdefault(result.config.timeline_limit, []).append(result)
    for limit, group in by_limit.items():
        wanted = Filter(room=RoomFilter(timeline=RoomEventFilter(limit=limit)))
        await _add(ctx, replace(found.plain, filter=wanted), group)
    for result in results:
        result.timeline = without_ignored(result.timeline, found.rooms.ignored)
    await _add_departures(ctx, found.plain, results)


async def _add(ctx: SyncContext, request: SyncRequest, results: Sequence[RoomResult]) -> None:
    missing: list[RoomResult] = []
    for result in results:
        timeline = _in_memory(ctx, request, result)
        if timeline is None:
            missing.append(result)
        else:
            result.timeline = timeline
    if not missing:
        return
    throughout = {result.nid for result in missing if _was_there_throughout(result)}
    spans = [result.timeline_span for result in missing]
    async with ctx.rooms.db.acquire() as conn:
        loaded = await load_timelines(conn, ctx.rooms, request, spans, throughout)
    for result in missing:
        result.timeline = loaded[result.nid]


def _in_memory(ctx: SyncContext, request: SyncRequest, result: RoomResult) -> Timeline | None:
    span = result.timeline_span
    if span.is_whole or not _was_there_throughout(result):
        return None
    return timeline_from_tail(ctx.tails, request.filter.room.timeline, span)


def _was_there_throughout(result: RoomResult) -> bool:
    """Whether the user was in the room all the while: then they may see everything of it."""
    return result.is_joined and not result.initial and result.membership.position <= result.since


async def _add_departures(ctx: SyncContext, request: SyncRequest, results: Collection[RoomResult]) -> None:
    """Add how the user departed from rooms that this server is not in."""
    left = {
        result.nid: result
        for result in results
        if not (result.is_joined or result.is_stripped) and result.moved and not result.timeline.events
    }
    ended = await load_departures(ctx, request, [result.timeline_span for result in left.values()])
    for nid, timeline in ended.items():
        if left[nid].config.timeline_limit:
            left[nid].timeline = timeline
