"""The whole client, drawn without a display: cards, pages and dialogs by their buttons, on a real server."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Q_ARG, QMetaObject, QObject, Qt, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtQuick import QQuickItem
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from client_desktop.app import DesktopApp, Places
from client_desktop.viewmodels.words import install_words
from client_desktop.views.look import prepare_application
from tests.api.client import ApiClient
from tests.api.mailbox import ask, link_of, press_button
from tests.desktop.accounts.test_sign_in import at_its_own_address
from tests.desktop.waiting import until
from tests.desktop.windows import click_when_still, qt_at_work, visible_item, visible_items
from tests.support.smtp_server import SmtpServer

PASSWORD = "correct horse battery"
PAGES = (
    "profile",
    "account",
    "devices",
    "notifications",
    "appearance",
    "privacy",
    "encryption",
    "keyboard",
    "about",
)
ROOM_PAGES = (
    "general",
    "access",
    "permissions",
    "members",
    "notifications",
    "addresses",
    "packs",
    "advanced",
)
DIALOGS = (
    "newDirect",
    "createRoom",
    "createSpace",
    "explore",
    "spaceHome",
    "addRooms",
    "invite",
    "leaveRoom",
    "export",
    "person",
    "report",
    "ignore",
    "removeMember",
    "accounts",
    "signOut",
    "signedOut",
    "storeBroken",
    "shortcuts",
    "verifyDevice",
    "verification",
    "setUpRecovery",
    "recover",
    "resetIdentity",
    "letIn",
)


class Desk:
    """The client as a user has it: what is visible is found by `objectName` and used by mouse and keys."""

    def __init__(self, desktop: DesktopApp) -> None:
        assert desktop.app is not None
        assert desktop.window is not None
        self.desktop = desktop
        self.app = desktop.app
        self.window = desktop.window
        self.warnings: list[str] = []

    def part(self, name: str) -> QObject:
        part = self.app.part(name)
        assert part is not None
        return part

    def find(self, name: str) -> QQuickItem | None:
        return visible_item(self.window, name)

    def texts(self) -> str:
        found = [str(item.property("text")) for item in visible_items(self.window.contentItem())]
        return "\n".join(text for text in found if text)

    def floating(self) -> bool:
        """Whether anything lies above the page: a dialog, a menu."""
        above = (item.metaObject().className() for item in visible_items(self.window.contentItem()))
        return any(name.startswith("QQuickPopupItem") for name in above)

    async def until(self, holds: Callable[[], Any]) -> Any:
        return await until(holds)

    async def click(self, name: str) -> None:
        """Click what has this name, as soon as it is there and can be clicked."""
        await click_when_still(lambda: None if (item := self.find(name)) is None else (self.window, item))

    async def type(self, name: str, text: str) -> None:
        """Type into the field of this name."""
        await self.until(lambda: self.find(name))
        await self.click(name)
        field = self.find(name)
        assert field is not None
        field.forceActiveFocus()
        for letter in text:
            QTest.keyClick(self.window, letter)  # type: ignore[call-overload]

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window, key)


@pytest.fixture
async def desk(qtbot: QtBot, homeserver_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    prepare_application(application)
    install_words("en")
    warnings: list[str] = []
    before = qInstallMessageHandler(lambda _kind, _context, text: warnings.append(text))
    async with qt_at_work():
        desktop = DesktopApp(Places(tmp_path / "desktop"))
        await desktop.open()
        desk = Desk(desktop)
        desk.part("preferences").set_values(language="en", reduced_motion=True)  # type: ignore[attr-defined]
        yield desk
        await desktop.close()
    qInstallMessageHandler(before)
    own = [text for text in warnings if "/views/" in text and "/views/main/" not in text]
    assert own == []


async def register(desk: Desk, homeserver_url: str, name: str = "alice") -> None:
    await desk.type("serverField", homeserver_url)
    await desk.click("serverContinue")
    await desk.click("createAccount")
    await desk.type("newName", name)
    await desk.type("newPassword", PASSWORD)
    await desk.click("register")
    await desk.until(lambda: desk.app.property("page") == "main")


async def close_dialog(desk: Desk) -> None:
    """Close the dialog that is open by Escape."""
    await desk.until(lambda: desk.floating())
    desk.press(Qt.Key.Key_Escape)
    await desk.until(lambda: not desk.floating())


async def test_account_is_made_and_recovery_set_up_by_hand(desk: Desk, homeserver_url: str) -> None:
    await register(desk, homeserver_url)
    await desk.click("makeKey")
    await desk.until(lambda: desk.find("recoveryKey"))
    shown = desk.find("recoveryKey")
    assert shown is not None
    assert str(shown.property("text")).startswith("Es")
    next_button = desk.find("keyNext")
    assert next_button is not None
    assert not next_button.isEnabled()
    await desk.click("keyKept")
    await desk.click("keyNext")
    await desk.click("setUpDone")
    await desk.until(lambda: desk.part("encryption").property("deviceVerified"))


async def test_wrong_password_is_said_above_the_fields(desk: Desk, homeserver_url: str) -> None:
    await desk.type("serverField", homeserver_url)
    await desk.click("serverContinue")
    await desk.type("userName", "alice")
    await desk.type("password", "wrong")
    desk.press(Qt.Key.Key_Return)
    await desk.until(lambda: "User name or password is not right. Try again." in desk.texts())


async def test_every_page_and_dialog_is_drawn_without_a_warning(
    desk: Desk, homeserver_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await register(desk, homeserver_url)
    await desk.until(lambda: desk.find("makeKey"))
    engine = desk.desktop._engine
    assert engine is not None
    client = next(iter(engine.accounts.values()))
    create = desk.part("dialogs").property("createRoom")
    made: list[str] = []
    create.created.connect(made.append)
    create.begin("")
    await create.settle()
    for options in ({"name": "Club", "space": True}, {"name": "Hut"}):
        create.create(options)
        await create.settle()
    space_id, room_id = made
    await desk.until(lambda: room_id in desk.app.rooms_model.summaries)
    arguments = {"roomId": room_id, "userId": client.me.user_id, "spaceId": ""}
    for name in DIALOGS:
        wanted = arguments | ({"roomId": space_id} if name in ("spaceHome", "addRooms") else {})
        desk.app.openDialogWith(name, wanted)
        await asyncio.sleep(0.1)
        desk.window.grabWindow()
    for page in ROOM_PAGES:
        desk.app.openDialogWith("roomSettings", {"roomId": room_id, "page": page})
        await asyncio.sleep(0.1)
        desk.window.grabWindow()
    await close_dialog(desk)
    desk.app.show("settings")
    for page in PAGES:
        desk.part("settings").open(page)  # type: ignore[attr-defined]
        await asyncio.sleep(0.1)
        desk.window.grabWindow()
    assert [record.message for record in caplog.records if "view model" in record.message] == []


async def test_room_is_made_by_hand_and_settings_close_by_escape(desk: Desk, homeserver_url: str) -> None:
    await register(desk, homeserver_url)
    await desk.until(lambda: desk.find("makeKey"))
    await close_dialog(desk)
    desk.app.openDialog("createRoom")
    await desk.type("roomName", "Hut")
    await desk.click("submitCreate")
    await desk.until(lambda: desk.app.room_model.room_id)
    desk.app.show("settings")
    await desk.until(lambda: desk.find("page-devices"))
    await desk.click("page-devices")
    await desk.until(lambda: "Where you are signed in." in desk.texts())
    desk.press(Qt.Key.Key_Escape)
    await desk.until(lambda: desk.app.property("page") == "main")


async def test_level_of_ones_own_choice_is_given(desk: Desk, homeserver_url: str) -> None:
    await register(desk, homeserver_url)
    await desk.until(lambda: desk.find("makeKey"))
    await close_dialog(desk)
    desk.app.openDialog("createRoom")
    await desk.type("roomName", "Hut")
    await desk.click("submitCreate")
    room_id = await desk.until(lambda: desk.app.room_model.room_id)
    desk.app.openDialogWith("roomSettings", {"roomId": room_id, "page": "permissions"})
    box = await desk.until(lambda: desk.find("act-invite"))
    other = box.property("otherPlace")
    QMetaObject.invokeMethod(box, "activated", Q_ARG(int, other))
    await desk.type("customLevel", "")
    desk.press(Qt.Key.Key_A)
    picture(desk, "custom-level")
    submit = await desk.until(lambda: desk.find("setCustomLevel"))
    assert not submit.isEnabled()
    QTest.keyClick(desk.window, Qt.Key.Key_Backspace)
    await desk.type("customLevel", "\b" * 3 + "42")
    await desk.click("setCustomLevel")
    await desk.until(lambda: box.property("level") == 42)
    assert box.property("displayText") == "Level 42"


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_code_is_shown_for_signing_in_and_one_can_be_pasted_instead(
    desk: Desk, homeserver_url: str
) -> None:
    await desk.type("serverField", homeserver_url)
    await desk.click("serverContinue")
    await desk.click("signInWithQr")
    code = await desk.until(lambda: desk.find("qrCode"))
    await desk.until(lambda: code.property("paintedWidth") > 100)
    picture(desk, "qr-code")
    await desk.click("qrOther")
    await desk.until(lambda: desk.find("scanPaste"))
    picture(desk, "qr-scan")
    blank = QImage(64, 64, QImage.Format.Format_RGB32)
    blank.fill(Qt.GlobalColor.white)
    QGuiApplication.clipboard().setImage(blank)
    await desk.click("scanPaste")
    await desk.until(lambda: "There is no QR code in this picture." in desk.texts())
    await desk.click("back")
    await desk.until(lambda: desk.find("signInWithQr"))


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_another_device_is_let_in_from_the_page_of_devices(desk: Desk, homeserver_url: str) -> None:
    await register(desk, homeserver_url)
    for step in ("makeKey", "keyKept", "keyNext", "setUpDone"):
        await desk.click(step)
    await desk.until(lambda: desk.part("encryption").property("privateKeysHere"))
    desk.app.show("settings")
    await desk.click("page-devices")
    await desk.click("letIn")
    code = await desk.until(lambda: desk.find("qrCode"))
    await desk.until(lambda: code.property("paintedWidth") > 100)
    picture(desk, "let-in")
    await desk.click("letInOther")
    await desk.until(lambda: desk.find("scanPaste"))
    picture(desk, "let-in-scan")


async def test_forgotten_password_is_replaced_by_who_reads_the_mail(
    smtp_server: SmtpServer, desk: Desk, nobody: ApiClient
) -> None:
    alice = await nobody.register("alice")
    sid = (await ask(alice, "/account/3pid", "alice@example.com")).ok()["sid"]
    await press_button(nobody, link_of(await smtp_server.next_mail()))
    proof = {"sid": sid, "client_secret": "monkeys", "auth": alice.password_auth()}
    (await alice.post("/account/3pid/add", proof)).ok()
    await desk.type("serverField", nobody.base_url)
    await desk.click("serverContinue")
    await desk.click("forgotPassword")
    await desk.type("freshPassword", PASSWORD)
    await desk.click("setPassword")
    await desk.type("stageField", "alice@example.com")
    await desk.click("stageContinue")
    await desk.until(lambda: "alice@example.com" in desk.texts())
    mail = await smtp_server.next_mail()
    while "/_matrix" not in mail.part("plain"):
        mail = await smtp_server.next_mail()  # "an address was added"
    picture(desk, "forgotten")
    await press_button(nobody, link_of(mail))
    await desk.click("stageContinue")
    await desk.until(lambda: desk.part("forgottenPassword").property("finished"))
    await desk.click("setPassword")
    await desk.type("userName", "alice")
    await desk.type("password", PASSWORD)
    await desk.click("signIn")
    await desk.until(lambda: desk.app.property("page") == "main")


async def test_account_is_closed_by_who_types_its_name_and_password(
    desk: Desk, homeserver_url: str, nobody: ApiClient
) -> None:
    await register(desk, homeserver_url)
    await desk.until(lambda: desk.find("makeKey"))
    await close_dialog(desk)
    desk.app.show("settings")
    desk.part("settings").open("account")  # type: ignore[attr-defined]
    button = await desk.until(lambda: desk.find("closeAccount"))
    QMetaObject.invokeMethod(button, "clicked")  # it is below the edge of the window
    await desk.click("eraseMessages")
    submit = await desk.until(lambda: desk.find("submitClosing"))
    await desk.type("typedUserId", "@alice")
    assert not submit.isEnabled()
    await desk.type("typedUserId", ":example.org")
    picture(desk, "close-account")
    await desk.click("submitClosing")
    await desk.type("stageField", PASSWORD)
    await desk.click("stageContinue")
    await desk.until(lambda: desk.app.property("page") == "welcome")
    assert (await nobody.try_log_in("alice", PASSWORD)).status == 403
    assert desk.desktop._engine is not None
    assert not desk.desktop._engine.accounts


def picture(desk: Desk, name: str) -> None:
    """Keep what is seen, for people to look at, where LOOK says."""
    folder = os.environ.get("LOOK")
    if folder:
        desk.window.grabWindow().save(f"{folder}/{name}.png")
