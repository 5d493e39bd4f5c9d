"""From one list of items to the next: the fewest operations that lead there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from client_desktop.core.values import Insert, Remove, Replace, TimelineItem, TimelineOperation


def differences(
    before: Sequence[TimelineItem], after: Sequence[TimelineItem]
) -> tuple[TimelineOperation, ...]:
    """Tell what to do to `before`, one after the other, so that it becomes `after`.

    Items are the same row where their keys are; keys are unique within a list. Rows that keep their order
    stay; what moved is removed and inserted again.
    """
    head = _same_keys(before, after)
    tail = _same_keys(before[head:][::-1], after[head:][::-1])
    operations: list[TimelineOperation] = []
    _replace_changed(operations, before, after, range(head), 0)
    kept = _stay(before[head : len(before) - tail], after[head : len(after) - tail])
    _rearrange(operations, before[head : len(before) - tail], after[head : len(after) - tail], kept, head)
    shift = len(after) - len(before)
    _replace_changed(operations, before, after, range(len(before) - tail, len(before)), shift)
    return tuple(operations)


def apply(items: list[TimelineItem], operations: Sequence[TimelineOperation]) -> None:
    """Do to a list what the operations say."""
    for operation in operations:
        match operation:
            case Insert(index, inserted):
                items[index:index] = inserted
            case Replace(index, item):
                items[index] = item
            case Remove(index, count):
                del items[index : index + count]
            case _:
                items[:] = operation.items


def _same_keys(before: Sequence[TimelineItem], after: Sequence[TimelineItem]) -> int:
    """Count how many rows at the beginning are the same rows."""
    count = 0
    for old, new in zip(before, after, strict=False):
        if old is not new and old.key != new.key:
            break
        count += 1
    return count


def _replace_changed(
    operations: list[TimelineOperation],
    before: Sequence[TimelineItem],
    after: Sequence[TimelineItem],
    indexes: range,
    shift: int,
) -> None:
    for index in indexes:
        old, new = before[index], after[index + shift]
        if old is not new and old != new:
            operations.append(Replace(index + shift, new))


def _stay(before: Sequence[TimelineItem], after: Sequence[TimelineItem]) -> set[str]:
    """Give the keys of rows that need not move: a longest run that stands in the same order in both."""
    places = {item.key: place for place, item in enumerate(before)}
    common = [(places[item.key], item.key) for item in after if item.key in places]
    return {common[index][1] for index in _longest_rising([place for place, _ in common])}


def _longest_rising(numbers: Sequence[int]) -> list[int]:
    """Give the indexes of a longest rising subsequence."""
    ends: list[int] = []
    end_indexes: list[int] = []
    previous: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        end_indexes[length : length + 1] = [index]
        previous.append(end_indexes[length - 1] if length else -1)
    found: list[int] = []
    index = end_indexes[-1] if end_indexes else -1
    while index >= 0:
        found.append(index)
        index = previous[index]
    return found


def _rearrange(
    operations: list[TimelineOperation],
    before: Sequence[TimelineItem],
    after: Sequence[TimelineItem],
    kept: set[str],
    offset: int,
) -> None:
    """Remove what goes or moves, insert what comes or moved, replace what changed."""
    _remove_gone(operations, before, kept, offset)
    remaining = {item.key: item for item in before if item.key in kept}
    start = 0
    while start < len(after):
        end = start
        while end < len(after) and after[end].key not in kept:
            end += 1
        if end > start:
            operations.append(Insert(offset + start, tuple(after[start:end])))
        if end < len(after) and remaining[after[end].key] != after[end]:
            operations.append(Replace(offset + end, after[end]))
        start = end + 1


def _remove_gone(
    operations: list[TimelineOperation], before: Sequence[TimelineItem], kept: set[str], offset: int
) -> None:
    """Remove runs of rows from the end, so that indexes before them stay right."""
    index = len(before)
    while index > 0:
        end = index
        while index > 0 and before[index - 1].key not in kept:
            index -= 1
        if index < end:
            operations.append(Remove(offset + index, end - index))
        index -= 1
