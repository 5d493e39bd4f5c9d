"""The tray icon: the unread count, and a menu to open, mute and quit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QColor, QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

ICON_PIXELS = 64
MENTION = QColor("#A34A26")
UNREAD = QColor("#2F6B5B")


@dataclass(frozen=True, slots=True)
class TrayWords:
    open: str
    settings: str
    quit: str
    unread: Callable[[int], str]
    """The tooltip while something is unread."""
    name: str


class Tray(QObject):
    """Owns the icon and its menu."""

    opened = Signal()
    settings_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, icon: QIcon, words: TrayWords, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plain = icon
        self._words = words
        self._menu = QMenu()
        for text, signal in (
            (words.open, self.opened),
            (words.settings, self.settings_wanted),
            (words.quit, self.quit_wanted),
        ):
            action = QAction(text, self._menu)
            action.triggered.connect(lambda _checked=False, signal=signal: signal.emit())
            self._menu.addAction(action)
        self.icon = QSystemTrayIcon(icon, self)
        self.icon.setContextMenu(self._menu)
        self.icon.activated.connect(self._activated)
        self.set_unread(0, 0)

    @staticmethod
    def available() -> bool:
        """Whether the desktop has a place for it now."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Put it into the tray; a desktop whose tray comes later shows it then."""
        self.icon.show()

    def hide(self) -> None:
        """Take it out of the tray."""
        self.icon.hide()

    def set_unread(self, unread: int, mentions: int) -> None:
        """Show how much waits: mentions as a warm dot, else unread as a green one."""
        self.icon.setToolTip(self._words.unread(unread) if unread else self._words.name)
        self.icon.setIcon(badged(self._plain, mentions or unread, MENTION if mentions else UNREAD))

    @Slot(QSystemTrayIcon.ActivationReason)
    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (
            QSystemTrayIcon.ActivationReason.Trigger,
            QSystemTrayIcon.ActivationReason.DoubleClick,
        ):
            self.opened.emit()


def badged(icon: QIcon, count: int, color: QColor) -> QIcon:
    """Return the icon with the count in its lower right corner; itself where there is nothing to count."""
    if count <= 0:
        return icon
    pixmap = QPixmap(icon.pixmap(ICON_PIXELS, ICON_PIXELS))
    if pixmap.isNull():
        pixmap = QPixmap(ICON_PIXELS, ICON_PIXELS)
        pixmap.fill(Qt.GlobalColor.transparent)
    side = pixmap.width() * 5 // 8
    corner = QRect(pixmap.width() - side, pixmap.height() - side, side, side)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(corner)
    painter.setPen(Qt.GlobalColor.white)
    font = QFont("Inter")
    font.setPixelSize(side * 3 // 4 if count < 10 else side // 2)
    font.setWeight(QFont.Weight.DemiBold)
    painter.setFont(font)
    painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, str(count) if count < 100 else "99+")
    painter.end()
    return QIcon(pixmap)
