"""Notifications by the tray icon, where no notification server is on the session's bus."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QSystemTrayIcon

from client_desktop.core.values import Notification
from client_desktop.desktop.notifier import NotificationActions

SHOWN_FOR_MS = 8000


class TrayNotifier:
    """Shows the newest notification as the tray icon's message; a click opens its room."""

    def __init__(self, tray: QSystemTrayIcon, actions: NotificationActions) -> None:
        self._tray = tray
        self._actions = actions
        self._newest: Notification | None = None
        tray.messageClicked.connect(self._clicked)

    async def show(self, notification: Notification, picture: Path | None) -> None:
        """Show it; the system decides for how long."""
        self._newest = notification
        icon = QIcon(str(picture)) if picture else self._tray.icon()
        self._tray.showMessage(notification.title, notification.body, icon, SHOWN_FOR_MS)

    async def withdraw(self, account: str, room_id: str) -> None:
        """Make a click on what is still shown do nothing: a tray's message cannot be taken back."""
        newest = self._newest
        if newest is not None and (newest.account, newest.room_id) == (account, room_id):
            self._newest = None

    async def close(self) -> None:
        """Let go of the tray icon."""
        self._newest = None
        self._tray.messageClicked.disconnect(self._clicked)

    def _clicked(self) -> None:
        if self._newest is not None:
            self._actions.opened(self._newest)
