"""Open web pages and folders in the programs that the user has chosen for them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

WEB_SCHEMES = frozenset({"http", "https"})


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
