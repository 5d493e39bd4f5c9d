"""State resolution of room versions 2 to 11 (v2) and 12 (v2.1), from the full conflicted set on.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#state-resolution
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, MutableMapping

from federation.protocol.auth_chains import AuthGraph
from federation.protocol.auth_events import CREATE, POWER_LEVELS, StateKey, state_types_for_auth
from federation.protocol.auth_rules import check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, create_event_id_of
from federation.protocol.room_versions import RoomVersion
from federation.protocol.state_ordering import mainline_order, reverse_topological_power_order


def resolve_conflicts_v2(
    version: RoomVersion,
    base_state: dict[StateKey, EventId],
    full_conflicted_set: Collection[EventId],
    graph: AuthGraph,
    rejected: Collection[EventId],
) -> Mapping[StateKey, EventId]:
    """Apply the full conflicted set to the base state, in the order that the algorithm prescribes.

    Raises: MissingEvent, ResolutionTooLarge.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#algorithm
    """
    # 1. Select the power events and sort them by reverse topological power ordering.
    power_events = _power_events_and_ancestors(full_conflicted_set, graph)
    ordered_power_events = reverse_topological_power_order(version, power_events, graph)
    # 2. Apply the iterative auth checks to get a partially resolved state.
    state: ChainMap[StateKey, EventId] = ChainMap({}, base_state)
    _apply_iteratively(version, state, ordered_power_events, graph, rejected)
    # 3. Order the remaining events by the mainline ordering based on the power levels in that state.
    remaining = [graph.event(event_id) for event_id in full_conflicted_set if event_id not in power_events]
    ordered_remaining = mainline_order(remaining, state.get(POWER_LEVELS), graph)
    # 4. Apply the iterative auth checks to them.
    _apply_iteratively(version, state, ordered_remaining, graph, rejected)
    return state


def _power_events_and_ancestors(
    full_conflicted_set: Collection[EventId], graph: AuthGraph
) -> dict[EventId, Pdu]:
    # Ancestors are followed inside the full conflicted set only, as the servers that exist do: v2.1 has no
    # path that leaves the set and comes back, and v2 rooms must resolve as they do elsewhere.
    selected: dict[EventId, Pdu] = {}
    to_visit = [event_id for event_id in full_conflicted_set if _is_power_event(graph.event(event_id))]
    while to_visit:
        event_id = to_visit.pop()
        if event_id not in selected:
            selected[event_id] = graph.visit(event_id)
            to_visit += [auth for auth in selected[event_id].auth_events if auth in full_conflicted_set]
    return selected


def _is_power_event(pdu: Pdu) -> bool:
    if pdu.type in ("m.room.power_levels", "m.room.join_rules"):
        return pdu.is_state
    return (
        pdu.type == "m.room.member"
        and pdu.content.get("membership") in ("leave", "ban")
        and pdu.sender != pdu.state_key
    )


def _apply_iteratively(
    version: RoomVersion,
    state: MutableMapping[StateKey, EventId],
    ordered: Iterable[Pdu],
    graph: AuthGraph,
    rejected: Collection[EventId],
) -> None:
    for pdu in ordered:
        # A message event in an auth chain is a forgery that the rules have refused where it was cited.
        if not pdu.is_state:
            continue
        try:
            check_state_dependent(version, pdu, _auth_state(version, pdu, state, graph, rejected))
        except AuthRuleError:
            continue
        state[pdu.state_entry] = pdu.event_id


def _auth_state(
    version: RoomVersion,
    pdu: Pdu,
    state: Mapping[StateKey, EventId],
    graph: AuthGraph,
    rejected: Collection[EventId],
) -> dict[StateKey, Pdu]:
    # What is not in the state comes from the event's auth events, unless rejected.
    from_auth_events: dict[StateKey, Pdu] = {}
    for event_id in pdu.auth_events:
        auth_event = graph.visit(event_id)
        if auth_event.is_state and event_id not in rejected:
            from_auth_events[auth_event.state_entry] = auth_event
    if version.room_id_is_create_hash and pdu.type != "m.room.create":
        from_auth_events[CREATE] = graph.event(create_event_id_of(pdu.room_id))
    auth_state: dict[StateKey, Pdu] = {}
    for key in state_types_for_auth(version, pdu):
        if key in state:
            auth_state[key] = graph.visit(state[key])
        elif key in from_auth_events:
            auth_state[key] = from_auth_events[key]
    return auth_state
