"""State resolution of room version 1.

Spec: https://spec.matrix.org/v1.19/rooms/v1/#state-resolution
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from hashlib import sha1
from typing import Final

from federation.protocol.auth_chains import AuthGraph
from federation.protocol.auth_events import StateKey, state_types_for_auth
from federation.protocol.auth_rules import check_state_dependent
from federation.protocol.errors import AuthRuleError
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion

_AUTH_TYPES: Final = ("m.room.power_levels", "m.room.join_rules", "m.room.member")


def resolve_conflicts_v1(
    version: RoomVersion,
    unconflicted: Mapping[StateKey, EventId],
    conflicted: Mapping[StateKey, Collection[EventId]],
    graph: AuthGraph,
) -> dict[StateKey, EventId]:
    """Resolve the conflicted keys one type after the other and return the whole state.

    Raises: MissingEvent.
    Spec: https://spec.matrix.org/v1.19/rooms/v1/#state-resolution
    """
    resolved = dict(unconflicted)
    # First the types that authorize events, in this order: each pass sees what the ones before it decided,
    # and nothing of what it decides itself, so that the order of state keys does not matter.
    for event_type in _AUTH_TYPES:
        keys = [key for key in conflicted if key[0] == event_type]
        resolved |= {key: _resolve_auth_key(version, resolved, conflicted[key], graph) for key in keys}
    others = [key for key in conflicted if key[0] not in _AUTH_TYPES]
    resolved |= {key: _resolve_other_key(version, resolved, conflicted[key], graph) for key in others}
    return resolved


def _resolve_auth_key(
    version: RoomVersion,
    resolved: Mapping[StateKey, EventId],
    candidates: Collection[EventId],
    graph: AuthGraph,
) -> EventId:
    # Add the first event in the list to R. Update R with each subsequent event that R allows; stop at the
    # first one that it does not.
    first, *subsequent = _ordered(candidates, graph)
    chosen = first
    for pdu in subsequent:
        state = {**_state_for(version, pdu, resolved, graph), chosen.state_entry: chosen}
        if not _is_allowed(version, pdu, state):
            break
        chosen = pdu
    return chosen.event_id


def _resolve_other_key(
    version: RoomVersion,
    resolved: Mapping[StateKey, EventId],
    candidates: Collection[EventId],
    graph: AuthGraph,
) -> EventId:
    # Pick the event with the highest depth and lowest sha1(event_id) that passes authentication in R.
    highest_first = _ordered(candidates, graph)[::-1]
    for pdu in highest_first:
        if _is_allowed(version, pdu, _state_for(version, pdu, resolved, graph)):
            return pdu.event_id
    # The specification does not say what happens when none passes. Other servers take the last they tried.
    return highest_first[-1].event_id


def _ordered(candidates: Collection[EventId], graph: AuthGraph) -> list[Pdu]:
    # Ascending depth, then descending sha1(event_id).
    descending_sha1 = sorted(
        map(graph.visit, candidates), key=lambda pdu: sha1(pdu.event_id.encode()).digest(), reverse=True
    )
    return sorted(descending_sha1, key=lambda pdu: pdu.depth)


def _state_for(
    version: RoomVersion, pdu: Pdu, resolved: Mapping[StateKey, EventId], graph: AuthGraph
) -> dict[StateKey, Pdu]:
    return {key: graph.visit(resolved[key]) for key in state_types_for_auth(version, pdu) if key in resolved}


def _is_allowed(version: RoomVersion, pdu: Pdu, state: Mapping[StateKey, Pdu]) -> bool:
    try:
        check_state_dependent(version, pdu, state)
    except AuthRuleError:
        return False
    return True
