"""Receive an event some of whose prev events nobody gives us: the states after those are known instead."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from federation.ports.rooms import Outcome, Verdict
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.errors import NotFound
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.event_states import State, main_line_states, state_from_entries
from homeserver.rooms.incoming import look_up
from homeserver.rooms.place_event import place
from homeserver.storage.db import Connection
from homeserver.storage.events import select_head
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_entries_of_events


class StateEventsMissing(Exception):
    """Events of a state are not stored."""

    def __init__(self, missing: Sequence[EventId]) -> None:
        super().__init__(f"{len(missing)} events of a state are not stored")
        self.missing = tuple(missing)


async def receive_after_gap(
    ctx: RoomsContext,
    room: Room,
    pdu: Pdu,
    state_after_prev: Mapping[EventId, Sequence[EventId]],
    *,
    objection: str = "",
) -> Verdict:
    """Check and store an event as `receive_event` does.

    `state_after_prev` names prev events that stay unknown, each with the state after it, whose events are
    stored as outliers before. Rejected ones among them do not count. What lacks becomes a backward extremity.

    Raises: ResolutionImpossible, DatabaseUnavailable: nothing is decided, the event can be tried again.
    """
    unknown = {e: state for e, state in state_after_prev.items() if e in pdu.prev_events}
    states: dict[EventId, State] = {}
    async with ctx.db.acquire() as conn:
        head = await select_head(conn, room.nid)
        if head is None or head.position is None:
            raise NotFound("The server is not in this room")
        current = (await main_line_states(conn, room, [head.position]))[head.position]
        for event_id, event_ids in unknown.items():
            try:
                states[event_id] = await state_of_events(conn, room, current, event_ids)
            except StateEventsMissing as error:
                return Verdict(Outcome.MISSING, str(error), error.missing)
    incoming = await look_up(ctx, room, pdu, states_after=states)
    if isinstance(incoming, Verdict):
        return incoming
    return await place(ctx, replace(incoming, objection=objection))


async def state_of_events(conn: Connection, room: Room, base: State, event_ids: Sequence[EventId]) -> State:
    """Return the state that consists of these events, as what it changes of another one.

    Messages and rejected events among them do not count.

    Raises: StateEventsMissing.
    """
    return await state_from_entries(conn, room, base, await entries_of_event_ids(conn, room, event_ids))


async def entries_of_event_ids(conn: Connection, room: Room, event_ids: Sequence[EventId]) -> dict[int, int]:
    """Return the entries, key -> event by number, that stored events make; rejected ones do not count.

    Raises: StateEventsMissing.
    """
    stored = await select_entries_of_events(conn, room.nid, event_ids)
    missing = [event_id for event_id in event_ids if event_id not in stored]
    if missing:
        raise StateEventsMissing(missing)
    return {
        entry.key_nid: entry.event_nid
        for entry in stored.values()
        if entry.key_nid is not None and not entry.is_rejected
    }
