"""The states before and after stored events, on the main line and off it."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeserver.rooms.resolve_state import resolve_states
from homeserver.storage import branches
from homeserver.storage.branches import StateRef
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.rooms import Room
from homeserver.storage.state import select_state_at


@dataclass(frozen=True, slots=True)
class EventState:
    """A state, key -> event by number; `ref` is None where it has yet to be stored, relative to `base`."""

    entries: dict[int, int]
    base: int
    ref: StateRef | None


async def state_after(conn: Connection, room: Room, event: StoredEvent) -> EventState:
    """Return the state after an event; for a rejected one, that before it."""
    if event.on_main_line:
        assert event.position is not None
        return EventState(
            await select_state_at(conn, room.nid, event.position), event.position, StateRef(event.position)
        )
    ref = None
    if event.key_nid is not None and event.status != EventStatus.REJECTED:
        ref = await branches.select_branch_after(conn, event.event_nid)
    if ref is None:
        ref = await branches.select_ref_of_event(conn, event.event_nid)
    return EventState(await branches.select_state_of_ref(conn, room.nid, ref), ref.base, ref)


async def state_before(conn: Connection, room: Room, prevs: Sequence[StoredEvent]) -> EventState:
    """Return the state before an event with these prev events: theirs, resolved."""
    states = [await state_after(conn, room, prev) for prev in prevs]
    if len(states) == 1:
        return states[0]
    resolved = await resolve_states(conn, room, [state.entries for state in states])
    for state in states:
        if state.entries == resolved:
            return state
    return EventState(resolved, max(state.base for state in states), None)


async def stored_ref(conn: Connection, room: Room, state: EventState) -> StateRef:
    """Return where a state is stored, storing it as a branch where it is not yet."""
    if state.ref is not None:
        return state.ref
    return await branches.insert_difference(conn, room.nid, state.base, state.entries)
