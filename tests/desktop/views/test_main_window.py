"""The main window does what people expect of it, with a real server behind."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from client_desktop.core.client import Client
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.viewmodels.conversation import Conversation
from tests.desktop.clients import OpenClient
from tests.desktop.views.conftest import MainWindow, OpenWindow


async def two_in_a_room(open_client: OpenClient) -> tuple[Client, Client, str]:
    alice = await open_client("alice")
    bob = await open_client("bob")
    room_id = await alice.rooms.create(
        CreateRoom(name="Mountain hut", topic="Plans and weather", encrypted=False, invite=(bob.me.user_id,))
    )
    await bob.rooms.join(room_id)
    return alice, bob, room_id


def type_text(main: MainWindow, text: str) -> None:
    for character in text:
        key = Qt.Key.Key_Space if character == " " else Qt.Key(ord(character.upper()))
        QTest.keyClick(main.window, key)


def is_sent(conversation: Conversation) -> bool:
    """Whether the newest own message has reached the server."""
    item = conversation.timeline_model.last_own()
    return item is not None and item.event_id is not None


async def test_what_is_typed_and_sent_is_shown(open_client: OpenClient, open_window: OpenWindow) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    composer = main.items("Composer")[0]
    composer.forceActiveFocus()
    type_text(main, "hello there")
    QTest.keyClick(main.window, Qt.Key.Key_Return)
    await main.until(lambda: "hello there" in main.bodies())
    bob.outbox.send_text(room_id, "hello **back**")
    await main.until(lambda: "hello **back**" in main.bodies() or "hello back" in main.bodies())
    await main.until(lambda: any("hello there" in text for text in main.texts()))
    assert main.notices == []


async def test_up_edits_the_last_message_and_escape_brings_back_the_draft(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, _, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    conversation = main.app.room_model.current
    assert conversation is not None
    main.items("Composer")[0].forceActiveFocus()
    type_text(main, "frist")
    QTest.keyClick(main.window, Qt.Key.Key_Return)
    await main.until(lambda: conversation.timeline_model.last_own() is not None)
    item = conversation.timeline_model.last_own()
    assert item is not None
    await main.until(lambda: is_sent(conversation))
    QTest.keyClick(main.window, Qt.Key.Key_Up)
    assert conversation.composer_model.property("text") == "frist"
    QTest.keyClick(main.window, Qt.Key.Key_Escape)
    assert conversation.composer_model.property("text") == ""
    QTest.keyClick(main.window, Qt.Key.Key_Up)
    QTest.keyClick(main.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    type_text(main, "first")
    QTest.keyClick(main.window, Qt.Key.Key_Return)
    await main.until(lambda: main.bodies()[-1] == "first")
    assert main.notices == []
