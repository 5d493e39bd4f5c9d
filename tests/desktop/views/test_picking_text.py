"""Words of a message are selected by the mouse, messages are picked, and what is written is formatted."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQml import QJSValue
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from client_desktop.core.client import Client
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.values import ItemKind, TimelineItem
from client_desktop.viewmodels.conversation import Conversation
from tests.desktop.clients import OpenClient
from tests.desktop.views.conftest import MainWindow, OpenWindow
from tests.desktop.windows import place_when_still

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


async def a_room(open_client: OpenClient, open_window: OpenWindow) -> tuple[MainWindow, Client, str]:
    alice = await open_client("alice")
    room_id = await alice.rooms.create(CreateRoom(name="Mountain hut", encrypted=False))
    main = await open_window(alice)
    main.window.resize(1100, 760)
    await main.open_room(room_id)
    return main, alice, room_id


async def says(main: MainWindow, client: Client, room_id: str, *texts: str) -> None:
    """Have these said, and wait until the last of them is drawn and known to the server."""
    for text in texts:
        client.outbox.send_text(room_id, text)
    await main.until(lambda: len([item for item in items(main) if item.event_id]) >= len(texts))
    await main.until(lambda: len(main.items("MessageDelegate")) >= len(texts))
    await middle_of(main, lambda: main.items("MessageDelegate")[-1])


def items(main: MainWindow) -> list[TimelineItem]:
    """The texts of the open room."""
    return [item for item in conversation(main).timeline_model.model.items if item.kind is ItemKind.TEXT]


def conversation(main: MainWindow) -> Conversation:
    current = main.app.room_model.current
    assert current is not None
    return current


def paragraph(main: MainWindow, words: str) -> QQuickItem:
    """The text item that shows these words."""
    found = [item for item in main.text_items() if words in str(item.property("text"))]
    return found[-1]


def drag(main: MainWindow, start: QPointF, end: QPointF) -> None:
    point_at(main, start)
    QTest.mousePress(main.window, LEFT, NONE, start.toPoint())
    middle = QPoint(round((start.x() + end.x()) / 2), round((start.y() + end.y()) / 2))
    for point in (middle, end.toPoint(), end.toPoint()):
        QTest.mouseMove(main.window, point)
    QTest.mouseRelease(main.window, LEFT, NONE, end.toPoint())


def point_at(main: MainWindow, place: QPointF) -> QPoint:
    """Move the mouse there, as it must before it clicks."""
    QTest.mouseMove(main.window, place.toPoint() - QPoint(1, 0))
    QTest.mouseMove(main.window, place.toPoint())
    QCoreApplication.processEvents()
    return place.toPoint()


async def middle_of(main: MainWindow, find: Callable[[], QQuickItem | None]) -> QPoint:
    """Where the middle of something is, once it stands still."""
    window = main.window
    _, place = await place_when_still(lambda: None if (item := find()) is None else (window, item))
    return place


async def click(main: MainWindow, find: Callable[[], QQuickItem | None]) -> None:
    QTest.mouseClick(main.window, LEFT, NONE, await middle_of(main, find))


def named(main: MainWindow, name: str) -> Callable[[], QQuickItem | None]:
    return lambda: next((item for item in main.items("") if item.objectName() == name), None)


def pick_area(main: MainWindow, body: str) -> Callable[[], QQuickItem | None]:
    """What ticks the message that says this."""
    return lambda: next((area for area in main.items("PickArea") if _row(area)["text"] == body), None)


def _row(item: QQuickItem) -> dict[str, object]:
    row = item.property("row")
    shown: dict[str, object] = row.toVariant() if isinstance(row, QJSValue) else row
    return shown


def copied(main: MainWindow) -> str:
    """What Ctrl+C takes."""
    QGuiApplication.clipboard().setText("")
    QTest.keyClick(main.window, Qt.Key.Key_C, CONTROL)
    return QGuiApplication.clipboard().text()


def look(main: MainWindow, name: str) -> None:
    """Keep what is seen, for people to look at, where LOOK says."""
    folder = os.environ.get("LOOK")
    if folder:
        main.grab().save(f"{folder}/{name}.png")


async def test_words_are_selected_by_the_mouse_and_copied(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    main, alice, room_id = await a_room(open_client, open_window)
    long = "The path above the lake is free of snow. " * 6
    await says(main, alice, room_id, "first **bold** words", "one\n\ntwo\n\n```\ncode\n```", long)
    plain = paragraph(main, "The path above")
    top = plain.mapToScene(QPointF(0, 8))
    drag(main, top, top + QPointF(60, 0))
    word = copied(main)
    assert word
    assert long.startswith(word)
    bottom = plain.mapToScene(QPointF(plain.width() - 1, plain.height() - 6))
    drag(main, top, bottom)
    look(main, "select-text")
    assert copied(main).strip() == long.strip()
    several = paragraph(main, "one")
    code = paragraph(main, "code")
    drag(
        main,
        several.mapToScene(QPointF(0, 4)),
        code.mapToScene(QPointF(code.width() + 20, code.height() + 4)),
    )
    assert copied(main).rstrip() == "one\ntwo\ncode"
    QTest.keyClick(main.window, Qt.Key.Key_Escape)
    assert copied(main) == ""
    bold = paragraph(main, "bold")
    QTest.mouseDClick(main.window, LEFT, NONE, point_at(main, bold.mapToScene(QPointF(8, 8))))
    assert copied(main) == "first"
    assert main.notices == []


async def test_lines_of_what_is_selected_lie_under_the_lines_of_the_text(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    main, alice, room_id = await a_room(open_client, open_window)
    await says(main, alice, room_id, "The path above the lake is free of snow. " * 12)
    plain = paragraph(main, "The path above")
    height = plain.height()
    drag(main, plain.mapToScene(QPointF(0, 8)), plain.mapToScene(QPointF(300, height - 6)))
    selector = main.items("TextSelector")[0]
    assert selector.property("lineCount") == plain.property("lineCount") > 2
    assert abs(float(selector.property("contentHeight")) - height) <= 2
    assert main.notices == []


async def test_a_click_on_a_link_still_follows_it(open_client: OpenClient, open_window: OpenWindow) -> None:
    main, alice, room_id = await a_room(open_client, open_window)
    await says(main, alice, room_id, "||hidden|| secret")
    covered = paragraph(main, "secret")
    assert "spoiler:" in str(covered.property("text"))
    QTest.mouseClick(main.window, LEFT, NONE, point_at(main, covered.mapToScene(QPointF(12, 10))))
    await main.until(lambda: "spoiler:" not in str(covered.property("text")))


async def test_picked_messages_are_copied_forwarded_and_removed(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    main, alice, room_id = await a_room(open_client, open_window)
    target = await alice.rooms.create(CreateRoom(name="Elsewhere", encrypted=False))
    await says(main, alice, room_id, "one", "two", "three")
    picked = conversation(main).selection_model
    keys = {item.body: item.key for item in items(main)}
    picked.toggle(keys["three"])
    await main.until(lambda: len(main.items("PickArea")) >= 3)
    await click(main, pick_area(main, "one"))
    await main.until(lambda: picked.property("count") == 2)
    look(main, "select-messages")
    assert main.items("Composer") == []
    await click(main, named(main, "forwardSelected"))
    assert main.app.property("forward").property("active")
    main.app.property("forward").send(target)
    await main.until(lambda: target in main.app.property("forward").property("sent"))
    main.app.property("forward").cancel()
    await click(main, named(main, "copySelected"))
    text = QGuiApplication.clipboard().text()
    assert [line.rpartition(": ")[2] for line in text.splitlines()] == ["one", "three"]
    assert not picked.property("active")
    picked.toggle(keys["one"])
    picked.toggle(keys["two"])
    assert picked.property("canRemove")
    picked.remove("")
    await main.until(lambda: [item.body for item in items(main)] == ["three"])
    assert picked.property("count") == 0
    await main.open_room(target)
    await main.until(lambda: main.bodies() == ["one", "three"])


async def test_what_is_selected_in_the_field_is_formatted_by_a_click(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    main, _, _ = await a_room(open_client, open_window)
    composer = conversation(main).composer_model
    main.items("Composer")[0].forceActiveFocus()
    composer.insert("snow\nrope", 0)
    field = next(item for item in main.items("TextArea") if item.property("activeFocus"))
    assert main.items("FormatBar") == []
    QTest.keyClick(main.window, Qt.Key.Key_A, CONTROL)
    await main.until(lambda: len(main.items("FormatBar")) == 1)
    look(main, "format-bar")
    for name, text in (
        ("format-list", "- snow\n- rope"),
        ("format-list", "snow\nrope"),
        ("format-quote", "> snow\n> rope"),
        ("format-quote", "snow\nrope"),
        ("format-bold", "**snow\nrope**"),
        ("format-bold", "snow\nrope"),
        ("format-strikethrough", "~~snow\nrope~~"),
        ("format-strikethrough", "snow\nrope"),
        ("format-link", "[snow\nrope]()"),
    ):
        await click(main, named(main, name))
        assert field.property("text") == text
        assert field.property("activeFocus")


async def test_every_one_of_several_files_has_its_caption(
    open_client: OpenClient, open_window: OpenWindow, tmp_path: Path
) -> None:
    main, _, _ = await a_room(open_client, open_window)
    files = conversation(main).composer_model.property("files")
    for name in ("one.png", "two.png"):
        picture = QImage(40, 30, QImage.Format.Format_RGB32)
        picture.fill(Qt.GlobalColor.darkGreen)
        picture.save(str(tmp_path / name))
        files.add_path(tmp_path / name)
    await main.until(lambda: any(item.objectName() == "caption-1" for item in main.items("")))
    await click(main, named(main, "caption-1"))
    for letter in "hut":
        QTest.keyClick(main.window, letter)  # type: ignore[call-overload]
    look(main, "captions")
    assert files.files[1].caption.endswith("hut")
    conversation(main).composer_model.send()
    await main.until(
        lambda: (
            [item.media.caption for item in conversation(main).timeline_model.model.items if item.media]
            == ["", files.files[1].caption if files.files else "hut"]
        )
    )


async def test_a_room_is_dragged_among_the_favourites_and_back(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    main, _, room_id = await a_room(open_client, open_window)

    async def drag_to(target: str) -> None:
        start = await middle_of(main, lambda: room_row(main, "Mountain hut"))
        QTest.mousePress(main.window, LEFT, NONE, start)
        for step in range(1, 6):
            QTest.mouseMove(main.window, start + QPoint(0, 8 * step))
        end = await middle_of(main, named(main, target))
        look(main, "drag-room")
        QTest.mouseMove(main.window, end)
        QTest.mouseRelease(main.window, LEFT, NONE, end)

    def section() -> str:
        return main.app.rooms_model.summaries[room_id].section.value

    await drag_to("dropLowPriority")
    await main.until(lambda: section() == "low_priority")
    await main.until(lambda: main.items("RoomDrop") == [])
    await drag_to("dropFavourites")
    await main.until(lambda: section() == "favourites")
    assert main.notices == []


def room_row(main: MainWindow, name: str) -> QQuickItem | None:
    return next((item for item in main.items("RoomListRow") if _row(item)["name"] == name), None)
