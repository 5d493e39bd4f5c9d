"""Runs of a timeline: whatever comes in whatever order, the server's order comes out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client_desktop.core.store import Store, fragments
from client_desktop.core.timeline import runs

ROOM = "!r"


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    store = Store.open_in_memory()
    store.db.execute("PRAGMA foreign_keys = OFF")  # events are bare numbers here
    yield store.db
    store.close()


class Server:
    """One room's events, 1 to `head`; a token names the event that the next page begins with, or ends at."""

    def __init__(self) -> None:
        self.head = 0
        self.synced = 0

    def back(self, token: str, limit: int) -> tuple[list[int], str | None]:
        """Events before the token's, newest first."""
        top = int(token)
        chunk = list(range(top - 1, max(0, top - 1 - limit), -1))
        return chunk, str(chunk[-1]) if chunk and chunk[-1] > 1 else None

    def forward(self, token: str, limit: int) -> tuple[list[int], str | None]:
        """Events after the token's, oldest first."""
        bottom = int(token)
        chunk = list(range(bottom + 1, min(self.head, bottom + limit) + 1))
        return chunk, str(chunk[-1]) if chunk and chunk[-1] < self.head else None


def shown(events: list[int]) -> list[tuple[int, bool]]:
    return [(event, True) for event in events]


def content(db: sqlite3.Connection) -> dict[int, list[int]]:
    numbers = [row[0] for row in db.execute("SELECT fragment FROM fragments")]
    return {number: [nid for _, nid in fragments.select_placed(db, number)] for number in numbers}


def sync(db: sqlite3.Connection, server: Server, new: int, limit: int) -> None:
    server.head += new
    first = max(server.synced + 1, server.head - limit + 1)
    limited = first > server.synced + 1
    if new:
        runs.append_live(
            db,
            ROOM,
            "",
            shown(list(range(first, server.head + 1))),
            limited=limited,
            back_token=str(first) if first > 1 else None,
        )
    server.synced = server.head


def paginate_back(db: sqlite3.Connection, server: Server, number: int, limit: int) -> None:
    run = fragments.select_fragment(db, number)
    assert run is not None
    if run.back_token:
        chunk, end = server.back(run.back_token, limit)
        runs.weave_back(db, number, shown(chunk), end)


def paginate_forward(db: sqlite3.Connection, server: Server, number: int, limit: int) -> None:
    run = fragments.select_fragment(db, number)
    assert run is not None
    if run.forward_token:
        chunk, end = server.forward(run.forward_token, limit)
        number = runs.weave_forward(db, number, shown(chunk), end)
        if end is None:
            runs.join_live(db, number)


def jump(db: sqlite3.Connection, server: Server, event: int, around: int) -> None:
    """What opening a timeline around an event does."""
    if fragments.select_placement(db, event) is not None:
        return
    before = list(range(event - 1, max(0, event - 1 - around), -1))
    after = list(range(event + 1, min(server.head, event + around) + 1))
    first, last = (before or [event])[-1], (after or [event])[-1]
    number = fragments.insert_fragment(db, ROOM, "", back_token="", forward_token="")
    number = runs.weave_forward(db, number, shown([event]), "")
    number = runs.weave_back(db, number, shown(before), str(first) if first > 1 else None)
    number = runs.weave_forward(db, number, shown(after), str(last))


def check_order(db: sqlite3.Connection) -> None:
    """Every run is a contiguous stretch of the server's order, and no event stands in two."""
    seen: set[int] = set()
    for events in content(db).values():
        assert events == list(range(events[0], events[0] + len(events))) if events else True
        assert not seen & set(events)
        seen |= set(events)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sync"), st.integers(0, 8), st.integers(1, 4)),
        st.tuples(st.just("back"), st.integers(0, 5), st.integers(1, 4)),
        st.tuples(st.just("forward"), st.integers(0, 5), st.integers(1, 4)),
        st.tuples(st.just("jump"), st.integers(0, 100), st.integers(0, 3)),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_any_interleaving_of_syncs_and_paginations_gives_the_servers_order(
    steps: list[tuple[str, int, int]],
) -> None:
    store = Store.open_in_memory()
    db = store.db
    db.execute("PRAGMA foreign_keys = OFF")
    server = Server()
    sync(db, server, 3, 2)
    for kind, first, second in steps:
        numbers = sorted(content(db))
        if kind == "sync":
            sync(db, server, first, second)
        elif kind == "back":
            paginate_back(db, server, numbers[first % len(numbers)], second)
        elif kind == "forward":
            paginate_forward(db, server, numbers[first % len(numbers)], second)
        else:
            jump(db, server, 1 + first % server.head, second)
        check_order(db)
    for _ in range(1000):
        live = fragments.select_live(db, ROOM)
        assert live is not None
        if live.back_token is None:
            break
        paginate_back(db, server, live.number, 3)
    assert list(content(db).values()) == [list(range(1, server.head + 1))]
    assert [run.older for run in fragments.select_chain(db, ROOM)] == [None]
    store.close()


def test_gap_closes_when_the_pages_between_were_loaded(db: sqlite3.Connection) -> None:
    server = Server()
    sync(db, server, 3, 5)
    sync(db, server, 10, 2)
    chain = fragments.select_chain(db, ROOM)
    assert [each.back_token for each in chain] == ["12", None]
    paginate_back(db, server, chain[0].number, 20)
    assert list(content(db).values()) == [list(range(1, 14))]


def test_limited_sync_that_overlaps_makes_no_gap(db: sqlite3.Connection) -> None:
    runs.append_live(db, ROOM, "", shown([1, 2, 3]), limited=True, back_token="1")
    runs.append_live(db, ROOM, "", shown([2, 3, 4]), limited=True, back_token="2")
    assert list(content(db).values()) == [[1, 2, 3, 4]]
    live = fragments.select_live(db, ROOM)
    assert live is not None
    assert live.back_token == "1"


def test_event_the_server_orders_otherwise_is_neither_lost_nor_doubled(db: sqlite3.Connection) -> None:
    runs.append_live(db, ROOM, "", shown([1, 3, 4]), limited=True, back_token=None)
    runs.append_live(db, ROOM, "", shown([7, 8]), limited=True, back_token="7")
    live = fragments.select_live(db, ROOM)
    assert live is not None
    runs.weave_back(db, live.number, shown([6, 4, 2, 3, 8, 1]), "0")
    assert list(content(db).values()) == [[1, 3, 2, 4, 6, 7, 8]]


def test_event_known_on_the_other_side_of_a_gap_stays_there(db: sqlite3.Connection) -> None:
    runs.append_live(db, ROOM, "", shown([1, 2]), limited=True, back_token=None)
    runs.append_live(db, ROOM, "", shown([9]), limited=True, back_token="9")
    chain = fragments.select_chain(db, ROOM)
    runs.append_live(db, ROOM, "", shown([2, 10]), limited=False, back_token=None)
    assert content(db) == {chain[0].number: [9, 10], chain[1].number: [1, 2]}


def test_empty_page_moves_the_token(db: sqlite3.Connection) -> None:
    runs.append_live(db, ROOM, "", shown([5]), limited=True, back_token="5")
    live = fragments.select_live(db, ROOM)
    assert live is not None
    runs.weave_back(db, live.number, [], "2")
    moved = fragments.select_live(db, ROOM)
    assert moved is not None
    assert moved.back_token == "2"


def test_reaching_the_beginning_forgets_the_gap(db: sqlite3.Connection) -> None:
    runs.append_live(db, ROOM, "", shown([1]), limited=True, back_token=None)
    runs.append_live(db, ROOM, "", shown([5]), limited=True, back_token="5")
    live = fragments.select_live(db, ROOM)
    assert live is not None
    runs.weave_back(db, live.number, shown([4]), None)
    assert [each.older for each in fragments.select_chain(db, ROOM)] == [None]


def test_rows_are_read_in_windows(db: sqlite3.Connection) -> None:
    number = runs.append_live(
        db, ROOM, "", [(nid, nid % 2 == 0) for nid in range(1, 11)], limited=True, back_token=None
    )
    places = {nid: place for place, nid in fragments.select_placed(db, number)}
    assert [nid for _, nid in fragments.select_shown_back(db, number, fragments.HIGHEST, 2)] == [10, 8]
    assert [nid for _, nid in fragments.select_shown_forward(db, number, places[4], 2)] == [6, 8]
    between = fragments.select_shown_between(db, number, places[3], places[7])
    assert [nid for _, nid in between] == [4, 6]


@pytest.mark.parametrize("live_events", [[], [9]])
def test_run_that_reached_the_present_is_live(db: sqlite3.Connection, live_events: list[int]) -> None:
    if live_events:
        runs.append_live(db, ROOM, "", shown(live_events), limited=True, back_token="9")
    else:
        runs.begin_run(db, ROOM, "", None)
    number = fragments.insert_fragment(db, ROOM, "", back_token="5", forward_token="8")
    runs.weave_forward(db, number, shown([6, 7, 8]), None)
    runs.join_live(db, number)
    live = fragments.select_live(db, ROOM)
    assert live is not None
    assert (live.back_token, live.forward_token) == ("5", None)
    assert list(content(db).values()) == [[6, 7, 8, *live_events]]
    assert runs.join_live(db, live.number) == live.number


def test_empty_live_run_is_used_again(db: sqlite3.Connection) -> None:
    first = runs.begin_run(db, ROOM, "", None)
    assert runs.begin_run(db, ROOM, "", fragments.select_fragment(db, first)) == first
