"""Files are dropped onto the window, sound and films are played in it, and a day is jumped to."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from client_desktop.core.rooms.create import CreateRoom
from client_desktop.viewmodels.conversation import Conversation
from client_desktop.viewmodels.timeline_rows import TimelineRows
from tests.desktop.clients import OpenClient
from tests.desktop.views.conftest import MainWindow, OpenWindow
from tests.desktop.views.films import write_film, write_sound
from tests.desktop.windows import click_when_still
from tests.support.fake_clock import FakeClock

DAY_MS = 86_400_000
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
async def main(open_client: OpenClient, open_window: OpenWindow) -> MainWindow:
    """The window with a room of one's own."""
    alice = await open_client("alice")
    room_id = await alice.rooms.create(CreateRoom(name="Mountain hut", encrypted=False))
    main = await open_window(alice)
    main.window.resize(1100, 760)
    await main.open_room(room_id)
    return main


def conversation(main: MainWindow) -> Conversation:
    current = main.app.room_model.current
    assert current is not None
    return current


async def drop(main: MainWindow, *files: Path) -> None:
    """Drag files from elsewhere into the middle of the window, and let them go once it takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    middle = QPoint(main.window.width() // 2, main.window.height() // 2)
    copy = Qt.DropAction.CopyAction
    entering = QDragEnterEvent(middle, copy, data, LEFT, NONE)
    QCoreApplication.sendEvent(main.window, entering)
    assert entering.isAccepted()
    await main.until(lambda: any("Drop" in text for text in main.texts()))
    QCoreApplication.sendEvent(main.window, QDropEvent(QPointF(middle), copy, data, LEFT, NONE))


async def sent(main: MainWindow, file: Path) -> None:
    """Drop a file and send it."""
    await drop(main, file)
    await main.until(lambda: len(main.items("AttachmentStrip")) == 1)
    conversation(main).composer_model.send()
    model = conversation(main).timeline_model.model
    await main.until(lambda: any(item.media and item.event_id is not None for item in model.items))


async def test_files_that_are_dropped_wait_in_the_composer_and_are_sent(
    main: MainWindow, tmp_path: Path
) -> None:
    names = ("plan.txt", "list.txt")
    for name in names:
        (tmp_path / name).write_text("bread")
    await drop(main, *(tmp_path / name for name in names))
    files = conversation(main).composer_model.property("files")
    await main.until(lambda: [file.name for file in files.files] == [*names])
    await main.until(lambda: not any("Drop" in text for text in main.texts()))
    conversation(main).composer_model.send()
    await main.until(lambda: len(main.items("FileContent")) == 2)
    assert main.notices == []


async def test_sound_is_played_by_a_click(main: MainWindow, tmp_path: Path) -> None:
    await sent(main, write_sound(tmp_path / "song.wav", 600))
    await main.until(lambda: len(main.items("AudioContent")) == 1)
    content = main.items("AudioContent")[0]
    await click(main, "PIconButton", within=content)
    await main.until(lambda: bool(content.property("playing")))
    await main.until(lambda: any(text.endswith(" / 10:00") for text in main.texts()))
    await main.until(lambda: content.property("position") > 0)
    await click(main, "PIconButton", within=content)
    await main.until(lambda: not content.property("playing"))


async def test_a_film_is_played_where_it_stands(main: MainWindow, tmp_path: Path) -> None:
    await sent(main, write_film(tmp_path / "walk.avi", 600))
    await main.until(lambda: len(main.items("VideoContent")) == 1)
    await click(main, "VideoContent")
    await main.until(lambda: len(main.items("VideoPlayer")) == 1)
    (player,) = main.items("VideoPlayer")
    slider = player.findChild(QQuickItem, "filmPosition")
    assert slider is not None
    await main.until(lambda: slider.property("to") == 600_000)
    await main.until(lambda: slider.property("value") > 0)
    assert not any("cannot be played" in text for text in main.texts())


async def click(main: MainWindow, type_name: str, within: QQuickItem | None = None) -> None:
    """Click what is of a QML type, once it stands still."""

    def found() -> tuple[object, QQuickItem] | None:
        fitting = [item for item in main.items(type_name) if within is None or within.isAncestorOf(item)]
        return (main.window, fitting[0]) if fitting else None

    await click_when_still(found)  # type: ignore[arg-type]


async def test_a_day_is_chosen_by_keys_and_its_first_message_shown(
    open_client: OpenClient, open_window: OpenWindow, clock: FakeClock
) -> None:
    clock.advance(int(time.time() * 1000) - clock.now_ms() - 10 * DAY_MS)
    alice = await open_client("alice")
    room_id = await alice.rooms.create(CreateRoom(name="Mountain hut", encrypted=False))
    main = await open_window(alice)
    await main.open_room(room_id)
    model = conversation(main).timeline_model.model
    for text, days_later in (("ten days ago", 4), ("six days ago", 6), ("now", 0)):
        alice.outbox.send_text(room_id, text)
        await main.until(partial(_is_last, model, text))
        clock.advance(days_later * DAY_MS)
    shown: list[str] = []
    conversation(main).timeline_model.reveal.connect(lambda key, _marked: shown.append(key))
    QTest.keyClick(main.window, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    await main.until(lambda: any(text == "Jump to a day" for text in main.texts()))
    QTest.keyClick(main.window, Qt.Key.Key_Up)
    QTest.keyClick(main.window, Qt.Key.Key_Return)
    await main.until(lambda: bool(shown))
    item = model.item(shown[0])
    assert item is not None
    assert item.body == "six days ago"


def _is_last(model: TimelineRows, text: str) -> bool:
    """Whether this is the newest message, and the server has it."""
    last = model.items[-1]
    return last.body == text and last.event_id is not None
