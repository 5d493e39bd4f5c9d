"""A new device and one that is signed in meet by a QR code, each by its view model, on a real server."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QTransform
from pytestqt.qtbot import QtBot

from client_desktop.core.accounts.discovery import discover
from client_desktop.core.accounts.session import Session
from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.core.engine import Engine
from client_desktop.core.values import SyncState
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser as SystemBrowser
from client_desktop.viewmodels.let_in import LetInModel
from client_desktop.viewmodels.login import LoginModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.qr_picture import qr_source
from client_desktop.viewmodels.qr_sign_in import QrSignInModel
from client_desktop.viewmodels.scanner import CameraPictures, ScannerModel, read_code
from tests.api.client import ApiClient
from tests.api.oauth_calls import sign_in as sign_browser_in
from tests.desktop.accounts.test_sign_in import at_its_own_address
from tests.desktop.clients import make_client
from tests.desktop.viewmodels.conftest import Show, Until, shown
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock

POLL_S = 0.02


@dataclass
class Meeting:
    """Both devices, and the browser of the one that is signed in."""

    new: QrSignInModel
    login: LoginModel
    existing: LetInModel
    client: Client
    engine: Engine
    pages: list[str]
    browser: Browser
    until: Until

    async def agree(self, decision: str = "allow") -> None:
        """Answer on the page that the device which is signed in has opened."""
        await self.until(lambda: self.pages)
        question = await self.browser.open(self.pages.pop())
        await self.browser.submit(question, decision=decision)


@pytest.fixture
async def meeting(
    bridge: Bridge,
    engine: Engine,
    browser: SystemBrowser,
    pages: list[str],
    prompt: PromptModel,
    nobody: ApiClient,
    http: aiohttp.ClientSession,
    clock: FakeClock,
    tmp_path: Path,
    show: Show,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Meeting]:
    async def at_home(session: aiohttp.ClientSession, name: str) -> Any:
        """The server's name leads to the server, as it does outside of tests."""
        assert name == "example.org"
        return await discover(session, nobody.base_url)

    monkeypatch.setattr("client_desktop.core.accounts.qr.new_device.discover", at_home)
    alice = await nobody.register("alice")
    assert alice.access_token is not None
    me = Session(alice.user_id, alice.device_id, nobody.base_url, alice.access_token)
    changes = Changes()
    client = make_client(me, http, changes, tmp_path / "existing", clock=clock)
    await client.start()
    await client.sync.until(SyncState.LIVE)
    await client.crypto.set_up(prompt)
    own_bridge = Bridge(asyncio.get_running_loop(), changes)
    existing = LetInModel(own_bridge, browser, POLL_S)
    await show(existing, client)
    login = LoginModel(bridge, engine, browser)
    await show(login, None)
    login.lookUp(nobody.base_url)
    await login.settle()
    new = QrSignInModel(bridge, engine, login, browser, POLL_S)
    await show(new, None)
    page_browser = Browser(http, nobody.base_url, nobody.base_url)
    await sign_browser_in(page_browser)
    yield Meeting(new, login, existing, client, engine, pages, page_browser, until)
    existing.cancel()
    await existing.settle()
    await client.close()
    own_bridge.close()


def scanned(model: QrSignInModel | LetInModel) -> str:
    """Read the code that a device shows, as a camera would."""
    data = read_code(picture_of(str(shown(model, "qrSource"))))
    assert data is not None
    return base64.b64encode(data).decode()


def picture_of(source: str) -> QImage:
    return QImage.fromData(base64.b64decode(source.partition(",")[2]))


async def is_verified(meeting: Meeting) -> bool:
    crypto = meeting.engine.accounts["@alice:example.org"].crypto
    state = crypto.state()
    return state.device_verified and state.private_keys_here and state.backup_active


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_new_device_shows_a_code_and_ends_signed_in_and_verified(meeting: Meeting) -> None:
    new, existing, until = meeting.new, meeting.existing, meeting.until
    entered: list[tuple[str, bool]] = []
    meeting.login.signedIn.connect(lambda user_id, fresh: entered.append((user_id, fresh)))
    assert shown(meeting.login, "hasQr")
    existing.look()
    await until(lambda: shown(existing, "possible"))
    new.showCode()
    await until(lambda: shown(new, "stage") == "code")
    existing.wantScan()
    existing.scan(scanned(new))
    await until(lambda: shown(existing, "stage") == "digits")
    await until(lambda: shown(new, "stage") == "type")
    new.typeDigits(str(shown(existing, "digits")))
    await until(lambda: shown(new, "stage") == "page" and shown(new, "userCode"))
    await meeting.agree()
    await until(lambda: shown(new, "stage") == shown(existing, "stage") == "done")
    assert entered == [("@alice:example.org", False)]
    assert await is_verified(meeting)


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_device_that_is_signed_in_shows_a_code_and_lets_the_new_one_in(meeting: Meeting) -> None:
    new, existing, until = meeting.new, meeting.existing, meeting.until
    existing.showCode()
    await until(lambda: shown(existing, "stage") == "code")
    new.scan(scanned(existing))
    await until(lambda: shown(existing, "stage") == "type")
    await until(lambda: shown(new, "userCode"))
    assert shown(new, "stage") == "digits"
    existing.typeDigits("1")
    assert shown(existing, "stage") == "type"
    existing.typeDigits(str(shown(new, "digits")))
    await meeting.agree()
    await until(lambda: shown(new, "stage") == shown(existing, "stage") == "done")
    assert await is_verified(meeting)


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_wrong_digits_and_other_codes_let_nobody_in(meeting: Meeting) -> None:
    new, existing, until = meeting.new, meeting.existing, meeting.until
    new.scan(base64.b64encode(b"https://example.org/").decode())
    await until(lambda: shown(new, "error"))
    assert (shown(new, "stage"), shown(new, "error")) == ("scan", "This code is for something else.")
    existing.showCode()
    await until(lambda: shown(existing, "stage") == "code")
    new.scan(scanned(existing))
    await until(lambda: shown(existing, "stage") == "type")
    right = str(shown(new, "digits"))
    existing.typeDigits("00" if right != "00" else "11")
    await until(lambda: shown(existing, "stage") == "failed")
    assert shown(existing, "error") == "The digits did not match; nothing was handed over."
    await until(lambda: shown(new, "stage") == "failed")
    assert meeting.pages == []
    assert meeting.engine.accounts == {}
    new.showCode()
    await until(lambda: shown(new, "stage") == "code")
    new.cancel()
    assert (shown(new, "stage"), shown(new, "qrSource")) == ("", "")


@pytest.mark.parametrize("overrides", [{"auth": {"oauth": False, "password_hash": "minimum"}}])
async def test_without_the_grant_nobody_is_offered_a_code(meeting: Meeting) -> None:
    assert not shown(meeting.login, "hasQr")
    await meeting.existing._look()
    assert not shown(meeting.existing, "possible")


@pytest.fixture
async def scanner(qtbot: QtBot) -> AsyncIterator[ScannerModel]:
    scanner = ScannerModel()
    yield scanner
    scanner.stop()


SECRET = b"MATRIX\x02\x03\xff\x00 anything"


async def test_code_is_read_from_a_file_the_clipboard_and_the_camera(
    scanner: ScannerModel, until: Until, tmp_path: Path
) -> None:
    found: list[str] = []
    scanner.found.connect(found.append)
    picture = picture_of(qr_source(SECRET))
    picture.save(str(tmp_path / "code.png"))
    scanner.open((tmp_path / "code.png").as_uri())
    await until(lambda: len(found) == 1)
    QGuiApplication.clipboard().setImage(picture)
    assert scanner.paste()
    await until(lambda: len(found) == 2)
    scanner.take(photograph_of(picture))
    await until(lambda: len(found) == 3)
    assert {base64.b64decode(code) for code in found} == {SECRET}
    source = str(shown(scanner, "frameSource"))
    assert source.startswith("image://camera/")
    assert not CameraPictures(scanner).requestImage("1", scanner.frame.size(), scanner.frame.size()).isNull()
    scanner.stop()
    assert shown(scanner, "frameSource") == ""


async def test_what_is_no_code_is_said(scanner: ScannerModel, until: Until, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setText("no picture")
    assert not scanner.paste()
    assert shown(scanner, "problem") == "no_picture"
    blank = QImage(64, 64, QImage.Format.Format_RGB32)
    blank.fill(Qt.GlobalColor.white)
    scanner.read(blank)
    await until(lambda: shown(scanner, "problem") == "no_code")
    (tmp_path / "no.png").write_bytes(b"<svg/>")
    scanner.open((tmp_path / "no.png").as_uri())
    assert shown(scanner, "problem") == "no_picture"
    scanner.open("https://example.org/code.png")
    assert shown(scanner, "problem") == "no_picture"


def test_without_a_camera_none_is_offered(qtbot: QtBot) -> None:
    scanner = ScannerModel()
    scanner.look()
    scanner.start()
    assert shown(scanner, "hasCamera") is False
    assert shown(scanner, "frameSource") == ""


def photograph_of(picture: QImage) -> QImage:
    """The code as somebody holds it: turned, smaller, in color."""
    turned = picture.transformed(QTransform().rotate(17), Qt.TransformationMode.SmoothTransformation)
    ground = QImage(640, 480, QImage.Format.Format_RGB32)
    ground.fill(Qt.GlobalColor.lightGray)
    from PySide6.QtGui import QPainter

    painter = QPainter(ground)
    painter.drawImage(120, 80, turned)
    painter.end()
    return ground
