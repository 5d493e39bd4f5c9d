"""Runs the desktop client with its own command line, and tells where things are in its window.

A test has no other way to know where to click: the mouse and the keys themselves come from outside.
Each line of the input is a question in JSON, `{"ask": NAME, ...}`; it is answered on the output, as soon as
it can be, by a line `{"ok": RESULT}`, or after PATIENCE_MS by `{"error": TEXT}`.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import orjson
from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleInterface, QGuiApplication, QImage
from PySide6.QtQml import QQmlContext, QQmlEngine
from PySide6.QtQuick import QQuickItem, QQuickWindow
from PySide6.QtWidgets import QApplication

from client_desktop.main import main

PATIENCE_MS = 90_000
LOOK_EVERY_MS = 20
STILL_LOOKS = 3
"""What has not moved and nothing redrawn for so many looks can be clicked."""

Answer = Callable[[], Any]


class Driver(QObject):
    """Answers one question at a time, in the thread of the interface."""

    asked = Signal(bytes)

    def __init__(self) -> None:
        super().__init__()
        self._answer: Answer | None = None
        self._left = 0
        self._place: object = None
        self._still = 0
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self.asked.connect(self._take)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        # Not by sys.stdin, whose lock would be held while Python ends.
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as questions:
            while line := questions.readline():
                self.asked.emit(line)

    def _take(self, line: bytes) -> None:
        question = orjson.loads(line)
        ask = getattr(self, "_ask_" + question.pop("ask"))
        self._answer = lambda: ask(**question)
        self._left = PATIENCE_MS // LOOK_EVERY_MS
        self._place, self._still = None, 0
        self._timer.start()

    def _look(self) -> None:
        """Try to answer; None is no answer yet."""
        assert self._answer is not None
        self._left -= 1
        try:
            found = self._answer()
        except Exception as error:
            self._tell({"error": repr(error)})
            raise
        if found is not None:
            self._tell({"ok": found})
        elif self._left == 0:
            self._tell({"error": "\n".join(dict.fromkeys(_texts(_window())))})

    def _tell(self, answer: dict[str, Any]) -> None:
        self._timer.stop()
        sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
        sys.stdout.buffer.flush()

    def _stands_still(self, place: object) -> bool:
        self._still = self._still + 1 if place == self._place else 0
        self._place = place
        return self._still >= STILL_LOOKS

    # Questions

    def _ask_place(
        self, name: str, nth: int = 0, under: str = "", role: str = "", *, part: bool = False
    ) -> list[int] | None:
        """Where on the screen is the middle of what has this name, once it can be clicked and stands still?

        `part`: the name may be part of a longer one. `under`: look only within what has that name.
        `role`: what it must be to a screen reader, such as ListItem.
        """
        window = _window()
        called = [item for item in _items(window, under) if item.isEnabled() and _is_called(item, name, part)]
        found = [item for item in called if role in ("", _role(item))]
        if window is None or len(found) <= max(nth, 0):
            return None
        item = found[nth]
        middle = window.mapToGlobal(item.mapToScene(item.boundingRect().center()).toPoint())
        place = [middle.x(), middle.y()]
        return place if self._stands_still(place) and window.geometry().contains(middle) else None

    def _ask_hidden(self, name: str) -> bool | None:
        """Is nothing of this name visible any more?"""
        return None if any(_is_called(item, name, False) for item in _items(_window())) else True

    def _ask_reads(self, text: str) -> bool | None:
        """Can this be read in the window?"""
        return any(text in shown for shown in _texts(_window())) or None

    def _ask_gone(self, text: str) -> bool | None:
        """Can this not be read any more?"""
        return None if any(text in shown for shown in _texts(_window())) else True

    def _ask_text(self, name: str) -> str | None:
        """What does the item of this name say?"""
        found = [item for item in _items(_window()) if _is_called(item, name, False)]
        return str(found[0].property("text")) or None if found else None

    def _ask_name(self, beginning: str) -> str | None:
        """What is the whole name of what is called something like this?"""
        names = (name for item in _items(_window()) for name in _names(item))
        return next((name for name in names if name.startswith(beginning)), None)

    def _ask_texts(self, under: str) -> list[str] | None:
        """What is written within what has this name?"""
        texts = [item.property("text") for item in _items(_window(), under)]
        return [text for text in texts if isinstance(text, str) and text] or None

    def _ask_drawn(self, name: str) -> bool | None:
        """Is the picture of this name there, and not only the place for it?"""
        sources = (item.property("source") for item in _items(_window(), name))
        found = (source.toString() for source in sources if isinstance(source, QUrl))
        return any(source.startswith("image://picture/") for source in found) or None

    def _ask_picture_copied(self, path: str) -> bool:
        """Act as if the user had copied a picture elsewhere."""
        QGuiApplication.clipboard().setImage(QImage(path))
        return True

    def _ask_copied(self) -> str | None:
        """What is on the clipboard?"""
        return QGuiApplication.clipboard().text() or None

    def _ask_user(self) -> str | None:
        """Who is signed in?"""
        return str(_app().property("session").property("userId")) or None

    def _ask_room(self) -> str | None:
        """Which room is open?"""
        return str(_app().property("room").property("roomId")) or None

    def _ask_resize(self, width: int, height: int) -> bool | None:
        """Act as a window manager, which this display has not: give place, size and the keyboard."""
        window = _window()
        if window is None:
            return None
        window.setPosition(0, 0)
        window.requestActivate()
        window.resize(width, height)
        return True if self._stands_still((window.width(), window.height())) and window.isActive() else None

    def _ask_prefer(self, name: str, value: Any) -> bool:
        """Act as if the user had chosen something in the settings."""
        return bool(_app().property("preferences").setProperty(name, value))

    def _ask_mirror(self, on: bool) -> bool:
        """Act as if the system's language ran from right to left, or as usual."""
        QGuiApplication.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if on else Qt.LayoutDirection.LeftToRight
        )
        return True

    def _ask_grab(self, path: str) -> bool | None:
        """Save what the window shows, once it changes no more."""
        window = _window()
        if window is None:
            return None
        picture = window.grabWindow()
        return picture.save(path) if self._stands_still(bytes(picture.constBits())) else None


def _window() -> QQuickWindow | None:
    """The client's one window; what Qt makes of its own, such as for dragging, is none."""
    shown = [each for each in QGuiApplication.topLevelWindows() if isinstance(each, QQuickWindow)]
    return next((each for each in shown if each.isVisible() and _context(each) is not None), None)


def _app() -> QObject:
    window = _window()
    context = None if window is None else _context(window)
    found = None if context is None else context.contextProperty("app")
    assert isinstance(found, QObject)
    return found


def _context(window: QQuickWindow) -> QQmlContext | None:
    return QQmlEngine.contextForObject(window)


def _items(window: QQuickWindow | None, under: str = "") -> list[QQuickItem]:
    """Give what is visible; what lies above everything else, such as dialogs and menus, first."""
    if window is None:
        return []
    if under:
        roots = [item for item in _items(window) if _is_called(item, under, False)]
        return [item for root in roots for item in _visible(root)]
    ground = window.contentItem()
    above = [item for item in ground.childItems() if "Overlay" in item.metaObject().className()]
    below = [item for item in ground.childItems() if item not in above]
    return [item for root in [*above, *below] for item in _visible(root)]


def _visible(item: QQuickItem) -> Iterator[QQuickItem]:
    if item.isVisible() and item.opacity() > 0:
        yield item
        for child in item.childItems():
            yield from _visible(child)


def _names(item: QQuickItem) -> set[str]:
    """Give what an item is called: by programs, and by screen readers."""
    return {item.objectName(), _spoken(item)} - {""}


def _spoken(item: QQuickItem) -> str:
    found: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(item)
    return "" if found is None else found.text(QAccessible.Text.Name)


def _role(item: QQuickItem) -> str:
    found: QAccessibleInterface | None = QAccessible.queryAccessibleInterface(item)
    return "" if found is None else found.role().name


def _is_called(item: QQuickItem, name: str, part: bool) -> bool:
    names = _names(item)
    return any(name in each for each in names) if part else name in names


def _texts(window: QQuickWindow | None) -> Iterator[str]:
    for item in _items(window):
        text = item.property("text")
        if isinstance(text, str) and text:
            yield text
        if spoken := _spoken(item):
            yield spoken


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    QAccessible.setActive(True)
    driver = Driver()
    sys.exit(main(sys.argv[1:]))
