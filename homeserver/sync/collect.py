"""Collecting what a device has not seen, up to the worker's position.

Each part asks the caches first. A sync of somebody who was connected all the while, in a room that is being
talked in, needs no query at all; a first sync needs about ten, whatever the number of rooms.
"""

from collections.abc import Mapping, Sequence

from homeserver.storage.account_data import AccountData
from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.sync import personal, typing
from homeserver.sync.context import SyncContext
from homeserver.sync.counts_by_rules import apply_push_rules
from homeserver.sync.delta import RoomDelta, SyncDelta, SyncRequest, Timeline
from homeserver.sync.departures import load_departures
from homeserver.sync.device_lists import have_counts_moved, load_device_lists
from homeserver.sync.incomplete_rooms import KnownRooms, known_rooms
from homeserver.sync.presence import load_presence
from homeserver.sync.receipts import add_receipts, has_receipts, load_receipts
from homeserver.sync.room_state import load_room_state, needed_members
from homeserver.sync.room_summary import load_summaries, rooms_to_summarize
from homeserver.sync.spans import Span, Spans, changed_spans, initial_spans
from homeserver.sync.stripped_state import load_stripped_state
from homeserver.sync.timelines import hidden_timeline, load_timelines, timeline_from_tail, without_ignored
from homeserver.sync.tokens import SyncToken

ROOM_KINDS = Stream.EVENTS | Stream.RECEIPTS
NOTHING = Timeline((), limited=False, prev_batch="", from_tail=True)


async def collect(ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership]) -> SyncDelta:
    """Return everything between the request's token and this worker's position; the user is in `rooms`."""
    token = SyncToken(ctx.epoch, ctx.rooms.tailer.applied, ctx.ephemeral.stamps.last)
    since = request.since.position if request.since is not None else 0
    account_data = await personal.load_account_data(ctx, request, since, token.position)
    wanted = await known_rooms(ctx, request, await _wanted_rooms(ctx, request, rooms), since, token.position)
    spans = await _choose_spans(ctx, request, wanted, account_data, token.position)
    timelines = wanted.with_summaries(await _load_timelines(ctx, request, wanted.rooms, spans))
    known = await ctx.rooms.names.rooms(timelines)
    deltas = {
        span.room_nid: _delta(request, known[span.room_nid], span, timelines[span.room_nid])
        for span in (*spans.joined, *spans.left)
    }
    await _add_from_database(ctx, request, spans, deltas, account_data)
    await apply_push_rules(ctx, request.viewer, deltas, token.position)
    typing.add_typing(ctx, request, spans.joined, deltas)
    joined = [
        deltas[span.room_nid] for span in spans.joined if _is_shown(request, span, deltas[span.room_nid])
    ]
    return SyncDelta(
        token,
        joined,
        [deltas[span.room_nid] for span in spans.left],
        await load_stripped_state(ctx, request, spans.invited),
        await load_stripped_state(ctx, request, spans.knocked),
        await load_presence(ctx, request, rooms, joined),
        personal.global_account_data(request, account_data),
        await personal.load_to_device(ctx, request, since, token.position),
        await load_device_lists(ctx, request, rooms, token.position),
        have_counts_moved(ctx, request),
    )


def _delta(request: SyncRequest, room: Room, span: Span, timeline: Timeline) -> RoomDelta:
    if not request.filter.room.timeline.allows_room(room.room_id):
        timeline = hidden_timeline(timeline)
    return RoomDelta(room, span.since, span.upto, timeline)


async def _wanted_rooms(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership]
) -> Mapping[int, RoomMembership]:
    wanted = request.filter.room
    if wanted.rooms is None and not wanted.not_rooms:
        return rooms
    known = await ctx.rooms.names.rooms(rooms)
    return {nid: room for nid, room in rooms.items() if wanted.allows_room(known[nid].room_id)}


async def _choose_spans(
    ctx: SyncContext,
    request: SyncRequest,
    wanted: KnownRooms,
    account_data: Mapping[int, object],
    upto: int,
) -> Spans:
    rooms = wanted.rooms
    if request.since is None:
        return initial_spans(request, rooms, upto)
    since, stamp = request.since.position, request.since.stamp
    if not request.full_state:
        read_elsewhere = ctx.changes.of_user(request.viewer.user_nid, since) & Stream.RECEIPTS
        changed, typing_in = ctx.changes, ctx.ephemeral.typing
        rooms = {
            nid: room
            for nid, room in rooms.items()
            if changed.of_room(nid, since) & ROOM_KINDS
            or room.position > since
            or typing_in.version(nid) > stamp
            or nid in account_data
            or read_elsewhere
        }
    return await changed_spans(ctx.rooms.db, request, rooms, since, upto, anew=wanted.anew)


async def _load_timelines(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], spans: Spans
) -> dict[int, Timeline]:
    found: dict[int, Timeline] = {}
    missing: list[Span] = []
    # Whoever left and came back in between may not have seen everything.
    joined = {span.room_nid for span in spans.joined if rooms[span.room_nid].position <= span.since}
    for span in (*spans.joined, *spans.left):
        timeline = _timeline_in_memory(ctx, request, span) if span.room_nid in joined else None
        if timeline is None:
            missing.append(span)
        else:
            found[span.room_nid] = timeline
    if missing:
        async with ctx.rooms.db.acquire() as conn:
            found |= await load_timelines(conn, ctx.rooms, request, missing, joined)
    ignored = await ctx.rooms.ignored.of_user(request.viewer.user_nid)
    shown = {nid: without_ignored(timeline, ignored) for nid, timeline in found.items()}
    return shown | await load_departures(
        ctx, request, [s for s in spans.left if not shown[s.room_nid].events]
    )


def _timeline_in_memory(ctx: SyncContext, request: SyncRequest, span: Span) -> Timeline | None:
    if span.is_whole:
        return None
    if not ctx.changes.of_room(span.room_nid, span.since) & Stream.EVENTS:
        return NOTHING
    return timeline_from_tail(ctx.tails, request.filter.room.timeline, span)


async def _add_from_database(
    ctx: SyncContext,
    request: SyncRequest,
    spans: Spans,
    deltas: Mapping[int, RoomDelta],
    account_data: Mapping[int, Sequence[AccountData]],
) -> None:
    """Add what the caches do not have: state, summaries, unread counts, receipts, room account data."""
    shown = [*spans.joined, *spans.left]
    timelines = {nid: delta.timeline for nid, delta in deltas.items()}
    with_summary = await rooms_to_summarize(ctx.rooms, spans.joined, timelines)
    summaries = await load_summaries(ctx.rooms, request.viewer, with_summary)
    for nid, summary in summaries.items():
        deltas[nid].summary = summary
    with_state = [span for span in shown if _needs_state(ctx, request, span, deltas[span.room_nid])]
    with_receipts = [
        span
        for span in spans.joined
        if request.filter.room.ephemeral.allows_room(deltas[span.room_nid].room.room_id)
        and has_receipts(ctx, request, span)
    ]
    uncounted = _count_unread(ctx, request, spans.joined, deltas)
    if not (with_state or with_receipts or account_data or uncounted):
        return
    applied = ctx.rooms.tailer.applied
    async with ctx.rooms.db.acquire() as conn:
        for nid, state in (
            await load_room_state(conn, ctx.lazy_members, request, with_state, timelines, summaries)
        ).items():
            deltas[nid].state = state
        await personal.add_room_account_data(conn, request, account_data, spans.joined, deltas)
        receipts = await load_receipts(conn, request, with_receipts)
        counts = await ctx.unread.load(conn, request.viewer.user_nid, uncounted, applied)
    ignored = await ctx.rooms.names.user_ids(await ctx.rooms.ignored.of_user(request.viewer.user_nid))
    add_receipts(receipts, set(ignored.values()), deltas)
    if ctx.rooms.tailer.applied == applied:
        ctx.unread.remember(request.viewer.user_nid, counts)
    for nid, unread in counts.items():
        deltas[nid].unread = unread


def _count_unread(
    ctx: SyncContext, request: SyncRequest, spans: Sequence[Span], deltas: Mapping[int, RoomDelta]
) -> list[int]:
    """Add the counts that are remembered; return the rooms whose counts are not."""
    missing = []
    for span in spans:
        deltas[span.room_nid].unread = ctx.unread.peek(request.viewer.user_nid, span.room_nid)
        if deltas[span.room_nid].unread is None:
            missing.append(span.room_nid)
    return missing


def _needs_state(ctx: SyncContext, request: SyncRequest, span: Span, delta: RoomDelta) -> bool:
    timeline = delta.timeline
    if not request.filter.room.state.allows_room(delta.room.room_id):
        return False
    if span.is_whole or request.full_state or not timeline.from_tail:
        return True
    if not request.filter.room.state.lazy_load_members:
        return False
    members = needed_members(timeline, delta.summary)
    redundant = request.filter.room.state.include_redundant_members and bool(members)
    return redundant or not ctx.lazy_members.knows(request.viewer.device_nid, span.room_nid, members)


def _is_shown(request: SyncRequest, span: Span, delta: RoomDelta) -> bool:
    return span.is_whole or request.full_state or not delta.is_empty
