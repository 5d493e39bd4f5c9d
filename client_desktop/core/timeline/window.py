"""The part of a timeline that is shown: which rows, between which gaps.

A window remembers its outermost rows by their events, so runs may join and be numbered anew under it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from itertools import pairwise

from client_desktop.core.store import events as event_store
from client_desktop.core.store import fragments
from client_desktop.core.store.fragments import HIGHEST, LOWEST, Fragment


@dataclass(frozen=True, slots=True)
class Gap:
    """Events are missing here."""

    run: int
    """The run after the gap, which grows backwards to fill it."""
    key: str
    before_event: str
    """The event after the gap."""


@dataclass(slots=True)
class Stretch:
    """The rows of one run within the window."""

    run: Fragment
    rows: list[tuple[int, int]]
    """Place and event, oldest first."""
    gap: Gap | None = None
    """What is before it; None for the oldest."""


@dataclass(slots=True)
class Window:
    """Rows from `top` to `bottom`, both events; without a bottom it follows the live end."""

    room_id: str
    thread_root: str
    top: int | None = None
    bottom: int | None = None
    stretches: list[Stretch] = field(default_factory=list)
    """Oldest first; as of the last `load`."""
    complete: bool = False
    """No row of the first run is before the window; as of the last `load`."""

    @property
    def at_end(self) -> bool:
        return self.bottom is None

    def rows(self) -> list[int]:
        return [nid for stretch in self.stretches for _, nid in stretch.rows]

    @property
    def begins(self) -> bool:
        """Whether nothing is before the first row."""
        if not self.stretches:
            return False
        first = self.stretches[0]
        return first.run.back_token is None and first.run.older is None and self.complete

    def load(self, db: sqlite3.Connection) -> None:
        """Read again which rows are in the window."""
        self._drop_what_is_gone(db)
        top = None if self.top is None else fragments.select_placement(db, self.top, self.thread_root)
        stretches: list[Stretch] = []
        for run, last in self._runs(db):
            holds_top = top is not None and top[0] == run.number
            first = top[1] if top is not None and holds_top else LOWEST
            rows = fragments.select_shown_between(db, run.number, first, last)
            if rows or run.live or holds_top:
                stretches.append(Stretch(run, rows))
            if holds_top or top is None:
                break
        stretches.reverse()
        _mark_gaps(db, stretches)
        self.stretches = stretches
        if self.top is None:  # it was opened empty, and begins with the first row that came
            self.top = next(iter(self.rows()), None)
        self.complete = bool(stretches) and not self._more_in_store(db)

    def extend_back(self, db: sqlite3.Connection, limit: int, *, across_gaps: bool = False) -> int:
        """Take in up to `limit` older rows that are in the store; return how many they were."""
        self._drop_what_is_gone(db)
        found: list[tuple[int, int]] = []
        for run, before in self._runs_from_top(db):
            found.extend(fragments.select_shown_back(db, run.number, before, limit - len(found)))
            if len(found) >= limit or not across_gaps:
                break
        if found:
            self.top = found[-1][1]
        self.load(db)
        return len(found)

    def shorten(self, db: sqlite3.Connection, keep: int) -> None:
        """Let go of the oldest rows beyond so many."""
        rows = self.rows()
        if len(rows) > keep:
            self.top = rows[-keep]
            self.load(db)

    def extend_forward(self, db: sqlite3.Connection, limit: int) -> int:
        """Take in up to `limit` newer rows that are in the store; return how many they were."""
        self._drop_what_is_gone(db)
        if self.bottom is None:
            return 0
        number, place = self._placement(db, self.bottom)
        found = fragments.select_shown_forward(db, number, place, limit)
        if found:
            self.bottom = found[-1][1]
        run = fragments.select_fragment(db, number)
        if run is not None and run.live and len(found) < limit:
            self.bottom = None
        self.load(db)
        return len(found)

    def first_run(self, db: sqlite3.Connection) -> Fragment | None:
        """Give the run that the window begins in."""
        if self.stretches:
            return fragments.select_fragment(db, self.stretches[0].run.number)
        return fragments.select_live(db, self.room_id, self.thread_root)

    def last_run(self, db: sqlite3.Connection) -> Fragment | None:
        """Give the run that the window ends in; None where it follows the live end."""
        if self.bottom is None:
            return None
        return fragments.select_fragment(db, self._placement(db, self.bottom)[0])

    def _drop_what_is_gone(self, db: sqlite3.Connection) -> None:
        """Begin anew where the room was forgotten under the window."""
        if self.top is not None and fragments.select_placement(db, self.top, self.thread_root) is None:
            self.top = None
        if self.bottom is not None and fragments.select_placement(db, self.bottom, self.thread_root) is None:
            self.bottom = None

    def _runs(self, db: sqlite3.Connection) -> list[tuple[Fragment, int]]:
        """Give the runs from the bottom back, each with the last place to show."""
        if self.bottom is None:
            return [(run, HIGHEST) for run in fragments.select_chain(db, self.room_id, self.thread_root)]
        number, place = self._placement(db, self.bottom)
        runs: list[tuple[Fragment, int]] = []
        run = fragments.select_fragment(db, number)
        while run is not None:
            runs.append((run, HIGHEST if runs else place))
            run = None if run.older is None else fragments.select_fragment(db, run.older)
        return runs

    def _runs_from_top(self, db: sqlite3.Connection) -> list[tuple[Fragment, int]]:
        """Give the runs from the top back, each with the place before which rows are older."""
        runs = [run for run, _ in self._runs(db)]
        if self.top is None:
            return [(run, HIGHEST) for run in runs]
        number, place = self._placement(db, self.top)
        start = next((index for index, run in enumerate(runs) if run.number == number), len(runs))
        return [(run, place if run.number == number else HIGHEST) for run in runs[start:]]

    def _more_in_store(self, db: sqlite3.Connection) -> bool:
        first = self.stretches[0]
        before = first.rows[0][0] if first.rows else LOWEST
        return bool(fragments.select_shown_back(db, first.run.number, before, 1))

    def _placement(self, db: sqlite3.Connection, nid: int) -> tuple[int, int]:
        found = fragments.select_placement(db, nid, self.thread_root)
        if found is None:
            raise LookupError("a row of the window is in no run any more")
        return found


def _mark_gaps(db: sqlite3.Connection, stretches: list[Stretch]) -> None:
    """Put a gap before every run that is not the first."""
    for older, stretch in pairwise(stretches):
        before = _first_event(db, stretch)
        after = event_store.select_id(db, older.rows[-1][1]) if older.rows else str(older.run.number)
        stretch.gap = Gap(stretch.run.number, f"gap:{after}", before)


def _first_event(db: sqlite3.Connection, stretch: Stretch) -> str:
    if stretch.rows:
        return event_store.select_id(db, stretch.rows[0][1]) or ""
    return ""
