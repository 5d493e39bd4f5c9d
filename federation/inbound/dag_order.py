"""The order in which events of a room have to be dealt with."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu


def ancestors_first(pdus: Sequence[Pdu]) -> list[Pdu]:
    """Put every event behind those that it refers to, otherwise in the order given.

    References in a circle, which room versions 1 and 2 cannot rule out, stay as they are: their events wait
    for each other and are never stored.
    """
    by_id = {pdu.event_id: pdu for pdu in pdus}
    sorter: TopologicalSorter[EventId] = TopologicalSorter()
    for pdu in pdus:
        sorter.add(pdu.event_id, *(e for e in (*pdu.prev_events, *pdu.auth_events) if e in by_id))
    try:
        return [by_id[event_id] for event_id in sorter.static_order()]
    except CycleError:
        return list(pdus)


def reachable(pdus: Mapping[EventId, Pdu], start: Sequence[EventId]) -> dict[EventId, Pdu]:
    """Return those of the events that the others lead back to from `start` by their prev events."""
    found: dict[EventId, Pdu] = {}
    frontier = list(start)
    while frontier:
        event_id = frontier.pop()
        pdu = pdus.get(event_id)
        if pdu is not None and event_id not in found:
            found[event_id] = pdu
            frontier += pdu.prev_events
    return found


def reachable_auth(pdus: Mapping[EventId, Pdu], start: Sequence[EventId]) -> dict[EventId, Pdu]:
    """Return those of the events that the others lead back to from `start` by their auth events."""
    found: dict[EventId, Pdu] = {}
    frontier = list(start)
    while frontier:
        event_id = frontier.pop()
        pdu = pdus.get(event_id)
        if pdu is not None and event_id not in found:
            found[event_id] = pdu
            frontier += pdu.auth_events
    return found
