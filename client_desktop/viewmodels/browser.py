"""Open web pages and folders in the programs that the user has chosen for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from client_desktop.core.errors import ClientError

WEB_SCHEMES = frozenset({"http", "https"})


class BrowserMissing(ClientError):
    """The system has no program for web pages, or would not start it."""

    word = "no_browser"


def open_in_browser(url: str) -> bool:
    """Open a web address in the system's browser; refuse every other scheme.

    Returns whether the system took it.
    """
    parsed = QUrl(url, QUrl.ParsingMode.StrictMode)
    if not parsed.isValid() or parsed.scheme() not in WEB_SCHEMES or not parsed.host():
        return False
    return QDesktopServices.openUrl(parsed)


def show_folder(path: Path) -> bool:
    """Show a folder in the file manager."""
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class Browser(QObject):
    """The system's browser, for the engine: `open` may be awaited in any thread.

    `opener` is called in the interface's thread and says whether the page was taken.
    """

    opened = Signal(str)
    failed = Signal()
    _wanted = Signal(str)

    def __init__(
        self, opener: Callable[[str], bool] = open_in_browser, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._opener = opener
        self._wanted.connect(self.show_page)

    async def open(self, url: str) -> None:
        """Have the page shown; return at once."""
        self._wanted.emit(url)

    @Slot(str)
    def show_page(self, url: str) -> None:
        """Show the page now; only in the interface's thread."""
        if self._opener(url):
            self.opened.emit(url)
        else:
            self.failed.emit()
