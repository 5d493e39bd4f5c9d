"""Setting up recovery, verifying a second device by emoji, recovering a third: by the view models alone."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import ClientSession
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from client_desktop.core.accounts.session import Session
from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.encryption import EncryptionModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.qr_picture import qr_source
from client_desktop.viewmodels.recovery import RecoveryModel
from client_desktop.viewmodels.scanner import read_code
from client_desktop.viewmodels.verification import VerificationModel
from client_desktop.viewmodels.words import install_words
from tests.api.client import ApiClient
from tests.desktop.clients import make_client
from tests.desktop.homeserver import Homeserver
from tests.desktop.viewmodels.conftest import Until, shown


@dataclass
class Device:
    client: Client
    encryption: EncryptionModel
    recovery: RecoveryModel
    verification: VerificationModel


class OpenDevice:
    """Every device is a client program of its own, as in life: nothing is shared but the server."""

    def __init__(
        self, homeserver: Homeserver, http: ClientSession, prompt: PromptModel, folder: Path
    ) -> None:
        self._homeserver, self._http, self._prompt, self._folder = homeserver, http, prompt, folder
        self._endings: list[Callable[[], Awaitable[None]]] = []
        self._bridges: list[Bridge] = []
        self._known = False

    async def __call__(self) -> Device:
        """Sign in as a new device of Alice, who is registered the first time."""
        changes = Changes()
        plain = ApiClient(self._http, self._homeserver.url)
        user = await (plain.log_in("alice") if self._known else plain.register("alice"))
        self._known = True
        assert user.access_token is not None
        me = Session(user.user_id, user.device_id, plain.base_url, user.access_token)
        client = make_client(me, self._http, changes, self._folder / me.device_id)
        bridge = Bridge(asyncio.get_running_loop(), changes)
        device = Device(
            client, EncryptionModel(bridge), RecoveryModel(bridge, self._prompt), VerificationModel(bridge)
        )
        for model in (device.encryption, device.recovery, device.verification):
            await model.use(client)
            self._endings.append(model.close)
        self._endings.append(client.close)
        self._bridges.append(bridge)
        await client.start()
        return device

    async def close(self) -> None:
        for end in self._endings:
            await end()
        for bridge in self._bridges:
            bridge.close()


@pytest.fixture
async def open_device(
    qtbot: QtBot, homeserver: Homeserver, http: ClientSession, prompt: PromptModel, tmp_path: Path
) -> AsyncIterator[OpenDevice]:
    install_words("en")
    opener = OpenDevice(homeserver, http, prompt, tmp_path / "devices")
    yield opener
    await opener.close()


async def set_up(device: Device, until: Until) -> str:
    await until(lambda: shown(device.encryption, "banner") == "set_up")
    device.recovery.begin("intro")
    device.recovery.setUp("")
    await device.recovery.settle()
    assert (shown(device.recovery, "step"), shown(device.recovery, "error")) == ("key", "")
    key = str(shown(device.recovery, "key"))
    device.recovery.finish()
    return key


async def test_recovery_key_is_shown_once_and_opens_the_account_again(
    open_device: OpenDevice, until: Until
) -> None:
    first = await open_device()
    key = await set_up(first, until)
    assert key.startswith("Es")
    assert (shown(first.recovery, "step"), shown(first.recovery, "key")) == ("done", "")
    await until(lambda: shown(first.encryption, "banner") == "")

    second = await open_device()
    await until(lambda: shown(second.encryption, "banner") == "verify")
    second.recovery.begin("enter")
    second.recovery.recover(key[:-4] + "zzzz")
    await second.recovery.settle()
    assert shown(second.recovery, "step") == "enter"
    assert str(shown(second.recovery, "error")).startswith("This is not the right key")
    second.recovery.recover(key)
    await second.recovery.settle()
    assert (shown(second.recovery, "step"), shown(second.recovery, "error")) == ("recovered", "")
    await until(lambda: shown(second.encryption, "deviceVerified"))
    await until(lambda: shown(second.encryption, "banner") == "")


async def test_saved_key_file_recovers_and_nobody_else_may_read_it(
    open_device: OpenDevice, until: Until, tmp_path: Path
) -> None:
    first = await open_device()
    await until(lambda: shown(first.encryption, "banner") == "set_up")
    first.recovery.begin("intro")
    first.recovery.setUp("")
    await first.recovery.settle()
    file = tmp_path / "key.txt"
    first.recovery.saveKey(QUrl.fromLocalFile(str(file)))
    assert shown(first.recovery, "saved")
    assert file.stat().st_mode & 0o077 == 0

    second = await open_device()
    second.recovery.begin("enter")
    second.recovery.recoverFromFile(QUrl.fromLocalFile(str(file)))
    await second.recovery.settle()
    assert shown(second.recovery, "step") == "recovered"


async def test_passphrase_that_is_too_short_makes_nothing(open_device: OpenDevice) -> None:
    device = await open_device()
    device.recovery.begin("intro")
    device.recovery.setUp("short")
    assert shown(device.recovery, "step") == "intro"
    assert str(shown(device.recovery, "error")).startswith("Use at least 12")
    assert not device.client.crypto.state().identity_exists


async def test_a_device_verifies_by_scanning_the_code_of_another(
    open_device: OpenDevice, until: Until
) -> None:
    first = await open_device()
    await set_up(first, until)
    second = await open_device()
    asked: list[bool] = []
    first.verification.asked.connect(lambda: asked.append(True))
    second.verification.begin("", "", "")
    second.verification.request()
    await until(lambda: asked)
    first.verification.accept()
    await until(lambda: shown(second.verification, "stage") == "ready")
    await until(lambda: shown(first.verification, "qrSource"))
    assert shown(second.verification, "canScan")
    picture = str(shown(first.verification, "qrSource")).partition(",")[2]
    code = read_code(QImage.fromData(base64.b64decode(picture)))
    assert code is not None
    second.verification.scan("no base64!")
    second.verification.scan(base64.b64encode(b"another code").decode())
    await until(lambda: shown(second.verification, "error"))
    assert shown(second.verification, "stage") == "ready"
    second.verification.scan(base64.b64encode(code).decode())
    await until(lambda: shown(first.verification, "stage") == "scanned")
    first.verification.match()
    for side in (first, second):
        await until(lambda side=side: shown(side.verification, "stage") == "done")  # type: ignore[misc]
    await until(lambda: shown(second.encryption, "deviceVerified"))


async def test_two_devices_verify_by_emoji(open_device: OpenDevice, until: Until) -> None:
    first = await open_device()
    await set_up(first, until)
    second = await open_device()
    asked: list[bool] = []
    first.verification.asked.connect(lambda: asked.append(True))
    second.verification.begin("", "", "")
    second.verification.request()
    await until(lambda: asked)
    assert (shown(first.verification, "own"), shown(first.verification, "incoming")) == (True, True)
    first.verification.accept()
    await until(lambda: shown(second.verification, "stage") == "ready")
    assert str(shown(second.verification, "qrSource")).startswith("data:image/png;base64,")
    second.verification.compareEmoji()
    for side in (first, second):
        await until(lambda side=side: shown(side.verification, "stage") == "compare")  # type: ignore[misc]
    emoji = shown(first.verification, "emoji")
    assert emoji == shown(second.verification, "emoji")
    assert isinstance(emoji, list)
    assert [sorted(each) for each in emoji] == [["emoji", "name"]] * 7
    first.verification.match()
    second.verification.match()
    for side in (first, second):
        await until(lambda side=side: shown(side.verification, "stage") == "done")  # type: ignore[misc]
    await until(lambda: shown(second.encryption, "deviceVerified"))


async def test_emoji_that_differ_warn_on_both_sides(open_device: OpenDevice, until: Until) -> None:
    first = await open_device()
    await set_up(first, until)
    second = await open_device()
    second.verification.begin("", "", "")
    second.verification.request()
    await until(lambda: shown(first.verification, "stage") == "requested")
    first.verification.accept()
    await until(lambda: shown(second.verification, "stage") == "ready")
    second.verification.compareEmoji()
    await until(lambda: shown(first.verification, "stage") == "compare")
    first.verification.mismatch()
    for side in (first, second):
        await until(lambda side=side: shown(side.verification, "stage") == "cancelled")  # type: ignore[misc]
        assert str(shown(side.verification, "reason")).startswith("The emoji did not match.")
    assert not shown(second.encryption, "deviceVerified")


async def test_request_that_is_declined_is_told_to_who_asked(open_device: OpenDevice, until: Until) -> None:
    first = await open_device()
    await set_up(first, until)
    second = await open_device()
    second.verification.begin("", "", "")
    second.verification.request()
    await until(lambda: shown(first.verification, "stage") == "requested")
    first.verification.cancel()
    await until(lambda: shown(second.verification, "stage") == "cancelled")
    assert shown(second.verification, "reason") == "The other side cancelled."


async def test_nobody_to_verify_with_is_said_in_words(open_device: OpenDevice, until: Until) -> None:
    first = await open_device()
    await set_up(first, until)
    first.verification.begin("", "", "")
    first.verification.request()
    await first.verification.settle()
    assert str(shown(first.verification, "error")).startswith("You are signed in nowhere else.")


def test_code_is_drawn_large_enough_for_cameras() -> None:
    assert qr_source(b"MATRIX\x02\x01" + bytes(range(200))).startswith("data:image/png;base64,iVBOR")


async def test_banner_is_there_again_when_the_account_is_shown_again(
    open_device: OpenDevice, until: Until
) -> None:
    device = await open_device()
    await until(lambda: shown(device.encryption, "banner") == "set_up")
    device.encryption.dismiss()
    assert shown(device.encryption, "banner") == ""
    await device.encryption.use(None)
    await device.encryption.use(device.client)
    assert shown(device.encryption, "banner") == "set_up"
