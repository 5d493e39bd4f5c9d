"""Window state, the one instance, the tray's icon, and what may be opened in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from client_desktop.desktop.single_instance import MAX_MESSAGE_BYTES, SingleInstance
from client_desktop.desktop.tray import UNREAD, badged
from client_desktop.desktop.window_state import (
    WindowState,
    fit_to_screens,
    load_window_state,
    save_window_state,
)
from client_desktop.viewmodels.browser import open_in_browser
from tests.desktop.waiting import PATIENCE_MS

SCREEN = QRect(0, 0, 1920, 1080)


def test_window_comes_back_where_it_was(tmp_path: Path) -> None:
    file = tmp_path / "config" / "window.json"
    state = WindowState(10, 20, 900, 600, maximized=True)
    save_window_state(file, state)
    assert load_window_state(file) == state


@pytest.mark.parametrize("text", ["", "[]", '{"x": "left"}', '{"x": 1, "y": 2, "width": null}'])
def test_unreadable_window_state_is_the_default(tmp_path: Path, text: str) -> None:
    file = tmp_path / "window.json"
    file.write_text(text)
    assert load_window_state(file) == WindowState()


def test_window_of_a_screen_that_is_gone_is_placed_anew() -> None:
    there = WindowState(2500, 100, 900, 600)
    assert fit_to_screens(there, [SCREEN, QRect(1920, 0, 1920, 1080)]) == there
    assert fit_to_screens(there, [SCREEN]) == WindowState(None, None, 900, 600)


def test_window_larger_than_every_screen_shrinks() -> None:
    fitted = fit_to_screens(WindowState(0, 0, 3000, 2000), [SCREEN])
    assert (fitted.width, fitted.height) == (1920, 1080)


def test_second_start_hands_its_links_to_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert not first.hand_over([])
    assert first.claim()
    socket = QLocalSocket()
    with qtbot.waitSignal(first.activated, timeout=PATIENCE_MS) as activated:
        socket.connectToServer(first._name)
        socket.write(b'{"links": ["matrix:r/hut:example.org"]}\n')
        socket.flush()
    assert activated.args == [["matrix:r/hut:example.org"]]
    qtbot.waitUntil(lambda: socket.bytesAvailable() == 3, timeout=PATIENCE_MS)
    assert bytes(socket.readAll().data()) == b"ok\n"
    first.release()
    assert not SingleInstance(tmp_path).hand_over([])


def test_other_data_directory_is_another_instance(tmp_path: Path) -> None:
    first, other = SingleInstance(tmp_path / "a"), SingleInstance(tmp_path / "b")
    assert first.claim()
    assert other.claim()
    first.release()
    other.release()


@pytest.mark.parametrize("message", [b"GET / HTTP/1.1\n", b'{"links": 3}\n', b"x" * (MAX_MESSAGE_BYTES + 1)])
def test_strange_message_to_the_instance_is_dropped(qtbot: QtBot, tmp_path: Path, message: bytes) -> None:
    first = SingleInstance(tmp_path)
    assert first.claim()
    socket = QLocalSocket()
    with qtbot.assertNotEmitted(first.activated):
        socket.connectToServer(first._name)
        socket.write(message)
        qtbot.waitUntil(
            lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=PATIENCE_MS
        )
    first.release()


def test_tray_icon_wears_the_count(qtbot: QtBot) -> None:
    pixmap = QPixmap(64, 64)
    pixmap.fill(QColor("white"))
    icon = QIcon(pixmap)
    assert badged(icon, 0, UNREAD) is icon
    image = badged(icon, 3, UNREAD).pixmap(64, 64).toImage()
    assert image.pixelColor(30, 44) == UNREAD
    assert image.pixelColor(4, 4) == QColor("white")


@pytest.mark.parametrize("url", ["file:///etc/passwd", "javascript:alert(1)", "https://", "smb://host/x", ""])
def test_only_web_pages_go_to_the_browser(url: str) -> None:
    assert not open_in_browser(url)
