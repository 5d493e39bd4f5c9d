"""Rooms that were joined before all their members were known, for /metrics."""

from collections.abc import Iterator

from homeserver.http.gauges import Sample
from homeserver.rooms.join_progress import JoinsUnderWay


def join_samples(joins: JoinsUnderWay) -> Iterator[Sample]:
    """Yield how many rooms wait for their members, and how far they are."""
    rooms = joins.progress.values()
    yield Sample("federation_partial_rooms", "Rooms whose members are still being fetched.", len(rooms))
    yield Sample(
        "federation_partial_rooms_failing",
        "Those of them that no server has given the state of, so far.",
        sum(room.failures > 0 for room in rooms),
    )
    yield Sample(
        "federation_partial_rooms_events_left",
        "Events of their states that are known to lack.",
        sum(max(0, room.total - room.events) for room in rooms),
    )
    yield Sample(
        "federation_completed_rooms",
        "Rooms whose members have been fetched since the start.",
        joins.completed,
        "counter",
    )
