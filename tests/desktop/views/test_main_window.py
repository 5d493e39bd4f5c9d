"""The main window does what people expect of it, with a real server behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMetaObject, QPointF, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtQml import QJSValue
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest

from client_desktop.core.client import Client
from client_desktop.core.rooms.create import CreateRoom
from client_desktop.core.values import ItemKind
from client_desktop.viewmodels.conversation import Conversation
from client_desktop.viewmodels.hits import HitRow
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.qml_values import to_qml
from tests.desktop.clients import OpenClient
from tests.desktop.views.conftest import MainWindow, OpenWindow
from tests.desktop.windows import rows_in_place


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


def where(main: MainWindow) -> dict[str, int]:
    """Where each message stands in the window, by what it says."""
    found = {}
    for item in rows_in_place(timeline_list(main)):
        row = item.property("row")
        row = row.toVariant() if isinstance(row, QJSValue) else row
        if item.metaObject().className().startswith("MessageDelegate"):
            found[row["text"]] = round(item.mapToScene(QPointF(0, 0)).y())
    return found


def stands_where(main: MainWindow, before: dict[str, int]) -> bool:
    """Whether messages that were in view stand where they stood."""
    now = where(main)
    seen = [text for text, y in before.items() if 0 < y < main.window.height()]
    return all(text in now and abs(now[text] - before[text]) <= 1 for text in seen)


def timeline_list(main: MainWindow) -> QQuickItem:
    """The list that the messages are in."""
    rows = main.app.room_model.current
    assert rows is not None
    count = len(rows.timeline_model.model.items)
    return next(each for each in main.items("QQuickListView") if each.property("count") == count)


async def fill(main: MainWindow, writer: Client, room_id: str, count: int) -> tuple[QQuickItem, QQuickItem]:
    """Have messages of one to four lines in the open room; give the list that shows them, and its view."""
    for number in range(count):
        writer.outbox.send_text(room_id, "line\n" * (number % 4 + 1) + str(number))
    await main.until(lambda: any(body.endswith(str(count - 1)) for body in main.bodies()))
    rows, view = timeline_list(main), main.items("TimelineView")[0]
    await main.until(lambda: bool(view.property("atBottom")))
    return rows, view


async def test_who_reads_at_the_end_stays_there_and_who_reads_above_is_not_moved(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    other = await alice.rooms.create(CreateRoom(name="Elsewhere", encrypted=False))
    main = await open_window(alice)
    await main.open_room(room_id)
    rows, view = await fill(main, bob, room_id, 12)
    bob.outbox.start_poll(room_id, "Which?", ["a", "b", "c"])
    await main.until(lambda: len(main.items("PollContent")) == 1)
    await main.until(lambda: bool(view.property("atBottom")))

    rows.setProperty("contentY", rows.property("contentY") - 400)
    QMetaObject.invokeMethod(view, "settle")
    before = where(main)
    bob.outbox.send_text(room_id, "late")
    await main.until(lambda: main.bodies()[-1] == "late")
    current = main.app.room_model.current
    assert current is not None
    await main.until(lambda: current.timeline_model.property("news") == 1)
    await main.until(lambda: stands_where(main, before))

    await main.open_room(other)
    await main.open_room(room_id)
    await main.until(lambda: stands_where(main, before))


def spoken(item: QQuickItem) -> str:
    return QAccessible.queryAccessibleInterface(item).text(QAccessible.Text.Name)


def read_aloud(main: MainWindow) -> set[str]:
    """What a screen reader finds of messages, wherever they stand."""
    found = set()
    for item in main.items("MessageDelegate"):
        if not QAccessible.queryAccessibleInterface(item).state().invisible:
            found.add(spoken(item))
    return found


async def test_rows_that_are_kept_to_be_used_again_are_not_read_aloud(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    rows, _ = await fill(main, bob, room_id, 30)
    for _ in range(8):
        rows.setProperty("contentY", rows.property("contentY") - 150)
        main.grab()

    in_place = {
        item for item in rows_in_place(rows) if item.metaObject().className().startswith("MessageDelegate")
    }
    kept = set(main.items("MessageDelegate")) - in_place
    assert kept, "this test shows nothing where nothing is kept"
    assert read_aloud(main) == {spoken(item) for item in in_place}


async def test_a_reaction_is_given_and_taken_back_by_a_click(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    bob.outbox.send_text(room_id, "hello")
    await main.until(lambda: "hello" in main.bodies())
    current = main.app.room_model.current
    assert current is not None
    item = next(item for item in current.timeline_model.model.items if item.body == "hello")
    current.messages_model.react(item.key, "🎉")
    await main.until(lambda: len(main.items("Reactions")) == 1)
    await main.until(lambda: _reaction_event(current, item.key) is not None)
    current.messages_model.react(item.key, "🎉")
    await main.until(lambda: main.items("Reactions") == [])
    assert main.notices == []


def _reaction_event(conversation: Conversation, key: str) -> str | None:
    item = conversation.timeline_model.model.item(key)
    return item.reactions[0].my_event_id if item is not None and item.reactions else None


async def test_a_picture_is_sent_shown_and_fills_the_window(
    open_client: OpenClient, open_window: OpenWindow, tmp_path: Path
) -> None:
    alice, _, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    picture = QImage(300, 200, QImage.Format.Format_RGB32)
    picture.fill(0x2F6B5B)
    assert picture.save(str(tmp_path / "green.png"))
    current = main.app.room_model.current
    assert current is not None
    files = current.composer_model.property("files")
    files.add([(tmp_path / "green.png").as_uri()])
    await main.until(lambda: len(main.items("AttachmentStrip")) == 1)
    current.composer_model.send()
    await main.until(lambda: len(main.items("PictureContent")) == 1)
    await main.until(lambda: current.timeline_model.model.items[-1].event_id is not None)
    assert files.files == ()
    viewer = main.app.property("viewer")
    viewer.show(current.timeline_model, current.timeline_model.model.items[-1].key, 0)
    await main.until(lambda: len(main.items("MediaViewer")) == 1)
    QTest.keyClick(main.window, Qt.Key.Key_Escape)
    await main.until(lambda: main.items("MediaViewer") == [])


async def test_the_switcher_opens_a_room_by_a_few_letters(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice = await open_client("alice")
    rooms = [
        await alice.rooms.create(CreateRoom(name=name, encrypted=False)) for name in ("Attic", "Kitchen")
    ]
    main = await open_window(alice)
    await main.until(lambda: len(main.items("RoomListRow")) == 3)
    QTest.keyClick(main.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await main.until(lambda: len(main.items("SwitchRow")) == 2)
    type_text(main, "kit")
    await main.until(lambda: len(main.items("SwitchRow")) == 1)
    QTest.keyClick(main.window, Qt.Key.Key_Return)
    await main.until(lambda: main.app.room_model.room_id == rooms[1])


async def test_commands_act_and_wrong_ones_are_explained(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, _, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    current = main.app.room_model.current
    assert current is not None

    def say(text: str) -> None:
        current.composer_model.typed(text, len(text))
        current.composer_model.send()

    say("/topic Bread and lamps")
    await main.until(lambda: main.app.rooms_model.summaries[room_id].topic == "Bread and lamps")
    say("/kick nobody")
    await main.until(lambda: any("/kick" in notice for notice in main.notices))
    say("/me waves")
    await main.until(lambda: "waves" in main.bodies())
    say("//slash")
    await main.until(lambda: "/slash" in main.bodies())


async def test_a_thread_opens_beside_the_room(open_client: OpenClient, open_window: OpenWindow) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    bob.outbox.send_text(room_id, "root")
    await main.until(lambda: "root" in main.bodies())
    current = main.app.room_model.current
    assert current is not None
    root = next(item for item in current.timeline_model.model.items if item.body == "root")
    assert root.event_id is not None
    main.app.room_model.openThread(root.event_id)
    thread = main.app.room_model.property("openedThread")
    thread.composer_model.typed("answer", 6)
    thread.composer_model.send()
    await main.until(lambda: any(item.body == "answer" for item in thread.timeline_model.model.items))
    assert "answer" not in main.bodies()
    await main.until(lambda: len(main.items("ThreadChip")) == 1)
    main.app.room_model.showPanel("")
    await main.until(lambda: main.app.room_model.property("openedThread") is None)


async def test_search_finds_what_was_said_and_leads_there(
    open_client: OpenClient, open_window: OpenWindow
) -> None:
    alice, bob, room_id = await two_in_a_room(open_client)
    main = await open_window(alice)
    await main.open_room(room_id)
    bob.outbox.send_text(room_id, "bring the <b>lantern</b>")
    await main.until(lambda: any("lantern" in body for body in main.bodies()))
    QTest.keyClick(main.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    await main.until(lambda: len(main.items("SearchPanel")) == 1)
    type_text(main, "lant")
    await main.until(lambda: len(main.items("HitRow")) == 1)
    found: ValueListModel[HitRow] = main.app.search_model.property("rows")
    hit = to_qml(found.rows[0])
    assert "<b>lant</b>" in hit["text"].casefold()
    assert "<b>lantern</b>" not in hit["text"]
    main.app.room_model.openAt(hit["roomId"], hit["eventId"])
    await main.until(lambda: bool(main.items("TimelineView")[0].property("marked")))
    assert main.notices == []


async def test_a_sticker_of_the_rooms_pack_is_sent(open_client: OpenClient, open_window: OpenWindow) -> None:
    alice, _, room_id = await two_in_a_room(open_client)
    image = {"url": "mxc://example.org/owl", "body": "Owl", "usage": ["sticker", "emoticon"]}
    await alice.rooms.set_state(
        room_id, "im.ponies.room_emotes", {"pack": {"display_name": "Birds"}, "images": {"owl": image}}
    )
    main = await open_window(alice)
    await main.open_room(room_id)
    await main.until(lambda: len(main.app.room_model.property("stickers")) == 1)
    current = main.app.room_model.current
    assert current is not None
    current.composer_model.sendSticker(main.app.room_model.property("stickers")[0])
    items = current.timeline_model.model
    await main.until(lambda: any(item.kind is ItemKind.STICKER for item in items.items))
    composer = current.composer_model
    composer.typed("an :ow", 6)
    assert composer.accept(0) is True
    composer.send()
    await main.until(lambda: any(":owl:" in body for body in main.bodies()))
