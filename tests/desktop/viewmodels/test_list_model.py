"""A list of values tells its views only what is different."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client_desktop.viewmodels.list_model import ValueListModel


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    unread_count: int = 0
    tags: tuple[str, ...] = ()


class Recorder:
    """What a model told its views, in order."""

    def __init__(self, model: QAbstractItemModel) -> None:
        self.told: list[str] = []
        model.rowsInserted.connect(lambda _, a, b: self.told.append(f"insert {a}-{b}"))
        model.rowsRemoved.connect(lambda _, a, b: self.told.append(f"remove {a}-{b}"))
        model.rowsMoved.connect(lambda _, a, b, __, to: self.told.append(f"move {a}-{b} to {to}"))
        model.dataChanged.connect(self._changed)
        model.modelReset.connect(lambda: self.told.append("reset"))
        self._model = model

    def _changed(self, first: QModelIndex, last: QModelIndex, roles: list[int]) -> None:
        names = self._model.roleNames()
        told = ",".join(bytes(names[role].data()).decode() for role in roles)
        self.told.append(f"change {first.row()} {told}")


@pytest.fixture
def model(qtbot: QtBot) -> ValueListModel[Row]:
    made: ValueListModel[Row] = ValueListModel(Row, key=lambda row: row.name)
    made.update([Row(name) for name in "abcde"])
    return made


def names(model: ValueListModel[Row]) -> str:
    return "".join(row.name for row in model)


def test_roles_are_the_fields_in_camel_case(model: ValueListModel[Row]) -> None:
    assert {bytes(name.data()).decode() for name in model.roleNames().values()} == {
        "name",
        "unreadCount",
        "tags",
        "row",
    }


def test_a_row_is_a_map_with_lists(model: ValueListModel[Row]) -> None:
    model.replace(0, Row("a", 3, ("x", "y")))
    assert model.get(0) == {"name": "a", "unreadCount": 3, "tags": ["x", "y"]}
    assert model.get(9) is None


def test_a_changed_row_tells_only_the_roles_that_differ(model: ValueListModel[Row]) -> None:
    recorder = Recorder(model)
    model.update([Row("a"), Row("b", 2), Row("c"), Row("d"), Row("e")])
    assert recorder.told == ["change 1 unreadCount,row"]


def test_the_same_rows_tell_nothing(model: ValueListModel[Row]) -> None:
    recorder = Recorder(model)
    model.update([Row(name) for name in "abcde"])
    assert recorder.told == []


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("eabcd", ["move 4-4 to 0"]),
        ("bcdea", ["move 0-0 to 5"]),
        ("abXcde", ["insert 2-2"]),
        ("abcdeXY", ["insert 5-6"]),
        ("ae", ["remove 1-3"]),
        ("", ["remove 0-4"]),
    ],
)
def test_one_step_is_told_as_one_step(model: ValueListModel[Row], wanted: str, told: list[str]) -> None:
    recorder = Recorder(model)
    model.update([Row(name) for name in wanted])
    assert recorder.told == told
    assert names(model) == wanted


def test_any_list_becomes_any_other(model: ValueListModel[Row], qtmodeltester: ModelTester) -> None:
    dice = random.Random(7)
    letters = "abcdefghijkl"
    for _ in range(200):
        wanted = [Row(name, dice.randrange(3)) for name in dice.sample(letters, dice.randrange(12))]
        model.update(wanted)
        assert list(model.rows) == wanted
        assert len(model) == len(wanted)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_a_place_is_found_by_its_key(model: ValueListModel[Row]) -> None:
    model.move(4, 0)
    assert model.indexOf("e") == 0
    assert model.indexOf("z") == -1


def test_removing_nothing_tells_nothing(model: ValueListModel[Row]) -> None:
    recorder = Recorder(model)
    model.remove(2, 0)
    model.insert(1, ())
    model.replace(0, replace(model.rows[0]))
    assert recorder.told == []
