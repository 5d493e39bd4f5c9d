"""A device on matrix-js-sdk (Rust crypto) lets this client in by QR code, whichever of them shows it."""

import asyncio
import base64
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest

from client_desktop.core.accounts.discovery import discover
from client_desktop.core.accounts.qr.code import decode_qr_code
from client_desktop.core.accounts.qr.new_device import NewDevice
from client_desktop.core.changes import Changes
from client_desktop.core.clock import SystemClock
from client_desktop.core.values import SyncState
from homeserver.config.settings import Settings
from tests.clients.test_matrix_js_sdk import INSTALL_LIMIT_S, NODE, install_packages
from tests.desktop.accounts.conftest import DESCRIPTION
from tests.desktop.accounts.test_sign_in import at_its_own_address
from tests.desktop.clients import make_client
from tests.desktop.homeserver import Homeserver
from tests.support.browser import Browser

SCRIPT = Path(__file__).parents[1] / "js" / "qr_partner.mjs"
STEP_LIMIT_S = 100.0
PASSWORD = "correct horse battery staple"


@pytest.fixture
async def homeserver(homeserver_settings: Settings) -> AsyncIterator[Homeserver]:
    """A server in the time of the other program."""
    homeserver = await Homeserver(homeserver_settings, SystemClock()).start()
    yield homeserver
    await homeserver.stop()


class Partner:
    """The other device, and the user who holds both."""

    def __init__(self, process: Process, browser: Browser) -> None:
        self._process = process
        self._browser = browser
        self.shown_digits = ""
        self.digits = ""

    async def step(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(STEP_LIMIT_S):
            line = await self._process.stdout.readline()
        assert line, "the process has ended"
        return orjson.loads(line)

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")

    async def show_code(self, code: bytes) -> None:
        self.tell(base64.b64encode(code).decode())

    async def show_check_code(self, digits: str) -> None:
        self.shown_digits = digits

    async def ask_check_code(self) -> str | None:
        self.digits = (await self.step())["digits"]
        return self.digits

    async def open_page(self, url: str, user_code: str) -> None:
        """Agree on the page that the other device opens."""
        step = await self.step()
        if "digits" in step:
            self.digits = step["digits"]
            step = await self.step()
        sign_in = await self._browser.open(step["page"])
        question = await self._browser.submit(sign_in, user="alice", password=PASSWORD)
        done = await self._browser.submit(question, decision="allow")
        assert "signing in" in done.text
        self.tell("agreed")


@pytest.mark.timeout(INSTALL_LIMIT_S + 3 * STEP_LIMIT_S)
@pytest.mark.parametrize("overrides", [at_its_own_address()])
@pytest.mark.parametrize("mode", ["shows", "scans"])
async def test_another_program_lets_us_in(
    homeserver: Homeserver,
    http: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mode: str,
) -> None:
    async def at_home(session: aiohttp.ClientSession, name: str) -> Any:
        assert name == "example.org"
        return await discover(session, homeserver.url)

    monkeypatch.setattr("client_desktop.core.accounts.qr.new_device.discover", at_home)
    await asyncio.to_thread(install_packages)
    process = await asyncio.create_subprocess_exec(
        str(NODE / "bin" / "node"), str(SCRIPT), homeserver.url, mode, stdin=PIPE, stdout=PIPE
    )
    partner = Partner(process, Browser(http, homeserver.url, homeserver.url))
    new = NewDevice(http, SystemClock(), partner, DESCRIPTION, poll_s=0.2)
    begun = await partner.step()
    if mode == "shows":
        signed_in = await new.scan(decode_qr_code(base64.b64decode(begun["code"])))
        assert partner.shown_digits == partner.digits
    else:
        signed_in = await new.show(homeserver.url)
    assert signed_in.session.user_id == "@alice:example.org"
    secrets = (await partner.step())["secrets"]
    assert set(secrets["cross_signing"]) == {"master_key", "self_signing_key", "user_signing_key"}
    assert signed_in.secrets["cross_signing"] == secrets["cross_signing"]
    await process.wait()
    client = make_client(signed_in.session, http, Changes(), tmp_path / "new", clock=SystemClock())
    try:
        await client.start()
        await client.sync.until(SyncState.LIVE)
        assert await client.crypto.adopt_bundle(signed_in.secrets)
        assert client.crypto.state().device_verified
    finally:
        await client.close()
