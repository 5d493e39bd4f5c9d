"""From the rooms that were chosen to everything that is shown of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from homeserver.json_types import JsonObject
from homeserver.storage.positions import Stream
from homeserver.storage.rooms import Room
from homeserver.storage.sliding_connections import SentRoom
from homeserver.storage.sliding_rooms import select_rooms_read
from homeserver.sync.context import SyncContext
from homeserver.sync.counts_by_rules import apply_push_rules
from homeserver.sync.delta import RoomDelta
from homeserver.sync.sliding.choose import Choice
from homeserver.sync.sliding.load_state import add_state
from homeserver.sync.sliding.load_timelines import add_timelines
from homeserver.sync.sliding.request import Dialect
from homeserver.sync.sliding.results import RoomResult, plan_results
from homeserver.sync.sliding.room_facts import add_facts
from homeserver.sync.sliding.survey import Survey
from homeserver.sync.stripped_state import load_stripped_state


@dataclass(slots=True)
class Results:
    """The rooms shown, what the client has of rooms after the answer, and the members that it knows then."""

    shown: Sequence[RoomResult] = ()
    rooms: Mapping[int, Room] = field(default_factory=dict)
    sent: dict[int, SentRoom] = field(default_factory=dict)
    members: dict[int, frozenset[int]] = field(default_factory=dict)


async def load_results(ctx: SyncContext, found: Survey, choice: Choice) -> Results:
    """Load everything that the client lacks of the rooms that were chosen; few queries for all of them."""
    read = await _read_elsewhere(ctx, found, choice)
    results = plan_results(found, choice, read)
    found.connection.add_configs(result.config.required_state for result in results)
    if results:
        await _fill_in(ctx, found, results)
    shown = [result for result in results if result.is_shown]
    rooms = await ctx.rooms.names.rooms([result.nid for result in shown])
    if found.request.dialect is Dialect.UNSTABLE:
        await _add_counts(ctx, found, [result for result in shown if result.is_joined], rooms)
    after = {result.nid: result.now_sent(choice.flags_of(result.nid, found)) for result in results}
    return Results(
        shown,
        rooms,
        {nid: sent for nid, sent in after.items() if sent != found.connection.rooms.get(nid)},
        {result.nid: result.members for result in results if result.members is not None},
    )


async def _fill_in(ctx: SyncContext, found: Survey, results: Sequence[RoomResult]) -> None:
    await add_timelines(ctx, found, results)
    read = await add_state(ctx, found.connection, results)
    await add_facts(ctx, found, results, read)
    stripped = [result for result in results if result.is_stripped and result.initial]
    if stripped:
        states = await load_stripped_state(ctx, found.plain, [result.membership for result in stripped])
        by_nid: dict[int, Sequence[JsonObject]] = {room.nid: state for room, state in states.items()}
        for result in stripped:
            result.stripped = by_nid.get(result.nid)


async def _read_elsewhere(ctx: SyncContext, found: Survey, choice: Choice) -> frozenset[int]:
    """Return the rooms where another of the user's devices has read, so that other counts are to be told."""
    if found.since is None or found.request.dialect is not Dialect.UNSTABLE:
        return frozenset()
    viewer_nid, since = found.request.viewer.user_nid, found.since.position
    if not ctx.changes.of_user(viewer_nid, since) & Stream.RECEIPTS:
        return frozenset()
    joined = [nid for nid in choice.wanted if found.is_joined(nid)]
    async with ctx.rooms.db.acquire() as conn:
        return frozenset(await select_rooms_read(conn, viewer_nid, joined, since, found.token.position))


async def _add_counts(
    ctx: SyncContext, found: Survey, results: Sequence[RoomResult], rooms: Mapping[int, Room]
) -> None:
    """Add how much is unread, by the user's own push rules."""
    viewer, applied = found.request.viewer, ctx.rooms.tailer.applied
    deltas = {r.nid: RoomDelta(rooms[r.nid], r.since, r.upto, r.timeline) for r in results}
    known = {nid: ctx.unread.peek(viewer.user_nid, nid) for nid in deltas}
    missing = [nid for nid, unread in known.items() if unread is None]
    if missing:
        async with ctx.rooms.db.acquire() as conn:
            counts = await ctx.unread.load(conn, viewer.user_nid, missing, applied)
        if ctx.rooms.tailer.applied == applied:
            ctx.unread.remember(viewer.user_nid, counts)
        known |= counts
    for nid, delta in deltas.items():
        delta.unread = known[nid]
    await apply_push_rules(ctx, viewer, deltas, found.token.position)
    for result in results:
        result.counts = deltas[result.nid].counts
