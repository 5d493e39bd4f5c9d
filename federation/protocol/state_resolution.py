"""State resolution: one state out of several, the same on every server.

Spec: https://spec.matrix.org/v1.19/server-server-api/#room-state-resolution
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from federation.protocol.auth_chains import (
    AuthGraph,
    auth_difference_of,
    conflicted_state_subgraph,
)
from federation.protocol.auth_events import StateKey
from federation.protocol.errors import MissingEvent, ResolutionTooLarge
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion, StateResolution
from federation.protocol.state_resolution_v1 import resolve_conflicts_v1
from federation.protocol.state_resolution_v2 import resolve_conflicts_v2

__all__ = ["MissingEvent", "ResolutionTooLarge", "StateKey", "StateMap", "resolve"]

StateMap: TypeAlias = Mapping[StateKey, EventId]

MAX_CONFLICTED_EVENTS: Final = 100_000
MAX_VISITS: Final = 2_000_000


def resolve(
    version: RoomVersion,
    state_sets: Sequence[StateMap],
    events: Mapping[EventId, Pdu],
    rejected: Collection[EventId] = frozenset(),
    *,
    auth_difference: Collection[EventId] | None = None,
    max_conflicted_events: int = MAX_CONFLICTED_EVENTS,
    max_visits: int = MAX_VISITS,
) -> dict[StateKey, EventId]:
    """Resolve states to one, by the algorithm of the room version.

    `events` holds the events of the states with their auth chains, and in room version 12 the create event;
    `rejected` the IDs of those of them that were rejected. A caller who knows the auth difference passes it,
    and may then leave out those unconflicted events that authorize none of the conflicted ones. The order of
    the states, and of what is in them, does not matter.

    Raises: MissingEvent; ResolutionTooLarge beyond `max_conflicted_events` events to sort, or `max_visits`
    steps along auth chains.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#state-resolution
    """
    graph = AuthGraph(events, max_visits)
    if version.state_resolution is StateResolution.V1:
        unconflicted, conflicted = _separate(state_sets, absence_conflicts=False)
        _check_size(sum(map(len, conflicted.values())), max_conflicted_events)
        return resolve_conflicts_v1(version, unconflicted, conflicted, graph)
    unconflicted, conflicted = _separate(state_sets, absence_conflicts=True)
    if not conflicted:
        return unconflicted
    conflicted_set = set().union(*conflicted.values())
    if auth_difference is None:
        auth_difference = auth_difference_of(graph, [set(state_set.values()) for state_set in state_sets])
    full_conflicted_set = conflicted_set.union(auth_difference)
    starts_empty = version.state_resolution is StateResolution.V2_1
    if starts_empty:
        full_conflicted_set |= conflicted_state_subgraph(graph, conflicted_set)
    _check_size(len(full_conflicted_set), max_conflicted_events)
    base_state = {} if starts_empty else unconflicted
    resolved = resolve_conflicts_v2(version, base_state, full_conflicted_set, graph, rejected)
    # 5. Replace any event with the event with the same key from the unconflicted state map.
    return {**resolved, **unconflicted}


def _separate(
    state_sets: Sequence[StateMap], *, absence_conflicts: bool
) -> tuple[dict[StateKey, EventId], dict[StateKey, set[EventId]]]:
    candidates: dict[StateKey, set[EventId]] = {}
    for state_set in state_sets:
        for key, event_id in state_set.items():
            candidates.setdefault(key, set()).add(event_id)
    unconflicted: dict[StateKey, EventId] = {}
    conflicted: dict[StateKey, set[EventId]] = {}
    for key, event_ids in candidates.items():
        if len(event_ids) > 1 or (absence_conflicts and any(key not in states for states in state_sets)):
            conflicted[key] = event_ids
        else:
            unconflicted[key] = min(event_ids)
    return unconflicted, conflicted


def _check_size(conflicted_events: int, max_conflicted_events: int) -> None:
    if conflicted_events > max_conflicted_events:
        raise ResolutionTooLarge(f"{conflicted_events} events to sort, more than {max_conflicted_events}")
