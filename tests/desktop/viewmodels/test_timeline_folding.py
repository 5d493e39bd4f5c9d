"""People who come and go are told in one line."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from client_desktop.core.values import Insert, ItemKind, Remove, Reset, TimelineItem
from client_desktop.viewmodels.timeline_folding import run_around
from client_desktop.viewmodels.timeline_rows import TimelineRows
from client_desktop.viewmodels.words import install_words
from tests.desktop.viewmodels.values import NOON_MS, a_message


@pytest.fixture
def rows(qtbot: QtBot) -> TimelineRows:
    install_words("en")
    return TimelineRows(lambda: NOON_MS)


def membership(name: str, became: str = "joined", *, by: str = "") -> TimelineItem:
    args = (by, name) if by else (name,)
    return TimelineItem(
        key=f"{name}-{became}",
        kind=ItemKind.MEMBERSHIP,
        at_ms=NOON_MS,
        sender=f"@{by or name}:x",
        state_word=became,
        state_args=args,
    )


def shown(rows: TimelineRows) -> list[str]:
    """What is read, oldest first, where nothing is unfolded."""
    made: list[dict[str, Any]] = [rows.get(row) for row in reversed(range(rows.rowCount()))]
    return [
        row.get("foldText") or row["text"] for row in made if row.get("foldText") or not row.get("folded")
    ]


def test_three_and_more_are_one_line_and_two_are_not(rows: TimelineRows) -> None:
    people = [membership(name) for name in ("Alice", "Bob", "Carol", "Dave", "Erin")]
    rows.apply([Reset(tuple(people[:2]))])
    assert shown(rows) == ["Alice joined", "Bob joined"]
    rows.apply([Insert(2, (people[2],))])
    assert shown(rows) == ["Alice, Bob and Carol joined"]
    rows.apply([Insert(3, tuple(people[3:]))])
    assert shown(rows) == ["Alice, Bob and 3 others joined"]
    assert [row["folded"] for row in map(rows.get, range(5))] == ["Alice-joined"] * 5


def test_older_ones_join_the_line_and_removed_ones_leave_it(rows: TimelineRows) -> None:
    rows.apply([Reset(tuple(membership(name) for name in ("Bob", "Carol", "Dave")))])
    assert shown(rows) == ["Bob, Carol and Dave joined"]
    rows.apply([Insert(0, (membership("Alice"),))])
    assert shown(rows) == ["Alice, Bob and 2 others joined"]
    rows.apply([Remove(0, 1)])
    assert shown(rows) == ["Bob, Carol and Dave joined"]
    rows.apply([Remove(0, 1)])
    assert shown(rows) == ["Carol joined", "Dave joined"]


def test_who_came_and_went_is_told_by_how_it_ended(rows: TimelineRows) -> None:
    rows.apply(
        [Reset((membership("Alice"), membership("Bob"), membership("Alice", "left"), membership("Carol")))]
    )
    assert shown(rows) == ["Bob and Carol joined · Alice left"]


def test_invitations_of_one_person_are_one_line_and_those_of_others_their_own(rows: TimelineRows) -> None:
    invited = [membership(name, "invited", by="Alice") for name in ("Bob", "Carol", "Dave")]
    rows.apply([Reset((*invited, membership("Erin", "invited", by="Bob")))])
    assert shown(rows) == ["Alice invited Bob, Carol and Dave", "Bob invited Erin"]


def test_a_message_between_them_and_other_news_end_a_line() -> None:
    before, after = ([membership(name) for name in names] for names in (("Alice", "Bob"), ("Carol", "Dave")))
    items = [*before, a_message("hello"), *after]
    assert [len(run_around(items, place)) for place in range(5)] == [0] * 5
    items = [
        membership("Alice"),
        membership("Bob"),
        membership("Carol"),
        membership("Dave", "banned", by="Alice"),
    ]
    assert run_around(items, 1) == range(3)
    assert len(run_around(items, 3)) == 0
