"""The states before and after stored events, on the main line and off it, without loading any as a whole.

A state is told by where it is stored and what it changes there. Entries are read by key, and two states are
compared by what can differ between them: what their branches change, and what changed on the main line
between their bases.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from homeserver.storage import branches
from homeserver.storage.branches import Entries, StateRef
from homeserver.storage.db import Connection
from homeserver.storage.events import EventStatus, StoredEvent
from homeserver.storage.rooms import Room
from homeserver.storage.state import (
    select_changed_keys,
    select_entries_at,
    select_state_at,
    select_state_versions,
)

MAX_DIFFERING_KEYS = 100_000


class StatesTooDifferent(Exception):
    """Two states have more entries that may differ than are compared."""


@dataclass(frozen=True, slots=True)
class State:
    """A state of a room: a stored one, with changes that are not stored."""

    ref: StateRef
    changes: Entries = field(default_factory=dict)

    @property
    def identity(self) -> tuple[StateRef, frozenset[tuple[int, int | None]]]:
        """Equal only for equal states, as long as the history of the main line stands."""
        return self.ref, frozenset(self.changes.items())

    def changed(self, key_nid: int, event_nid: int) -> "State":
        """Return the state with one more entry."""
        return State(self.ref, {**self.changes, key_nid: event_nid})


Differences = Mapping[int, Sequence[int | None]]
"""Key -> its event in each of several states, None for no event; only keys not the same in all."""


async def main_line_states(conn: Connection, room: Room, positions: Collection[int]) -> dict[int, State]:
    """Return the main line's states after positions; those between two state changes are the same."""
    versions = await select_state_versions(conn, room.nid, list(positions))
    return {position: State(StateRef(versions[position])) for position in positions}


async def states_after(conn: Connection, room: Room, events: Sequence[StoredEvent]) -> dict[int, State]:
    """Return the states after events that have a place, by number; after a rejected one, that before it."""
    on_line = {e.event_nid: e.position for e in events if e.on_main_line and e.position is not None}
    lines = await main_line_states(conn, room, set(on_line.values())) if on_line else {}
    states = {event_nid: lines[position] for event_nid, position in on_line.items()}
    off_line = [event for event in events if event.event_nid not in states]
    if off_line:
        changing = [
            e.event_nid for e in off_line if e.key_nid is not None and e.status != EventStatus.REJECTED
        ]
        after = await branches.select_branches_after(conn, changing) if changing else {}
        others = [event.event_nid for event in off_line if event.event_nid not in after]
        refs = after | (await branches.select_refs_of_events(conn, others) if others else {})
        states |= {event.event_nid: State(refs[event.event_nid]) for event in off_line}
    return states


async def stored_state_before(conn: Connection, room: Room, event: StoredEvent) -> State:
    """Return the state before an event that has a place, as it was stored."""
    if event.on_main_line:
        assert event.position is not None
        return (await main_line_states(conn, room, [event.position - 1]))[event.position - 1]
    return State((await branches.select_refs_of_events(conn, [event.event_nid]))[event.event_nid])


async def entries_of(conn: Connection, room: Room, state: State, key_nids: Collection[int]) -> dict[int, int]:
    """Return those of these entries that a state has."""
    return (await entries_of_states(conn, room, [state], key_nids))[0]


async def entries_of_states(
    conn: Connection, room: Room, states: Sequence[State], key_nids: Collection[int]
) -> list[dict[int, int]]:
    """Return, per state, those of these entries that it has."""
    overlays = [await overlay_of(conn, state) for state in states]
    wanted = {
        (state.ref.base, key)
        for state, overlay in zip(states, overlays, strict=True)
        for key in key_nids
        if key not in overlay
    }
    found = await select_entries_at(conn, room.nid, sorted(wanted))
    entries: list[dict[int, int]] = []
    for state, overlay in zip(states, overlays, strict=True):
        values = {
            key: overlay[key] if key in overlay else found.get((state.ref.base, key)) for key in key_nids
        }
        entries.append({key: nid for key, nid in values.items() if nid is not None})
    return entries


async def differences(conn: Connection, room: Room, states: Sequence[State]) -> Differences:
    """Return the keys in which states differ, with what each has there.

    Raises: StatesTooDifferent.
    """
    if len({state.identity for state in states}) == 1:
        return {}
    keys = {key for state in states for key in await overlay_of(conn, state)}
    bases = sorted({state.ref.base for state in states})
    if len(bases) > 1:
        keys |= await select_changed_keys(conn, room.nid, bases[0], bases[-1], MAX_DIFFERING_KEYS + 1)
    if len(keys) > MAX_DIFFERING_KEYS:
        raise StatesTooDifferent
    entries = await entries_of_states(conn, room, states, sorted(keys))
    values = {key: [of_state.get(key) for of_state in entries] for key in sorted(keys)}
    return {key: events for key, events in values.items() if len(set(events)) > 1}


async def load_state(conn: Connection, room: Room, state: State) -> dict[int, int]:
    """Return a whole state, key -> event. For those who hand it on: deciding on events never needs it."""
    entries: dict[int, int | None] = dict(await select_state_at(conn, room.nid, state.ref.base))
    entries.update(await overlay_of(conn, state))
    return {key: nid for key, nid in entries.items() if nid is not None}


async def state_from_entries(conn: Connection, room: Room, base: State, entries: Mapping[int, int]) -> State:
    """Return a state that is known as a whole, as what it changes of a stored one."""
    stored = await load_state(conn, room, base)
    changes: dict[int, int | None] = {key: nid for key, nid in entries.items() if stored.get(key) != nid}
    changes |= dict.fromkeys(stored.keys() - entries.keys())
    return State(base.ref, {**base.changes, **changes})


async def store_state(
    conn: Connection, room: Room, state: State, *, after_event: int | None = None
) -> StateRef:
    """Return where a state is stored, storing what is not yet as a branch."""
    return await branches.insert_branch(conn, room.nid, state.ref, state.changes, after_event=after_event)


async def overlay_of(conn: Connection, state: State) -> dict[int, int | None]:
    """Return all that a state changes of the main line's state at its base."""
    return {**await branches.select_branch_entries(conn, state.ref.branch), **state.changes}
