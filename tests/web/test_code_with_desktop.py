"""The desktop client and the web client let each other in by QR codes, each the other's new device once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PySide6.QtGui import QImage

from client_desktop.core.accounts.discovery import discover
from client_desktop.core.accounts.qr.code import QrCode, decode_qr_code
from client_desktop.core.accounts.qr.existing_device import ExistingDevice
from client_desktop.core.accounts.qr.new_device import NewDevice, QrSignIn
from client_desktop.core.changes import Changes
from client_desktop.core.client import Client
from client_desktop.core.clock import SystemClock
from client_desktop.core.json_types import JsonObject
from client_desktop.core.values import SyncState
from client_desktop.viewmodels.qr_picture import qr_source
from client_desktop.viewmodels.scanner import read_code
from client_web.build import install_packages, node_folder
from tests.api.oauth_calls import sign_in as sign_browser_in
from tests.desktop.accounts.conftest import DESCRIPTION
from tests.desktop.clients import make_client
from tests.desktop.js_partner import JsPartner, told_process
from tests.support.browser import Browser
from tests.web.browser_scripts import DRIVEN

NAME = "sami"
PASSWORD = "correct horse battery"
POLL_S = 0.2


class Desk:
    """What somebody does at the desktop client, with a web client beside it."""

    def __init__(self, web: JsPartner, browser: Browser) -> None:
        self._web = web
        self._browser = browser
        self._beside: asyncio.Task[Any] | None = None

    async def show_code(self, code: bytes) -> None:
        """The browser that is signed in scans the code."""
        picture = qr_source(code).partition(",")[2]
        self._beside = asyncio.create_task(self._web.do("letIn", picture=picture))

    async def ask_check_code(self) -> str | None:
        return str(await self.done())

    async def show_check_code(self, digits: str) -> None:
        self._beside = asyncio.create_task(self._web.do("typeDigits", digits=digits))

    async def open_page(self, url: str, user_code: str) -> None:
        """Agree: in the browser where that one lets us in, else in one of the desktop's own."""
        if not url:
            await self._web.do("agree")
            return
        await self.done()
        await sign_browser_in(self._browser, NAME, PASSWORD)
        await self._browser.submit(await self._browser.open(url), decision="allow")

    async def done(self) -> Any:
        """Wait for what is being done at the web client."""
        assert self._beside is not None
        return await self._beside


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.interop
@pytest.mark.timeout(300)
async def test_desktop_and_browser_let_each_other_in_by_code(
    web_server: str, http: aiohttp.ClientSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def at_home(session: aiohttp.ClientSession, name: str) -> Any:
        """The server's name leads to the server, as it does outside of tests."""
        assert name == "localhost"
        return await discover(session, web_server)

    monkeypatch.setattr("client_desktop.core.accounts.qr.new_device.discover", at_home)
    async with _browsers(web_server) as web:
        await web.do("begin", name=NAME)
        desk = Desk(web, Browser(http, web_server, web_server))
        signed_in = await NewDevice(http, SystemClock(), desk, DESCRIPTION, POLL_S).show(web_server)
        await web.do("isLetIn")
        async with _client(signed_in, http, tmp_path) as client:
            assert client.crypto.state().device_verified
            code = await web.do("showCode")
            await _let_in(client, desk, _read(code))
            await web.do("isIn")


@asynccontextmanager
async def _browsers(server_url: str) -> AsyncIterator[JsPartner]:
    await asyncio.to_thread(install_packages)
    node = str(node_folder() / "bin" / "node")
    command = (node, "--disable-warning=ExperimentalWarning", str(DRIVEN / "code_with_desktop.ts"))
    async with told_process(*command, environment={"PARLOUR_URL": server_url}) as web:
        yield web


@asynccontextmanager
async def _client(signed_in: QrSignIn, http: aiohttp.ClientSession, folder: Path) -> AsyncIterator[Client]:
    """The desktop's client, as it is after signing in: it has taken what was handed over."""
    client = make_client(signed_in.session, http, Changes(), folder, clock=SystemClock())
    try:
        await client.start()
        await client.sync.until(SyncState.LIVE)
        assert await client.crypto.adopt_bundle(signed_in.secrets)
        yield client
    finally:
        await client.close()


async def _let_in(client: Client, desk: Desk, code: QrCode) -> None:
    async def secrets() -> JsonObject:
        return client.crypto.bundle()

    device = ExistingDevice(client.http, client.api, client.me.user_id, desk, secrets, POLL_S)
    await device.scan(code)


def _read(picture: str) -> QrCode:
    data = read_code(QImage.fromData(base64.b64decode(picture)))
    assert data is not None
    return decode_qr_code(data)
