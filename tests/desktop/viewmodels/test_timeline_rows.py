"""A timeline turned round for the view, made row by row."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.values import (
    Insert,
    ItemKind,
    Media,
    Remove,
    Replace,
    Reset,
    SendState,
    TimelineItem,
    TimelineOperation,
)
from client_desktop.viewmodels import timeline_rows
from client_desktop.viewmodels.timeline_row import row_of
from client_desktop.viewmodels.timeline_rows import ROW_ROLE, SHAPE_ROLE, TimelineRows
from tests.desktop.viewmodels.values import NOON_MS, a_message


@pytest.fixture
def rows(qtbot: QtBot) -> TimelineRows:
    return TimelineRows(lambda: NOON_MS)


def shown(rows: TimelineRows) -> list[str]:
    """Keys from the oldest to the newest, as the view has them from below."""
    keys = [rows.data(rows.index(row), ROW_ROLE)["key"] for row in range(rows.rowCount())]
    return keys[::-1]


def heads(rows: TimelineRows) -> list[bool]:
    return [rows.data(rows.index(row), ROW_ROLE)["head"] for row in range(rows.rowCount())][::-1]


def test_the_newest_is_row_0(rows: TimelineRows) -> None:
    rows.apply([Reset((a_message("1"), a_message("2")))])
    assert rows.get(0)["key"] == "2"
    assert rows.rowOfKey("1") == 1
    assert rows.rowOfKey("$1") == 1
    assert rows.rowOfKey("nothing") == -1


def test_one_name_stands_over_what_one_person_says_in_a_row(rows: TimelineRows) -> None:
    rows.apply(
        [
            Reset(
                (
                    a_message("1", "bob", 0),
                    a_message("2", "bob", 1),
                    a_message("3", "ann", 2),
                    a_message("4", "ann", 8),
                    a_message("5", "ann", 9, kind=ItemKind.EMOTE),
                )
            )
        ]
    )
    assert heads(rows) == [True, False, True, True, True]


def test_a_message_put_between_makes_the_next_begin_anew(rows: TimelineRows) -> None:
    rows.apply([Reset((a_message("1", "bob", 0), a_message("3", "bob", 2)))])
    assert heads(rows) == [True, False]
    changed: list[int] = []
    rows.dataChanged.connect(lambda first, *_: changed.append(first.row()))
    rows.apply([Insert(1, (a_message("2", "ann", 1),))])
    assert changed == [0]
    assert heads(rows) == [True, True, True]
    rows.apply([Remove(1, 1)])
    assert heads(rows) == [True, False]


def test_a_row_that_becomes_another_kind_of_row_is_put_in_anew(rows: TimelineRows) -> None:
    rows.apply([Reset((a_message("1"),))])
    told: list[str] = []
    rows.rowsRemoved.connect(lambda *_: told.append("removed"))
    rows.rowsInserted.connect(lambda *_: told.append("inserted"))
    rows.apply([Replace(0, a_message("1", kind=ItemKind.REDACTED))])
    assert told == []
    rows.apply([Replace(0, a_message("1", kind=ItemKind.STATE))])
    assert told == ["removed", "inserted"]
    assert rows.data(rows.index(0), SHAPE_ROLE) == "event"


def test_messages_that_need_the_same_parts_are_shown_by_the_same_delegates(rows: TimelineRows) -> None:
    listed = replace(a_message("3", "bob", 2), html="<p>one</p><p>two</p>")
    rows.apply([Reset((a_message("1", "bob", 0), a_message("2", "bob", 1), listed))])
    shapes = [rows.data(rows.index(row), SHAPE_ROLE) for row in (2, 1, 0)]
    assert shapes == ["messageHead", "message", "messageBlocks"]


def test_only_what_stands_beside_words_asks_for_more(rows: TimelineRows) -> None:
    linked = replace(a_message("2"), links=("https://example.org",))
    lost = replace(a_message("4"), send_state=SendState.FAILED)
    rows.apply([Reset((a_message("1"), linked, a_message("3", kind=ItemKind.REDACTED), lost))])
    assert [rows.get(row)["more"] for row in (3, 2, 1, 0)] == [False, True, True, True]


def test_what_nobody_knows_is_hidden_until_developers_look(rows: TimelineRows) -> None:
    rows.apply([Reset((a_message("1", kind=ItemKind.UNKNOWN),))])
    assert rows.data(rows.index(0), SHAPE_ROLE) == "hidden"
    rows.show_developer_rows(True)
    assert rows.data(rows.index(0), SHAPE_ROLE) == "event"


def test_only_messages_of_others_at_the_end_are_news(rows: TimelineRows) -> None:
    news: list[int] = []
    rows.arrived.connect(news.append)
    rows.apply([Reset((a_message("2"),))])
    rows.apply([Insert(0, (a_message("1"),))])
    rows.apply([Insert(2, (a_message("3"), a_message("4", own=True), a_message("5", kind=ItemKind.STATE)))])
    assert news == [1]


def test_any_operations_leave_what_the_engine_has(rows: TimelineRows, qtmodeltester: ModelTester) -> None:
    dice = random.Random(3)
    truth: list[TimelineItem] = []
    number = 0
    for _ in range(300):
        operation: TimelineOperation
        match dice.randrange(4):
            case 0 | 1:
                place = dice.randint(0, len(truth))
                new = tuple(
                    a_message(f"{number}-{n}", dice.choice("ab"), dice.randrange(60))
                    for n in range(dice.randrange(3))
                )
                number += 1
                truth[place:place] = new
                operation = Insert(place, new)
            case 2 if truth:
                place = dice.randrange(len(truth))
                truth[place] = a_message(truth[place].key, dice.choice("ab"), dice.randrange(60))
                operation = Replace(place, truth[place])
            case _ if truth:
                place = dice.randrange(len(truth))
                count = dice.randint(0, min(2, len(truth) - place))
                del truth[place : place + count]
                operation = Remove(place, count)
            case _:
                continue
        rows.apply([operation])
        assert list(rows.items) == truth
        fresh = TimelineRows(lambda: NOON_MS)
        fresh.apply([Reset(tuple(truth))])
        assert heads(rows) == heads(fresh)
    qtmodeltester.check(rows)  # type: ignore[no-untyped-call]


def test_only_rows_that_are_looked_at_are_made(rows: TimelineRows, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counting(item: TimelineItem, *args: Any) -> dict[str, Any]:
        made.append(item.key)
        return row_of(item, *args)

    monkeypatch.setattr(timeline_rows, "row_of", counting)
    rows.apply([Reset(tuple(a_message(str(number)) for number in range(20_000)))])
    rows.get(0)
    rows.get(0)
    assert made == ["19999"]


def row(rows: TimelineRows, item: TimelineItem) -> dict[str, Any]:
    rows.apply([Reset((item,))])
    found: dict[str, Any] = rows.get(0)
    return found


def test_a_message_that_waits_or_failed_says_so(rows: TimelineRows) -> None:
    waiting = row(rows, a_message("1", send_state=SendState.QUEUED))
    assert (waiting["sending"], waiting["sendFailed"]) == (True, False)
    failed = row(rows, a_message("1", send_state=SendState.FAILED, error_word="network"))
    assert failed["sendFailed"] is True
    assert "connection" in failed["errorText"]


def test_a_picture_is_shown_with_bounded_sides_and_no_keys(rows: TimelineRows) -> None:
    media = Media(
        "mxc://x/y", "a.png", "image/png", 2048, 10**9, -5, None, None, None, (), {"key": "secret"}, None,
        False, "", "",
    )  # fmt: skip
    made = row(rows, a_message("1", kind=ItemKind.IMAGE, media=media))["media"]
    assert (made["width"], made["height"]) == (20_000, 0)
    assert (made["encryptedFile"], made["encrypted"]) == (None, True)
    assert made["sizeText"] == "2.0 kB"


def test_a_screen_reader_hears_who_when_and_what(rows: TimelineRows) -> None:
    spoken = row(rows, a_message("1", "bob", body="hello"))["spoken"]
    assert spoken.startswith("bob, ")
    assert spoken.endswith(": hello")


@pytest.mark.parametrize("kind", list(ItemKind))
def test_every_kind_of_item_has_a_row(rows: TimelineRows, kind: ItemKind) -> None:
    assert row(rows, TimelineItem("k", kind, NOON_MS))["key"] == "k"


def test_of_rows_made_anew_only_those_that_differ_are_told(rows: TimelineRows) -> None:
    pill = '<a href="https://matrix.to/#/@carol:x">Carol</a>'
    rows.apply([Reset((a_message("1"), a_message("2", body="Carol", html=pill), a_message("3")))])
    shown(rows)
    told: list[int] = []
    rows.dataChanged.connect(lambda first, last, roles: told.append(first.row()))
    rows.around = Surroundings(me="@me:x", name_of=lambda user_id: "Carol of Hut")
    rows.refresh()
    assert told == [1]
    assert "Carol of Hut" in str(rows.get(1)["blocks"])
