"""Complete a room that was joined before its members were known.

The members are put under what happened since, as of the join. Then what was received meanwhile is judged
again by the complete state, in the order of the graph, and what clients were shown wrongly is corrected at
one position.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from federation.protocol.ids import EventId
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import State, differences, main_line_states
from homeserver.rooms.judge_again import Judge
from homeserver.rooms.receive_after_gap import entries_of_event_ids
from homeserver.rooms.resolve_state import ResolutionImpossible, ResolutionTakesTime, Resolver
from homeserver.rooms.revise_events import revise_events
from homeserver.storage import persist
from homeserver.storage.db import Connection
from homeserver.storage.events import select_head
from homeserver.storage.partial_joins import PartialRoom, select_partial_rooms, update_completed
from homeserver.storage.positions import Change, Stream
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_local_members_of_entries, select_state_at

ENTRIES_PER_TRANSACTION: Final = 500
MAX_TRIES: Final = 10


async def complete_partial_state(ctx: RoomsContext, room: Room, state_ids: Sequence[EventId]) -> None:
    """Install the state before the join, all of whose events are stored as outliers by now.

    Does nothing for a room that is complete. It can be interrupted and called again.

    Raises: StateEventsMissing; ResolutionImpossible, DatabaseUnavailable.
    """
    async with ctx.db.acquire() as conn:
        found = await select_partial_rooms(conn, room.nid)
        if not found:
            return
        [partial] = found
        entries = await entries_of_event_ids(conn, room, state_ids)
        shown = await select_state_at(conn, room.nid, partial.state_position)
    complete: dict[int, int | None] = {key: nid for key, nid in entries.items() if shown.get(key) != nid}
    complete |= dict.fromkeys(shown.keys() - entries.keys())
    await _install(ctx, room, partial, complete)
    await _judge(ctx, room, partial, complete)
    ctx.heads.drop(room.nid)


async def _install(
    ctx: RoomsContext, room: Room, partial: PartialRoom, complete: Mapping[int, int | None]
) -> None:
    """Put entries into the past, at the position of the state before the join, batch by batch."""
    keys = sorted(complete)
    for start in range(0, len(keys), ENTRIES_PER_TRANSACTION):
        batch = {key: complete[key] for key in keys[start : start + ENTRIES_PER_TRANSACTION]}
        async with ctx.positions.write() as change:
            await persist.rewrite_states(change.conn, room.nid, partial.state_position, batch)


async def _judge(
    ctx: RoomsContext, room: Room, partial: PartialRoom, complete: Mapping[int, int | None]
) -> None:
    """Judge outside the lock until nothing new has come meanwhile; then write under it."""
    judge = Judge(ctx, room, partial, Resolver(room, ctx.resolving))
    for _ in range(MAX_TRIES):
        async with ctx.db.acquire() as conn:
            await judge.judge_new(conn)
            await judge.current_state(conn)
        await judge.describe()
        try:
            async with ctx.positions.write() as change:
                if await judge.has_new(change.conn):
                    continue
                await _store(ctx, change, judge, partial, complete)
                return
        except ResolutionTakesTime:
            continue
    raise ResolutionImpossible("events come faster than they can be judged")


async def _store(
    ctx: RoomsContext,
    change: Change,
    judge: Judge,
    partial: PartialRoom,
    complete: Mapping[int, int | None],
) -> None:
    conn, room = change.conn, judge.room
    head = await select_head(conn, room.nid)
    assert head is not None
    assert head.position is not None
    shown = (await main_line_states(conn, room, [head.position]))[head.position]
    current = await judge.current_state(conn, at_once=True)
    changes = await _changes(conn, room, shown, current)
    await revise_events(change, judge)
    await persist.change_states(conn, room.nid, change.position, changes)
    await update_completed(conn, room.nid, change.position)
    own = await select_local_members_of_entries(conn, [*complete, *changes], ctx.server_name)
    change.touch(Stream.EVENTS | Stream.ROOM_META, rooms=[room.nid], users=own)


async def _changes(conn: Connection, room: Room, shown: State, current: State) -> dict[int, int | None]:
    return {key: new for key, (_, new) in (await differences(conn, room, [shown, current])).items()}
