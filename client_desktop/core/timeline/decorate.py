"""What stands between events: days, the line above what is new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from client_desktop.core.values import ItemKind, TimelineItem

BETWEEN = frozenset({ItemKind.DAY, ItemKind.NEW, ItemKind.GAP, ItemKind.BEGINNING})
MAX_MS = 253_402_300_799_000
"""The last second of the year 9999; later times cannot be shown."""


def decorate(items: Sequence[TimelineItem], zone: tzinfo | None, new_after: str | None) -> list[TimelineItem]:
    """Put days between items, and the line above what is new; make keys unique.

    `zone`: None for the machine's. `new_after`: the event that was read last; the line comes before the first
    item after it that somebody else sent, and not at all where there is none.
    """
    new_index = _first_new(items, new_after)
    return list(_unique(_with_separators(items, zone, new_index)))


def day_start_ms(at_ms: int, zone: tzinfo | None) -> int:
    """Give the beginning of a moment's day in a time zone."""
    moment = datetime.fromtimestamp(min(at_ms, MAX_MS) / 1000, tz=zone).astimezone(zone)
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    local = midnight.replace(tzinfo=zone) if zone else midnight.astimezone()
    return int(local.timestamp() * 1000)


def _with_separators(
    items: Sequence[TimelineItem], zone: tzinfo | None, new_index: int | None
) -> Iterator[TimelineItem]:
    day: int | None = None
    for index, item in enumerate(items):
        if item.kind not in BETWEEN:
            start = _day_of(item.at_ms, zone)
            if start != day:
                day = start
                yield TimelineItem(f"day:{start}", ItemKind.DAY, start)
        if index == new_index:
            yield TimelineItem("new", ItemKind.NEW, item.at_ms)
        yield item


_days: dict[tuple[int, tzinfo | None], int] = {}
HOUR_MS = 3_600_000


def _day_of(at_ms: int, zone: tzinfo | None) -> int:
    """Remember the day of each hour: every change of a long list asks again."""
    key = (at_ms // (HOUR_MS // 4), zone)  # offsets from UTC are multiples of a quarter of an hour
    start = _days.get(key)
    if start is None:
        if len(_days) > 10_000:
            _days.clear()
        start = _days[key] = day_start_ms(at_ms, zone)
    return start


def _first_new(items: Sequence[TimelineItem], new_after: str | None) -> int | None:
    if new_after is None:
        return None
    read = next((index for index, item in enumerate(items) if item.event_id == new_after), None)
    if read is None:
        return None
    return next((index for index in range(read + 1, len(items)) if _is_news(items[index])), None)


def _is_news(item: TimelineItem) -> bool:
    return not item.own and item.kind not in BETWEEN and item.kind is not ItemKind.UNKNOWN


def _unique(items: Iterable[TimelineItem]) -> Iterator[TimelineItem]:
    """Let no two items have one key: a day may come twice where times are disordered."""
    seen: dict[str, int] = {}
    for item in items:
        count = seen.get(item.key, 0)
        seen[item.key] = count + 1
        yield replace(item, key=f"{item.key}#{count}") if count else item
