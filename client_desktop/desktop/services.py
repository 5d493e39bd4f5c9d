"""Joins the client to the desktop: notifications that can be answered, the tray, what is being looked at."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtQuick import QQuickWindow

from client_desktop.core.changes import AccountsChanged, NotificationRaised, NotificationWithdrawn
from client_desktop.core.errors import ClientError
from client_desktop.core.values import Notification
from client_desktop.desktop import link_handler
from client_desktop.desktop.dbus_notifier import DBusNotifier, NotificationsUnavailable
from client_desktop.desktop.notifier import NotificationActions, NotificationWords, Notifier
from client_desktop.desktop.tray import Tray, TrayWords
from client_desktop.desktop.tray_notifier import TrayNotifier
from client_desktop.viewmodels.accounts import AccountsModel
from client_desktop.viewmodels.app import App
from client_desktop.viewmodels.apply_preferences import apply_preferences
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.links import LinksModel
from client_desktop.viewmodels.preferences import PreferencesModel
from client_desktop.viewmodels.words import word

if TYPE_CHECKING:
    from client_desktop.core.client import Client
    from client_desktop.core.engine import Engine

logger = logging.getLogger(__name__)

PICTURE_PIXELS: Final = 96
PICTURE_TIMEOUT_S: Final = 3.0
"""A notification that comes late is worth less than its picture."""


class DesktopServices(QObject):
    """Made when the window is there; `start`, then `close` before the engine."""

    def __init__(
        self,
        app: App,
        window: QQuickWindow,
        bridge: Bridge,
        engine: Engine,
        accounts: AccountsModel,
        preferences: PreferencesModel,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._window = window
        self._bridge = bridge
        self._engine = engine
        self._accounts = accounts
        self._preferences = preferences
        self._notifier: Notifier | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.tray = Tray(QGuiApplication.windowIcon(), tray_words(), self)
        self._endings = [
            bridge.listen(NotificationRaised, self._raised),
            bridge.listen(NotificationWithdrawn, self._withdrawn),
            bridge.listen(AccountsChanged, self._accounts_changed),
        ]

    async def start(self, bus_address: str | None = None) -> None:
        """Find what shows notifications, and put the icon into the tray."""
        self.tray.opened.connect(self._app.activated)
        self.tray.settings_wanted.connect(self._show_settings)
        self.tray.quit_wanted.connect(self._app.quit)
        self._accounts.totalsChanged.connect(self.tray.set_unread)
        self._window.activeChanged.connect(self._look)
        self._app.room_model.roomChanged.connect(self._look)
        self._app.pageChanged.connect(self._look)
        self._preferences.changed.connect(self._follow_preferences)
        actions = NotificationActions(self._opened, self._replied, self._marked_read)
        try:
            self._notifier = await DBusNotifier.connect(notification_words(), actions, bus_address)
        except NotificationsUnavailable as problem:
            logger.info("notifications by the tray icon: %s", problem)
            self._notifier = TrayNotifier(self.tray.icon, actions)
        self.tray.show()
        links = self._app.part("links")
        if isinstance(links, LinksModel):
            links.use(link_handler)
        self._follow_preferences()
        self._look()

    async def close(self) -> None:
        """Take everything away that is shown, and wait for what is under way."""
        for end in self._endings:
            end()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._notifier is not None:
            try:
                await self._notifier.close()
            except NotificationsUnavailable as problem:
                logger.info("notifications are left to the desktop: %s", problem)
        links = self._app.part("links")
        if isinstance(links, LinksModel):
            await links.close()
        self.tray.hide()

    def stays_when_closed(self) -> bool:
        """Whether closing the window leaves the client in the tray."""
        return self._preferences.values.close_to_tray and Tray.available()

    def _raised(self, change: NotificationRaised) -> None:
        values = self._preferences.values
        if values.desktop_notifications:
            wanted = change.notification
            quiet = wanted if values.notification_sound else replace(wanted, sound=False)
            self._start(self._show(quiet))

    def _withdrawn(self, change: NotificationWithdrawn) -> None:
        self._start(self._withdraw(change.account, change.room_id))

    async def _show(self, notification: Notification) -> None:
        if self._notifier is not None:
            await self._notifier.show(notification, await self._picture(notification))

    async def _withdraw(self, account: str, room_id: str) -> None:
        if self._notifier is not None:
            await self._notifier.withdraw(account, room_id)

    async def _picture(self, notification: Notification) -> Path | None:
        client = self._client(notification.account)
        url = notification.avatar_url
        if client is None or not url:
            return None
        try:
            async with asyncio.timeout(PICTURE_TIMEOUT_S):
                return await self._bridge.call(client.media.fetch_avatar, url, PICTURE_PIXELS)
        except (ClientError, TimeoutError):
            return None

    def _opened(self, notification: Notification) -> None:
        self._start(self._open(notification))

    def _replied(self, notification: Notification, text: str) -> None:
        client = self._client(notification.account)
        if client is not None and text.strip():
            self._start(self._reply(client, notification, text.strip()))

    def _marked_read(self, notification: Notification) -> None:
        client = self._client(notification.account)
        if client is not None:
            self._start(self._mark_read(client, notification))

    async def _open(self, notification: Notification) -> None:
        await self._accounts.show_one(notification.account)
        self._app.show("main")
        self._app.room_model.open(notification.room_id)
        self._app.activated.emit()

    async def _reply(self, client: Client, notification: Notification, text: str) -> None:
        await self._bridge.call(client.outbox.send_text, notification.room_id, text)
        await self._mark_read(client, notification)

    async def _mark_read(self, client: Client, notification: Notification) -> None:
        private = not self._preferences.values.public_receipts
        await self._bridge.call(client.rooms.mark_read, notification.room_id, notification.event_id, private)

    def _client(self, account: str) -> Client | None:
        return self._engine.accounts.get(account)

    @Slot()
    def _look(self) -> None:
        """Say what the user sees, so that nothing is told of what comes there."""
        self._start(self._say_what_is_seen())

    async def _say_what_is_seen(self) -> None:
        in_front = self._window.isActive() and self._app.property("page") == "main"
        seen = self._app.room_model.room_id if in_front else ""
        account = self._accounts.user_id

        def tell() -> None:
            for user_id, client in self._engine.accounts.items():
                client.push_rules.look_at(seen or None if user_id == account else None)

        await self._bridge.call(tell)

    @Slot()
    def _follow_preferences(self) -> None:
        values = self._preferences.values
        self._start(
            self._bridge.call(lambda: apply_preferences(tuple(self._engine.accounts.values()), values))
        )

    def _accounts_changed(self, change: AccountsChanged) -> None:
        self._follow_preferences()
        self._look()

    @Slot()
    def _show_settings(self) -> None:
        self._app.show("settings")
        self._app.activated.emit()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_event_loop().create_task(self._guard(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except ClientError as problem:
            logger.info("a notification: %s", type(problem).__name__)
            self._app.report(problem.word)


def notification_words() -> NotificationWords:
    """The texts of a notification's buttons."""
    return NotificationWords(
        open=word("desktop.open"),
        reply=word("desktop.reply"),
        reply_hint=word("desktop.reply_hint"),
        mark_read=word("desktop.mark_read"),
    )


def tray_words() -> TrayWords:
    """The texts of the tray's menu."""
    return TrayWords(
        open=word("desktop.open"),
        settings=word("desktop.settings"),
        quit=word("desktop.quit"),
        unread=lambda count: word("desktop.unread", n=count),
        name=word("desktop.name"),
    )
