"""Collecting what a device has not seen, up to the worker's position.

Each part asks the caches first. A sync of somebody who was connected all the while, in a room that is being talked in, needs
no query at all; a first sync needs about ten, whatever the number of rooms.
"""

from collections.abc import Mapping, Sequence

from homeserver.storage.memberships import RoomMembership
from homeserver.storage.positions import Stream
from homeserver.sync import personal, receipts, stripped_state, typing
from homeserver.sync.context import SyncContext
from homeserver.sync.delta import RoomDelta, SyncDelta, SyncRequest, Timeline
from homeserver.sync.lazy_members import senders_of
from homeserver.sync.room_state import load_room_state
from homeserver.sync.room_summary import load_summaries
from homeserver.sync.spans import Span, Spans, changed_spans, initial_spans
from homeserver.sync.timelines import cut_timeline, load_pages, page_size, timeline_from_tail, visible_page
from homeserver.sync.tokens import SyncToken

ROOM_KINDS = Stream.EVENTS | Stream.RECEIPTS


async def collect(ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership]) -> SyncDelta:
    """Return everything between the request's token and this worker's position, for a user who is in `rooms`."""
    token = SyncToken(ctx.epoch, ctx.rooms.tailer.applied, ctx.ephemeral.stamps.current)
    since = request.since.position if request.since is not None else 0
    wanted = {nid: room for nid, room in rooms.items() if request.filter.room.wants_room(nid)}
    spans = await _choose_spans(ctx, request, wanted, since, token.position)
    timelines = await _load_timelines(ctx, request, wanted, spans)
    known = await ctx.rooms.names.rooms(timelines)
    deltas = {
        span.room_nid: RoomDelta(known[span.room_nid], span.since, span.upto, timelines[span.room_nid])
        for span in (*spans.joined, *spans.left)
    }
    await _add_from_database(ctx, request, spans, deltas, since)
    typing.add_typing(ctx, request, spans.joined, deltas)
    invited, knocked = await stripped_state.load_invites(ctx, request.viewer, spans)
    return SyncDelta(
        token,
        [deltas[span.room_nid] for span in spans.joined if _is_shown(request, span, deltas[span.room_nid])],
        [deltas[span.room_nid] for span in spans.left],
        invited,
        knocked,
        await personal.load_presence(ctx, request, rooms),
        await personal.load_account_data(ctx, request, since, token.position),
        await personal.load_to_device(ctx, request, since, token.position),
    )


async def _choose_spans(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], since: int, upto: int
) -> Spans:
    if request.since is None:
        return initial_spans(request, rooms, upto)
    own = ctx.changes.of_user(request.viewer.user_nid, since)
    stamp = request.since.stamp
    moved = rooms
    if not request.full_state and not own & Stream.ACCOUNT_DATA:
        moved = {
            nid: room for nid, room in rooms.items()
            if room.position > since or ctx.changes.of_room(nid, since) & ROOM_KINDS
            or ctx.ephemeral.typing.version(nid) > stamp
            or own & Stream.RECEIPTS
        }  # fmt: skip
    return await changed_spans(ctx.rooms.db, request, moved, since, upto)


async def _load_timelines(
    ctx: SyncContext, request: SyncRequest, rooms: Mapping[int, RoomMembership], spans: Spans
) -> dict[int, Timeline]:
    wanted = request.filter.room.timeline
    found: dict[int, Timeline] = {}
    unread: list[Span] = []
    for span in (*spans.joined, *spans.left):
        timeline = None
        if not span.is_whole and not ctx.changes.of_room(span.room_nid, span.since) & Stream.EVENTS:
            timeline = Timeline((), False, "", True)
        elif rooms[span.room_nid].membership == "join":
            timeline = timeline_from_tail(ctx.tails, wanted, span)
        if timeline is None:
            unread.append(span)
        else:
            found[span.room_nid] = timeline
    if unread:
        async with ctx.rooms.db.acquire() as conn:
            pages = await load_pages(conn, wanted, unread)
        for span in unread:
            page = pages[span.room_nid]
            visible = await visible_page(ctx.rooms, request.viewer, span, page, rooms[span.room_nid])
            found[span.room_nid] = cut_timeline(wanted, visible, more=len(page) >= page_size(wanted))
    return await personal.without_ignored(ctx, request, found)


async def _add_from_database(
    ctx: SyncContext, request: SyncRequest, spans: Spans, deltas: Mapping[int, RoomDelta], since: int
) -> None:
    """Add what the caches do not have: state, summaries, unread counts, receipts, room account data."""
    shown = [*spans.joined, *spans.left]
    with_state = [span for span in shown if _needs_state(ctx, request, span, deltas[span.room_nid].timeline)]
    with_summary = [
        span.room_nid for span in spans.joined if _needs_summary(span, deltas[span.room_nid].timeline)
    ]
    with_receipts = [span for span in spans.joined if receipts.has_receipts(ctx, request, span)]
    with_account_data = personal.has_room_account_data(ctx, request, since)
    uncounted = _count_unread(ctx, request, spans.joined, deltas)
    if not (with_state or with_summary or with_receipts or with_account_data or uncounted):
        return
    applied = ctx.rooms.tailer.applied
    async with ctx.rooms.db.acquire() as conn:
        timelines = {nid: delta.timeline for nid, delta in deltas.items()}
        for nid, state in (
            await load_room_state(conn, ctx.lazy_members, request, with_state, timelines)
        ).items():
            deltas[nid].state = state
        for nid, summary in (await load_summaries(conn, request.viewer, with_summary)).items():
            deltas[nid].summary = summary
        await receipts.add_receipts(conn, ctx, request, with_receipts, deltas)
        if with_account_data:
            await personal.add_room_account_data(conn, request, spans.joined, deltas, since)
        counts = await ctx.unread.load(conn, request.viewer.user_nid, uncounted, applied)
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


def _needs_state(ctx: SyncContext, request: SyncRequest, span: Span, timeline: Timeline) -> bool:
    if span.is_whole or request.full_state or not timeline.from_tail:
        return True
    if not request.filter.room.state.lazy_load_members or not timeline.events:
        return False
    senders = senders_of(timeline.events)
    redundant = request.filter.room.state.include_redundant_members
    return redundant or not ctx.lazy_members.knows(request.viewer.device_nid, span.room_nid, senders)


def _needs_summary(span: Span, timeline: Timeline) -> bool:
    return (
        span.is_whole or timeline.limited or any(event.type == "m.room.member" for event in timeline.events)
    )


def _is_shown(request: SyncRequest, span: Span, delta: RoomDelta) -> bool:
    return span.is_whole or request.full_state or not delta.is_empty
