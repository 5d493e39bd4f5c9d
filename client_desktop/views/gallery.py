"""Draw every control, for looking at: `python -m client_desktop.views.gallery [DIRECTORY]` writes PNGs.

One per theme and density, one at 200 %, one from right to left, one of what floats.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_QUICK_BACKEND", "software")

from PySide6.QtCore import QObject, Qt, QTimer, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtQml import QQmlApplicationEngine
from PySide6.QtQuick import QQuickWindow

from client_desktop.core.text.blocks import Surroundings
from client_desktop.core.text.markdown import write
from client_desktop.core.text.rich_text import rich_blocks
from client_desktop.core.text.sanitise import sanitise
from client_desktop.viewmodels.message_text import block_map
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import VIEWS, prepare_application, prepare_engine


def main(directory: Path) -> int:
    """Write the pictures; return the exit status."""
    app = QGuiApplication(sys.argv[:1])
    prepare_application(app)
    install_words("en")
    engine = QQmlApplicationEngine()
    prepare_engine(engine)
    theme = engine.singletonInstance("Parlour.Theme", "Theme")
    assert isinstance(theme, QObject)
    theme.setProperty("reducedMotion", True)
    directory.mkdir(parents=True, exist_ok=True)
    _draw_text(_open(engine, "GalleryText.qml"), theme, directory)
    _draw_all(_open(engine, "Gallery.qml"), theme, directory)
    return 0


def _open(engine: QQmlApplicationEngine, name: str) -> QQuickWindow:
    engine.load(QUrl.fromLocalFile(str(VIEWS / name)))
    window = engine.rootObjects()[-1]
    assert isinstance(window, QQuickWindow)
    return window


def _draw_text(window: QQuickWindow, theme: QObject, directory: Path) -> None:
    around = Surroundings(me="@alice:example.org", name_of=lambda user_id: user_id[1:].split(":")[0].title())
    messages = json.loads((VIEWS / "gallery_messages.json").read_text("utf-8"))
    written = [(said.body, sanitise(said.html)) for said in map(write, messages["markdown"])]
    written += [("", sanitise(html)) for html in messages["html"]]
    blocks = [[block_map(block) for block in rich_blocks(*said, around)] for said in written]
    window.setProperty("messages", blocks)
    for mode in ("light", "dark"):
        theme.setProperty("mode", mode)
        _draw(window, directory / f"{mode}-text.png")
    window.setProperty("rightToLeft", True)
    _draw(window, directory / "right-to-left-text.png")
    window.close()


def _draw_all(window: QQuickWindow, theme: QObject, directory: Path) -> None:
    focused = window.findChild(QObject, "focused")
    assert focused is not None
    focused.forceActiveFocus(Qt.FocusReason.TabFocusReason)  # type: ignore[attr-defined]
    _show_pictures(window, directory)
    for mode in ("light", "dark"):
        theme.setProperty("mode", mode)
        for density in ("compact", "cosy", "roomy"):
            theme.setProperty("density", density)
            _draw(window, directory / f"{mode}-{density}.png")
        theme.setProperty("density", "cosy")
        _float(window, directory / f"{mode}-floating.png")
    theme.setProperty("mode", "light")
    window.setProperty("rightToLeft", True)
    _draw(window, directory / "right-to-left.png")
    window.setProperty("rightToLeft", False)
    theme.setProperty("zoom", 2)
    _draw(window, directory / "zoom-200.png")


def _show_pictures(window: QQuickWindow, directory: Path) -> None:
    picture = directory / "picture.png"
    grab = window.grabWindow()
    grab.copy(0, 0, 300, 200).save(str(picture))
    for name in ("pictured", "picturedTile"):
        avatar = window.findChild(QObject, name)
        if avatar is not None:
            avatar.setProperty("source", str(picture))


def _float(window: QQuickWindow, path: Path) -> None:
    for name in ("menu", "dialog", "tip"):
        popup = window.findChild(QObject, name)
        assert popup is not None
        popup.open()  # type: ignore[attr-defined]
    _draw(window, path)
    for name in ("menu", "dialog", "tip"):
        popup = window.findChild(QObject, name)
        assert popup is not None
        popup.close()  # type: ignore[attr-defined]
    _settle(150)


def _draw(window: QQuickWindow, path: Path) -> None:
    _settle(200)
    window.grabWindow().save(str(path))
    print(path)  # noqa: T201


def _settle(milliseconds: int) -> None:
    """Let the event loop run, so that pictures load and bindings settle."""
    done: list[bool] = []
    QTimer.singleShot(milliseconds, lambda: done.append(True))
    while not done:
        QGuiApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/parlour-gallery")))
