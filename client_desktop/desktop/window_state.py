"""Where the window was, kept between starts and fitted to the screens that are there now."""

from __future__ import annotations

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect
from PySide6.QtGui import QGuiApplication, QWindow

if TYPE_CHECKING:
    from PySide6.QtCore import Qt

logger = logging.getLogger(__name__)

MIN_WIDTH = 640
MIN_HEIGHT = 480
VISIBLE_PIXELS = 80
"""So much of the window must lie on a screen for its place to be kept."""


@dataclass(frozen=True, slots=True)
class WindowState:
    x: int | None = None
    """None: let the system place it."""
    y: int | None = None
    width: int = 1280
    height: int = 800
    maximized: bool = False


def load_window_state(file: Path) -> WindowState:
    """Read where the window was; the defaults where nothing (sensible) is stored."""
    try:
        stored = json.loads(file.read_text("utf-8"))
        return WindowState(
            x=None if stored["x"] is None else int(stored["x"]),
            y=None if stored["y"] is None else int(stored["y"]),
            width=max(MIN_WIDTH, min(int(stored["width"]), 16384)),
            height=max(MIN_HEIGHT, min(int(stored["height"]), 16384)),
            maximized=bool(stored["maximized"]),
        )
    except FileNotFoundError:
        return WindowState()
    except (OSError, ValueError, KeyError, TypeError) as problem:
        logger.warning("the window's place cannot be read: %s", type(problem).__name__)
        return WindowState()


def save_window_state(file: Path, state: WindowState) -> None:
    """Write it so that a crash leaves the old or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(asdict(state)), "utf-8")
    partial.replace(file)


def fit_to_screens(state: WindowState, screens: list[QRect]) -> WindowState:
    """Forget the place where no screen shows enough of it, and shrink to the largest screen."""
    if not screens:
        return state
    width = min(state.width, max(screen.width() for screen in screens))
    height = min(state.height, max(screen.height() for screen in screens))
    if state.x is None or state.y is None:
        return WindowState(None, None, width, height, state.maximized)
    place = QRect(state.x, state.y, width, height)
    for screen in screens:
        common = screen.intersected(place)
        if common.width() >= VISIBLE_PIXELS and common.height() >= VISIBLE_PIXELS:
            return WindowState(state.x, state.y, width, height, state.maximized)
    return WindowState(None, None, width, height, state.maximized)


def apply_window_state(window: QWindow, state: WindowState) -> None:
    """Give the window its old place and size."""
    fitted = fit_to_screens(state, [screen.availableGeometry() for screen in QGuiApplication.screens()])
    window.resize(fitted.width, fitted.height)
    if fitted.x is not None and fitted.y is not None:
        window.setPosition(fitted.x, fitted.y)
    if fitted.maximized:
        window.setWindowStates(window.windowStates() | _maximized())


def window_state_of(window: QWindow, before: WindowState) -> WindowState:
    """Read where the window is; a maximized one keeps the size it had `before`."""
    maximized = bool(window.windowStates() & _maximized())
    if maximized:
        return WindowState(before.x, before.y, before.width, before.height, maximized=True)
    return WindowState(window.x(), window.y(), window.width(), window.height(), maximized=False)


def _maximized() -> Qt.WindowState:
    from PySide6.QtCore import Qt  # imported now: all its names cost 20 ms of the start

    return Qt.WindowState.WindowMaximized
