"""Walks over the graph that `auth_events` make: auth difference and conflicted state subgraph.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from federation.protocol.errors import MissingEvent, ResolutionTooLarge
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu


class AuthGraph:
    """Events by ID, with a bound on how many a computation may visit."""

    __slots__ = ("_events", "_visits_left")

    def __init__(self, events: Mapping[EventId, Pdu], max_visits: int) -> None:
        self._events = events
        self._visits_left = max_visits

    def event(self, event_id: EventId) -> Pdu:
        """Return an event.

        Raises: MissingEvent.
        """
        try:
            return self._events[event_id]
        except KeyError as error:
            raise MissingEvent(event_id) from error

    def visit(self, event_id: EventId) -> Pdu:
        """Return an event and count the visit.

        Raises: MissingEvent, ResolutionTooLarge.
        """
        if self._visits_left == 0:
            raise ResolutionTooLarge("the auth chains are too large")
        self._visits_left -= 1
        return self.event(event_id)

    def auth_event(self, pdu: Pdu, event_type: str) -> Pdu | None:
        """Return the auth event of a type, with an empty state key, that an event names."""
        for event_id in pdu.auth_events:
            candidate = self.visit(event_id)
            if candidate.type == event_type and candidate.state_key == "":
                return candidate
        return None

    def reachable(self, start: Iterable[EventId], beyond: Collection[EventId] = ()) -> set[EventId]:
        """Return the events in `start` and their auth chains, walked no further than to those in `beyond`."""
        found: set[EventId] = set()
        to_visit = [event_id for event_id in start if event_id not in beyond]
        while to_visit:
            event_id = to_visit.pop()
            if event_id not in found:
                found.add(event_id)
                to_visit += [auth for auth in self.visit(event_id).auth_events if auth not in beyond]
        return found


def auth_difference_of(graph: AuthGraph, state_sets: Sequence[Collection[EventId]]) -> set[EventId]:
    """Return the events that are in the auth chain of some of the states, but not of all.

    A state's own events count as part of its auth chain. The specification's wording leaves them out, but the
    servers that exist do not; it matters only for an event that is in all states and cited in some of them.

    Raises: MissingEvent, ResolutionTooLarge.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
    """
    in_all_states = set(state_sets[0]).intersection(*state_sets[1:])
    # Whatever the common events reach is in every auth chain: one walk instead of one for each state.
    in_all_chains = graph.reachable(in_all_states)
    chains = [graph.reachable(state_set, beyond=in_all_chains) for state_set in state_sets]
    return set().union(*chains) - chains[0].intersection(*chains[1:])


def conflicted_state_subgraph(graph: AuthGraph, conflicted: Collection[EventId]) -> set[EventId]:
    """Return the events on all paths between conflicted events, those events included.

    Raises: MissingEvent, ResolutionTooLarge.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
    """
    cited_by: dict[EventId, list[EventId]] = {}
    for event_id in graph.reachable(conflicted):
        for auth in graph.visit(event_id).auth_events:
            cited_by.setdefault(auth, []).append(event_id)
    found: set[EventId] = set()
    to_visit = list(conflicted)
    while to_visit:
        event_id = to_visit.pop()
        if event_id not in found:
            found.add(event_id)
            to_visit += cited_by.get(event_id, [])
    return found
