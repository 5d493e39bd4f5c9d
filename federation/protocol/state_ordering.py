"""The two orderings of state resolution v2: reverse topological power ordering and mainline ordering.

Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from federation.protocol.auth_chains import AuthGraph
from federation.protocol.auth_events import CREATE, POWER_LEVELS
from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu, create_event_id_of
from federation.protocol.power_levels import power_levels_of
from federation.protocol.room_versions import RoomVersion


def reverse_topological_power_order(
    version: RoomVersion, events: Mapping[EventId, Pdu], graph: AuthGraph
) -> list[Pdu]:
    """Sort events so that each follows those it cites, and powerful senders, early times, low IDs come first.

    Events that cite themselves over others, which room versions 1 and 2 cannot exclude, are left out.

    Raises: MissingEvent, ResolutionTooLarge.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
    """
    waits_for = {event_id: events.keys() & set(pdu.auth_events) for event_id, pdu in events.items()}
    cited_by: dict[EventId, list[EventId]] = {}
    for event_id, cited in waits_for.items():
        for cited_id in cited:
            cited_by.setdefault(cited_id, []).append(event_id)
    # Kahn's algorithm, always with the smallest of the candidates.
    candidates = [
        _power_key(version, pdu, graph) for event_id, pdu in events.items() if not waits_for[event_id]
    ]
    heapify(candidates)
    ordered: list[Pdu] = []
    while candidates:
        event_id = heappop(candidates)[-1]
        ordered.append(events[event_id])
        for citing_id in cited_by.get(event_id, ()):
            waits_for[citing_id].discard(event_id)
            if not waits_for[citing_id]:
                heappush(candidates, _power_key(version, events[citing_id], graph))
    return ordered


def mainline_order(events: Iterable[Pdu], power_levels_id: EventId | None, graph: AuthGraph) -> list[Pdu]:
    """Sort events by how late in the history of a power levels event they are based, then by time and ID.

    Raises: MissingEvent, ResolutionTooLarge.
    Spec: https://spec.matrix.org/v1.19/rooms/v12/#definitions
    """
    positions = _mainline(power_levels_id, graph)
    # Greater than any position in the mainline, the oldest one's included.
    infinity = len(positions)
    keys = [
        (-_mainline_position(pdu, positions, infinity, graph), pdu.origin_server_ts, pdu.event_id, pdu)
        for pdu in events
    ]
    return [key[-1] for key in sorted(keys, key=lambda key: key[:3])]


def _power_key(version: RoomVersion, pdu: Pdu, graph: AuthGraph) -> tuple[int, int, EventId]:
    return -_sender_level(version, pdu, graph), pdu.origin_server_ts, pdu.event_id


def _sender_level(version: RoomVersion, pdu: Pdu, graph: AuthGraph) -> int:
    # The sender's power level when looking at the event's own auth events.
    power_levels = graph.auth_event(pdu, "m.room.power_levels")
    if version.room_id_is_create_hash and pdu.type != "m.room.create":
        create: Pdu | None = graph.event(create_event_id_of(pdu.room_id))
    else:
        create = graph.auth_event(pdu, "m.room.create")
    cited = {POWER_LEVELS: power_levels, CREATE: create}
    state = {key: event for key, event in cited.items() if event is not None}
    return power_levels_of(version, state).user(pdu.sender)


def _mainline(power_levels_id: EventId | None, graph: AuthGraph) -> dict[EventId, int]:
    positions: dict[EventId, int] = {}
    current = None if power_levels_id is None else graph.visit(power_levels_id)
    while current is not None and current.event_id not in positions:
        positions[current.event_id] = len(positions)
        current = graph.auth_event(current, "m.room.power_levels")
    return positions


def _mainline_position(pdu: Pdu, positions: dict[EventId, int], infinity: int, graph: AuthGraph) -> int:
    """Return the position of the first power levels event on the way back that has one, and remember it."""
    passed: dict[EventId, int] = {}
    position = infinity
    current = graph.auth_event(pdu, "m.room.power_levels")
    while current is not None and current.event_id not in passed:
        if current.event_id in positions:
            position = positions[current.event_id]
            break
        passed[current.event_id] = infinity
        current = graph.auth_event(current, "m.room.power_levels")
    positions |= dict.fromkeys(passed, position)
    return position
