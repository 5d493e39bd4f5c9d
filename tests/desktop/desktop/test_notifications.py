"""Notifications over a real session bus, to a notification server of the tests."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from client_desktop.core.values import Notification
from client_desktop.desktop.dbus_notifier import PATH, SERVICE, DBusNotifier, NotificationsUnavailable
from client_desktop.desktop.notifier import NotificationActions, NotificationWords
from tests.desktop.waiting import PATIENCE_S

WORDS = NotificationWords(open="Open", reply="Reply", reply_hint="Write a reply", mark_read="Mark as read")


@dataclass
class Server:
    """What a desktop's notification server is to us, without a screen."""

    bus: MessageBus
    capabilities: list[str]
    shown: dict[int, list[object]] = field(default_factory=dict)
    next_number: int = 1

    def answer(self, message: Message) -> Message | bool:
        if message.message_type is not MessageType.METHOD_CALL or message.interface != SERVICE:
            return False
        if message.member == "GetCapabilities":
            return Message.new_method_return(message, "as", [self.capabilities])
        if message.member == "Notify":
            number = message.body[1]
            if not number:
                number, self.next_number = self.next_number, self.next_number + 1
            self.shown[number] = message.body
            return Message.new_method_return(message, "u", [number])
        if message.member == "CloseNotification":
            self.shown.pop(message.body[0], None)
            return Message.new_method_return(message)
        return False

    async def signal(self, member: str, signature: str, body: list[object]) -> None:
        await self.bus.send(Message.new_signal(PATH, SERVICE, member, signature, body))


@dataclass
class Used:
    opened: list[Notification] = field(default_factory=list)
    replied: list[tuple[Notification, str]] = field(default_factory=list)
    read: list[Notification] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def actions(self) -> NotificationActions:
        def note(into: list[object], value: object) -> None:
            into.append(value)
            self.happened.set()

        return NotificationActions(
            opened=lambda n: note(self.opened, n),  # type: ignore[arg-type]
            replied=lambda n, text: note(self.replied, (n, text)),  # type: ignore[arg-type]
            marked_read=lambda n: note(self.read, n),  # type: ignore[arg-type]
        )

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.happened.wait()
        self.happened.clear()


@pytest.fixture(scope="module")
def bus_address() -> Iterator[str]:
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    assert bus.stdout is not None
    yield bus.stdout.readline().strip()
    bus.terminate()
    bus.wait()
    bus.stdout.close()


@pytest.fixture
async def server(bus_address: str) -> AsyncIterator[Server]:
    bus = await MessageBus(bus_address=bus_address).connect()
    server = Server(bus, ["actions", "body", "body-markup", "inline-reply"])
    bus.add_message_handler(server.answer)
    await bus.request_name(SERVICE)
    yield server
    bus.disconnect()
    await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]


@pytest.fixture
def used() -> Used:
    return Used()


@pytest.fixture
async def notifier(bus_address: str, server: Server, used: Used) -> AsyncIterator[DBusNotifier]:
    notifier = await DBusNotifier.connect(WORDS, used.actions(), bus_address)
    yield notifier
    await notifier.close()


def notification(room_id: str = "!hut:example.org", body: str = "hello", sound: bool = False) -> Notification:
    return Notification(
        account="@alice:example.org",
        room_id=room_id,
        event_id="$1",
        title="Bob",
        body=body,
        avatar_url=None,
        sound=sound,
        highlight=False,
        can_reply=True,
        at_ms=0,
    )


async def test_newer_message_of_a_room_replaces_the_one_shown(notifier: DBusNotifier, server: Server) -> None:
    await notifier.show(notification(body="first"), None)
    await notifier.show(notification(body="second"), None)
    await notifier.show(notification("!other:example.org"), None)
    assert [body[4] for body in server.shown.values()] == ["second", "hello"]


async def test_markup_in_a_message_is_shown_as_written(notifier: DBusNotifier, server: Server) -> None:
    await notifier.show(notification(body="<b>1 & 2</b>"), None)
    assert server.shown.popitem()[1][4] == "&lt;b&gt;1 &amp; 2&lt;/b&gt;"


async def test_reply_typed_into_a_notification_arrives(
    notifier: DBusNotifier, server: Server, used: Used
) -> None:
    shown = notification()
    await notifier.show(shown, None)
    number, body = server.shown.popitem()
    assert notifier.can_reply
    assert body[5] == ["default", "Open", "inline-reply", "Reply", "mark-read", "Mark as read"]
    await server.signal("NotificationReplied", "us", [number, "on my way"])
    await used.wait()
    assert used.replied == [(shown, "on my way")]


async def test_click_opens_and_button_marks_as_read(
    notifier: DBusNotifier, server: Server, used: Used
) -> None:
    shown = notification()
    await notifier.show(shown, None)
    (number,) = server.shown
    await server.signal("ActionInvoked", "us", [number, "default"])
    await used.wait()
    await server.signal("ActionInvoked", "us", [number, "mark-read"])
    await used.wait()
    assert (used.opened, used.read) == ([shown], [shown])


async def test_signal_about_somebody_elses_notification_is_ignored(
    notifier: DBusNotifier, server: Server, used: Used
) -> None:
    await notifier.show(notification(), None)
    (number,) = server.shown
    await server.signal("ActionInvoked", "us", [number + 40, "default"])
    await server.signal("ActionInvoked", "us", [number, "default"])
    await used.wait()
    assert len(used.opened) == 1


async def test_read_room_takes_its_notification_away(notifier: DBusNotifier, server: Server) -> None:
    await notifier.show(notification(), None)
    await notifier.withdraw("@alice:example.org", "!elsewhere:example.org")
    assert len(server.shown) == 1
    await notifier.withdraw("@alice:example.org", "!hut:example.org")
    assert server.shown == {}


async def test_quiet_notification_asks_for_no_sound(notifier: DBusNotifier, server: Server) -> None:
    await notifier.show(notification(), None)
    await notifier.show(notification("!loud:example.org", sound=True), None)
    quiet, loud = (body[6] for body in server.shown.values())
    assert isinstance(quiet, dict)
    assert isinstance(loud, dict)
    assert quiet["suppress-sound"] == Variant("b", True)
    assert "suppress-sound" not in loud


async def test_server_without_buttons_is_sent_none(bus_address: str, server: Server, used: Used) -> None:
    server.capabilities = ["body"]
    notifier = await DBusNotifier.connect(WORDS, used.actions(), bus_address)
    await notifier.show(notification(body="1 & 2"), Path("/tmp/picture.png"))
    body = server.shown.popitem()[1]
    assert (body[2], body[4], body[5]) == ("/tmp/picture.png", "1 & 2", [])
    await notifier.close()


async def test_bus_without_notification_server_is_said_plainly(bus_address: str, used: Used) -> None:
    with pytest.raises(NotificationsUnavailable):
        await DBusNotifier.connect(WORDS, used.actions(), bus_address)


async def test_session_without_bus_is_said_plainly(used: Used) -> None:
    with pytest.raises(NotificationsUnavailable):
        await DBusNotifier.connect(WORDS, used.actions(), "unix:path=/nowhere/bus")


async def test_closing_takes_everything_away(bus_address: str, server: Server, used: Used) -> None:
    notifier = await DBusNotifier.connect(WORDS, used.actions(), bus_address)
    await notifier.show(notification(), None)
    await notifier.close()
    assert server.shown == {}
