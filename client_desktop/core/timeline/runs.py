"""How runs of a timeline grow and join.

A timeline (of a room, or of one thread) is stored as runs: contiguous stretches of the server's order, with
a token at each open end. What the server sends, by sync or by pagination, is a stretch as well. `weave_back`
and `weave_forward` lay it along a run, starting at the run's end: what is not known yet is put in, and where
the stretch meets another run the two become one. Nothing is lost and nothing stands twice, whatever overlaps;
where the server's two orders disagree (by arrival, by topology), what is already placed stays where it is.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from client_desktop.core.store import fragments
from client_desktop.core.store.fragments import Fragment

Stretch: TypeAlias = Iterable[tuple[int, bool]]
"""Events with whether each is a row by itself."""


@dataclass(slots=True)
class _Cursor:
    """Where the stretch has led to: a run and a place in it; no place while the run is empty."""

    run: Fragment
    place: int | None


def append_live(
    db: sqlite3.Connection,
    room_id: str,
    thread_root: str,
    events: Stretch,
    *,
    limited: bool,
    back_token: str | None,
) -> int:
    """Add what a sync brought, oldest first, to the live run; return the run that is live now.

    After a gap (`limited`, or a timeline never seen) a new run begins, whose start is `back_token`. Meeting
    events that are known closes the gap at once.
    """
    live = fragments.select_live(db, room_id, thread_root)
    if live is not None and not limited:
        return weave_forward(db, live.number, events, live.forward_token)
    return weave_back(db, begin_run(db, room_id, thread_root, live), list(events)[::-1], back_token)


def begin_run(db: sqlite3.Connection, room_id: str, thread_root: str, before: Fragment | None) -> int:
    """Begin a new live run across a gap from the one that was live until now.

    A live run that is still empty is used again: nothing is before the gap.
    """
    if before is None:
        return fragments.insert_fragment(db, room_id, thread_root, back_token="", live=True)
    if fragments.select_bounds(db, before.number) is None:
        return before.number
    fragments.set_live(db, before.number, live=False)
    return fragments.insert_fragment(db, room_id, thread_root, older=before.number, back_token="", live=True)


def weave_back(db: sqlite3.Connection, number: int, events: Stretch, end: str | None) -> int:
    """Lay a stretch, newest first, along a run from its first event backwards.

    `end` is where the server goes on; None where it has nothing older. Return the run that holds the stretch
    now.
    """
    return _weave(db, number, events, end, step=-1)


def weave_forward(db: sqlite3.Connection, number: int, events: Stretch, end: str | None) -> int:
    """Lay a stretch, oldest first, along a run from its last event forwards; otherwise as `weave_back`."""
    return _weave(db, number, events, end, step=1)


def join_live(db: sqlite3.Connection, number: int) -> int:
    """Join a run that reached the present with the live one, whose events are all newer."""
    run = _run(db, number)
    live = fragments.select_live(db, run.room_id, run.thread_root)
    if run.live or live is None:
        fragments.set_live(db, number, live=True)
        fragments.set_forward_token(db, number, None)
        return number
    return _join(db, run, live).run.number


def _weave(db: sqlite3.Connection, number: int, events: Stretch, end: str | None, *, step: int) -> int:
    run = _run(db, number)
    cursor = _Cursor(run, _edge(db, run, step))
    for event_nid, shown in events:
        _advance(db, cursor, event_nid, shown, step)
    if cursor.place == _edge(db, cursor.run, step):
        _set_open_end(db, cursor.run, end, step)
    return cursor.run.number


def _advance(db: sqlite3.Connection, cursor: _Cursor, event_nid: int, shown: bool, step: int) -> None:
    """Take one event of the stretch: put it in, walk on to where it stands, or join the run it stands in."""
    found = fragments.select_placement(db, event_nid, cursor.run.thread_root)
    if found is None:
        cursor.place = _put(db, cursor, event_nid, shown, step)
        return
    other, place = found
    if other != cursor.run.number:
        if _is_ahead(db, cursor.run, other, -step):
            return  # known on the other side of us: the server's orders disagree
        _meet(db, cursor, _run(db, other), step)
        place = (fragments.select_placement(db, event_nid, cursor.run.thread_root) or (0, place))[1]
    if cursor.place is None or (place - cursor.place) * step > 0:
        cursor.place = place


def _put(db: sqlite3.Connection, cursor: _Cursor, event_nid: int, shown: bool, step: int) -> int:
    """Place an event next to the cursor, away from where the stretch began."""
    edge = _edge(db, cursor.run, step)
    if edge is None or cursor.place is None:
        place = 0
    else:
        place = cursor.place + step
        if cursor.place != edge:
            fragments.shift_placements(db, cursor.run.number, cursor.place, step)
    fragments.insert_placement(db, cursor.run.number, place, event_nid, shown)
    return place


def _meet(db: sqlite3.Connection, cursor: _Cursor, other: Fragment, step: int) -> None:
    """Join the cursor's run with one that the stretch has led to."""
    joined = _join(db, cursor.run, other) if step > 0 else _join(db, other, cursor.run)
    cursor.run = joined.run
    if cursor.place is not None:
        cursor.place += joined.moved_by.get(1 if step < 0 else 0, 0)


@dataclass(frozen=True, slots=True)
class _Joined:
    run: Fragment
    moved_by: dict[int, int]
    """How far the places of the first (0) or second (1) run were moved."""


def _join(db: sqlite3.Connection, first: Fragment, second: Fragment) -> _Joined:
    """Make one run of two that belong together; the smaller one's places are rewritten."""
    bounds_first = fragments.select_bounds(db, first.number)
    bounds_second = fragments.select_bounds(db, second.number)
    moved_by: dict[int, int] = {}
    keep, gone = first, second
    if bounds_first is not None and bounds_second is not None:
        distance = bounds_first[1] + 1 - bounds_second[0]
        if _size(bounds_first) >= _size(bounds_second):
            moved_by = {1: distance}
        else:
            moved_by = {0: -distance}
            keep, gone = second, first
    elif bounds_first is None:
        keep, gone = second, first
    fragments.move_placements(db, gone.number, keep.number, next(iter(moved_by.values()), 0))
    _take_over(db, first, second, keep, gone)
    return _Joined(_run(db, keep.number), moved_by)


def _take_over(
    db: sqlite3.Connection, first: Fragment, second: Fragment, keep: Fragment, gone: Fragment
) -> None:
    """Give what remains of two runs the ends and the neighbours of both."""
    older = first.older if first.older is not None or second.older == first.number else second.older
    live = first.live or second.live
    fragments.set_live(db, gone.number, live=False)
    fragments.replace_fragment(db, gone.number, keep.number)
    fragments.set_older(db, keep.number, None if older in (keep.number, gone.number) else older)
    fragments.set_back_token(db, keep.number, first.back_token)
    fragments.set_forward_token(db, keep.number, None if live else second.forward_token)
    fragments.set_live(db, keep.number, live)


def _set_open_end(db: sqlite3.Connection, run: Fragment, end: str | None, step: int) -> None:
    """Note where the server goes on after the stretch; what was complete stays complete."""
    if step < 0 and run.back_token is not None:
        fragments.set_back_token(db, run.number, end)
        if end is None:
            fragments.set_older(db, run.number, None)
    elif step > 0 and run.forward_token is not None:
        fragments.set_forward_token(db, run.number, end)


def _is_ahead(db: sqlite3.Connection, run: Fragment, other: int, step: int) -> bool:
    """Tell whether a run is known to come after (`step` 1) or before (`step` -1) this one, across gaps."""
    chain = [each.number for each in fragments.select_chain(db, run.room_id, run.thread_root)]
    if run.number not in chain or other not in chain:
        return False
    return (chain.index(run.number) - chain.index(other)) * step > 0


def _edge(db: sqlite3.Connection, run: Fragment, step: int) -> int | None:
    bounds = fragments.select_bounds(db, run.number)
    return None if bounds is None else bounds[0 if step < 0 else 1]


def _size(bounds: tuple[int, int]) -> int:
    return bounds[1] - bounds[0]


def _run(db: sqlite3.Connection, number: int) -> Fragment:
    run = fragments.select_fragment(db, number)
    if run is None:
        raise LookupError(f"no run {number}")
    return run
