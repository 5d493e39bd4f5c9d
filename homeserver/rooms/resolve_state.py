"""State resolution on stored states: reads what the pure algorithm needs, and no more.

States are compared as differences; only the entries in which they differ, what authorised those, and the
unconflicted entries that can decide on them are read. So the cost follows the conflict, not the room.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from federation.protocol.auth_events import state_types_for_auth
from federation.protocol.errors import MissingEvent, ResolutionTooLarge
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, pdu_from_stored
from federation.protocol.state_resolution import resolve
from homeserver.rooms.event_states import (
    Differences,
    State,
    StatesTooDifferent,
    differences,
    entries_of,
    overlay_of,
)
from homeserver.rooms.resolve_elsewhere import Problem, resolve_elsewhere
from homeserver.storage.auth_chains import (
    AuthChainTooLong,
    AuthGraph,
    reachable,
    select_auth_graph,
    select_in_chain_of_state,
    select_rejected,
)
from homeserver.storage.db import Connection
from homeserver.storage.events import select_events_by_nid
from homeserver.storage.rooms import Room
from homeserver.storage.state_keys import StateEntry, select_state_key_nids

MAX_EVENTS_AT_ONCE: Final = 500
"""A resolution that needs more events than this leaves the process: it takes some 20 ms for these."""

ALWAYS_NEEDED: Final[tuple[StateEntry, ...]] = (
    ("m.room.create", ""),
    ("m.room.power_levels", ""),
    ("m.room.join_rules", ""),
)

__all__ = ["ResolutionImpossible", "ResolutionTakesTime", "Resolver"]


class ResolutionImpossible(Exception):
    """States cannot be resolved within this server's limits. The events concerned can be tried again."""


class ResolutionTakesTime(Exception):
    """A resolution is too large to be made while others wait for a lock."""


@dataclass(slots=True)
class Resolver:
    """Resolves states of one room, and remembers the results for the second look, which is under a lock."""

    room: Room
    slots: asyncio.Semaphore
    _resolved: dict[frozenset[object], State] = field(default_factory=dict)

    async def resolve(self, conn: Connection, states: Sequence[State], *, at_once: bool = False) -> State:
        """Return the one state that follows from several. With `at_once`, only what takes no time is done.

        Raises: ResolutionImpossible; ResolutionTakesTime.
        """
        distinct = {state.identity: state for state in states}
        if len(distinct) == 1:
            return states[0]
        key = frozenset[object](distinct)
        if key not in self._resolved:
            try:
                self._resolved[key] = await self._resolve(conn, list(distinct.values()), at_once=at_once)
            except (StatesTooDifferent, AuthChainTooLong, ResolutionTooLarge, MissingEvent) as error:
                raise ResolutionImpossible(f"{type(error).__name__}: {error}") from error
        return self._resolved[key]

    async def _resolve(self, conn: Connection, states: Sequence[State], *, at_once: bool) -> State:
        room = self.room
        newest = max(
            states, key=lambda state: (state.ref.base, state.ref.branch is None, -len(state.changes))
        )
        conflict = await differences(conn, room, states)
        if not conflict:
            return newest
        needed = await _Needed.load(conn, room, newest, conflict)
        problem = Problem(
            room.version,
            room.room_id,
            [needed.state_map(conflict, index) for index in range(len(states))],
            list(needed.pdus.values()),
            needed.ids(await select_rejected(conn, needed.pdus)),
            needed.ids(await _auth_difference(conn, room, newest, conflict, needed)),
        )
        if len(needed.pdus) <= MAX_EVENTS_AT_ONCE:
            resolved = problem.solve(resolve)
        elif at_once:
            raise ResolutionTakesTime
        else:
            async with self.slots:
                resolved = await resolve_elsewhere(problem)
        return _changed(newest, states.index(newest), conflict, needed, resolved)


def _changed(
    newest: State,
    index: int,
    conflict: Differences,
    needed: "_Needed",
    resolved: Mapping[StateEntry, EventId],
) -> State:
    """Return what was resolved, as what it changes of one of the states."""
    changes = dict(newest.changes)
    for key in conflict.keys() | needed.keys.keys():
        before = conflict[key][index] if key in conflict else needed.unconflicted.get(key)
        event_id = resolved.get(needed.keys[key])
        after = None if event_id is None else needed.nids[event_id]
        if after != before:
            changes[key] = after
    return State(newest.ref, changes)


@dataclass(slots=True)
class _Needed:
    """The events that a resolution needs, and the state keys that they and their authorisation have."""

    pdus: dict[int, Pdu]
    graph: AuthGraph
    keys: dict[int, StateEntry]
    unconflicted: dict[int, int]
    nids: dict[EventId, int]

    @classmethod
    async def load(cls, conn: Connection, room: Room, newest: State, conflict: Differences) -> "_Needed":
        """Load the conflicted events, their auth chains, and what of the unconflicted state may decide."""
        conflicted = {nid for values in conflict.values() for nid in values if nid is not None}
        graph = await select_auth_graph(conn, conflicted)
        pdus = await _load_pdus(conn, room, reachable(graph, conflicted))
        entries = {*ALWAYS_NEEDED, *_entries_concerned(room, pdus.values())}
        keys = {nid: entry for entry, nid in (await select_state_key_nids(conn, sorted(entries))).items()}
        unconflicted = await entries_of(conn, room, newest, keys.keys() - conflict.keys())
        graph |= await select_auth_graph(conn, unconflicted.values())
        pdus |= await _load_pdus(conn, room, reachable(graph, unconflicted.values()) - pdus.keys())
        return cls(pdus, graph, keys, unconflicted, {pdu.event_id: nid for nid, pdu in pdus.items()})

    def ids(self, nids: Iterable[int]) -> list[EventId]:
        return [self.pdus[nid].event_id for nid in nids]

    def state_map(self, conflict: Differences, index: int) -> dict[StateEntry, EventId]:
        """Return one of the states, as far as it matters."""
        state = dict(self.unconflicted)
        state.update({key: nid for key, values in conflict.items() if (nid := values[index]) is not None})
        return {self.keys[key]: self.pdus[nid].event_id for key, nid in state.items()}


async def _auth_difference(
    conn: Connection, room: Room, newest: State, conflict: Differences, needed: _Needed
) -> set[int]:
    """Return the events that are in the auth chains of some of the states, but not of all.

    Chains have the events of the states themselves in them. What the states have in common is in all chains;
    whether that leads to one of the few events in question is asked from these upwards.
    """
    columns = zip(*conflict.values(), strict=True)
    own = [{nid for nid in column if nid is not None} for column in columns]
    chains: list[Set[int]] = [reachable(needed.graph, events) for events in own]
    in_question = set[int]().union(*chains) - set(chains[0]).intersection(*chains[1:])
    in_question -= reachable(needed.graph, needed.unconflicted.values())
    in_question -= set[int]().union(*own)
    if not in_question:
        return in_question
    overlay = await overlay_of(conn, newest)
    shared = {nid for key, nid in overlay.items() if key not in conflict and nid is not None}
    in_question -= reachable(await select_auth_graph(conn, shared), shared)
    off_line = conflict.keys() | overlay.keys()
    return in_question - await select_in_chain_of_state(
        conn, room.nid, newest.ref.base, off_line, in_question
    )


def _entries_concerned(room: Room, pdus: Iterable[Pdu]) -> set[StateEntry]:
    """Return the keys that events have, and those of what may authorise them."""
    entries: set[StateEntry] = set()
    for pdu in pdus:
        entries.update(state_types_for_auth(room.version, pdu))
        if pdu.is_state:
            entries.add(pdu.state_entry)
    return entries


async def _load_pdus(conn: Connection, room: Room, nids: Iterable[int]) -> dict[int, Pdu]:
    stored = await select_events_by_nid(conn, sorted(nids))
    return {nid: pdu_from_stored(room.version, e.json, e.event_id, room.room_id) for nid, e in stored.items()}
