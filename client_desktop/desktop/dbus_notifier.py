"""Notifications by the freedesktop.org service over D-Bus, with a reply where the server can do that.

Spec: https://specifications.freedesktop.org/notification-spec/latest/
"""

from __future__ import annotations

import asyncio
import html
import logging
from pathlib import Path

from dbus_fast import BusType, DBusError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import AuthError, InvalidAddressError

from client_desktop.core.errors import ClientError
from client_desktop.core.values import Notification
from client_desktop.desktop.notifier import MAX_REPLY_CHARACTERS, NotificationActions, NotificationWords

logger = logging.getLogger(__name__)

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"
CALL_TIMEOUT_S = 5
SERVERS_CHOICE_MS = -1
"""Let the server decide how long it is shown."""


class NotificationsUnavailable(ClientError):
    """The session has no bus, or nobody shows notifications on it."""

    word = "notifications_unavailable"


class DBusNotifier:
    """Shows notifications through the session's notification server."""

    def __init__(self, bus: MessageBus, words: NotificationWords, actions: NotificationActions) -> None:
        self._bus = bus
        self._capabilities: frozenset[str] = frozenset()
        self._words = words
        self._actions = actions
        self._shown: dict[int, Notification] = {}

    @classmethod
    async def connect(
        cls, words: NotificationWords, actions: NotificationActions, bus_address: str | None = None
    ) -> DBusNotifier:
        """Find the notification server of the session's bus (or of the one at `bus_address`).

        Raises: NotificationsUnavailable.
        """
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                bus = await MessageBus(bus_address=bus_address, bus_type=BusType.SESSION).connect()
        except (OSError, AuthError, InvalidAddressError, DBusError, TimeoutError) as problem:
            raise NotificationsUnavailable(f"no session bus: {type(problem).__name__}") from problem
        notifier = cls(bus, words, actions)
        try:
            await notifier._prepare()
        except NotificationsUnavailable:
            await _leave(bus)
            raise
        return notifier

    @property
    def can_reply(self) -> bool:
        """Whether a reply can be typed into the notification itself."""
        return "inline-reply" in self._capabilities

    def shows(self, account: str, room_id: str) -> bool:
        """Whether something of this room is shown now."""
        return self._number_of(account, room_id) is not None

    async def show(self, notification: Notification, picture: Path | None) -> None:
        """Show it in place of what is shown for the same room."""
        replaced = self._number_of(notification.account, notification.room_id)
        number = (
            await self._call(
                "Notify",
                "susssasa{sv}i",
                [
                    "Parlour",
                    replaced or 0,
                    str(picture) if picture else "parlour-desktop",
                    notification.title,
                    self._body_of(notification),
                    self._buttons_of(notification),
                    self._hints_of(notification, picture),
                    SERVERS_CHOICE_MS,
                ],
            )
        )[0]
        self._shown.pop(replaced or 0, None)
        if isinstance(number, int):
            self._shown[number] = notification

    async def withdraw(self, account: str, room_id: str) -> None:
        """Take away what is shown for this room."""
        number = self._number_of(account, room_id)
        if number is not None:
            del self._shown[number]
            await self._call("CloseNotification", "u", [number])

    async def close(self) -> None:
        """Take away all of ours and leave the bus."""
        for number in tuple(self._shown):
            del self._shown[number]
            try:
                await self._call("CloseNotification", "u", [number])
            except NotificationsUnavailable:
                break
        await _leave(self._bus)

    async def _prepare(self) -> None:
        (names,) = await self._call("GetCapabilities", "", [])
        self._capabilities = (
            frozenset(str(name) for name in names) if isinstance(names, list) else frozenset()
        )
        rule = f"type='signal',interface='{SERVICE}',path='{PATH}'"
        await self._bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus",
                member="AddMatch",
                signature="s",
                body=[rule],
            )
        )
        self._bus.add_message_handler(self._receive)

    async def _call(self, member: str, signature: str, body: list[object]) -> list[object]:
        message = Message(
            destination=SERVICE, path=PATH, interface=SERVICE, member=member, signature=signature, body=body
        )
        try:
            async with asyncio.timeout(CALL_TIMEOUT_S):
                answer = await self._bus.call(message)
        except (OSError, EOFError, DBusError, TimeoutError) as problem:
            raise NotificationsUnavailable(f"{member}: {type(problem).__name__}") from problem
        if answer.message_type is MessageType.ERROR:
            raise NotificationsUnavailable(f"{member}: {answer.error_name}")
        return list(answer.body)

    def _receive(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.SIGNAL or message.interface != SERVICE:
            return None
        body = message.body
        if not body or not isinstance(body[0], int) or body[0] not in self._shown:
            return None
        notification = self._shown[body[0]]
        if message.member == "NotificationClosed":
            self._shown.pop(body[0])
        elif message.member == "NotificationReplied" and len(body) > 1:
            self._actions.replied(notification, str(body[1])[:MAX_REPLY_CHARACTERS])
        elif message.member == "ActionInvoked" and len(body) > 1:
            self._act(notification, str(body[1]))
        return None

    def _act(self, notification: Notification, action: str) -> None:
        if action == "mark-read":
            self._actions.marked_read(notification)
        elif action in ("default", "open"):
            self._actions.opened(notification)

    def _number_of(self, account: str, room_id: str) -> int | None:
        for number, shown in self._shown.items():
            if (shown.account, shown.room_id) == (account, room_id):
                return number
        return None

    def _body_of(self, notification: Notification) -> str:
        if "body-markup" in self._capabilities:
            return html.escape(notification.body, quote=False)
        return notification.body

    def _buttons_of(self, notification: Notification) -> list[str]:
        if "actions" not in self._capabilities:
            return []
        buttons = ["default", self._words.open]
        if notification.can_reply and self.can_reply:
            buttons += ["inline-reply", self._words.reply]
        return [*buttons, "mark-read", self._words.mark_read]

    def _hints_of(self, notification: Notification, picture: Path | None) -> dict[str, Variant]:
        hints = {
            "desktop-entry": Variant("s", "org.parlour.Desktop"),
            "category": Variant("s", "im.received"),
            "urgency": Variant("y", 1),
            "x-kde-reply-placeholder-text": Variant("s", self._words.reply_hint),
        }
        if picture is not None:
            hints["image-path"] = Variant("s", picture.as_uri())
        if notification.sound:
            hints["sound-name"] = Variant("s", "message-new-instant")
        else:
            hints["suppress-sound"] = Variant("b", True)
        return hints


async def _leave(bus: MessageBus) -> None:
    """Disconnect, and wait until the socket is closed."""
    bus.disconnect()
    async with asyncio.timeout(CALL_TIMEOUT_S):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]
