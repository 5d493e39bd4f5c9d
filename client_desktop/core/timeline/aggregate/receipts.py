"""Who has read up to which row.

Spec: https://spec.matrix.org/v1.19/client-server-api/#receipts
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from client_desktop.core.timeline.room_facts import RoomFacts
from client_desktop.core.values import ReadReceipt

MAX_ON_ROW = 100


@dataclass(frozen=True, slots=True)
class Reading:
    """How far somebody has read, in one timeline."""

    user_id: str
    at_ms: int
    run: int
    place: int


def furthest(readings: Iterable[Reading], order: Mapping[int, int]) -> dict[str, Reading]:
    """Give how far each person has read: of several receipts the one that is further on.

    `order` ranks runs, the newest highest; runs without a rank are not shown.
    """
    found: dict[str, Reading] = {}
    for reading in readings:
        if reading.run not in order:
            continue
        known = found.get(reading.user_id)
        if known is None or _position(known, order) < _position(reading, order):
            found[reading.user_id] = reading
    return found


def attach(
    readings: Iterable[Reading], rows: Mapping[int, Sequence[tuple[int, int]]], room: RoomFacts
) -> dict[int, tuple[ReadReceipt, ...]]:
    """Give the receipts of each row: those that point to it, or to something unseen between it and the next.

    `rows`: run to the places and events of its rows, oldest first. A receipt before the first row is not
    shown, nor the account's own, nor those of people it ignores.
    """
    by_row: dict[int, list[Reading]] = {}
    for reading in readings:
        if reading.user_id == room.me or reading.user_id in room.ignored:
            continue
        places = rows.get(reading.run, ())
        index = bisect_right(places, reading.place, key=lambda row: row[0]) - 1
        if index >= 0:
            by_row.setdefault(places[index][1], []).append(reading)
    return {nid: _sorted(found, room) for nid, found in by_row.items()}


def _sorted(readings: list[Reading], room: RoomFacts) -> tuple[ReadReceipt, ...]:
    """Give them newest first."""
    readings.sort(key=lambda reading: (-reading.at_ms, reading.user_id))
    return tuple(_receipt(reading, room) for reading in readings[:MAX_ON_ROW])


def _receipt(reading: Reading, room: RoomFacts) -> ReadReceipt:
    person = room.person(reading.user_id)
    return ReadReceipt(reading.user_id, person.name, person.avatar_url, reading.at_ms)


def _position(reading: Reading, order: Mapping[int, int]) -> tuple[int, int]:
    return order[reading.run], reading.place
