"""matrix-js-sdk, the engine of Element Web, signs in by OAuth 2.0."""

import asyncio
from asyncio.subprocess import PIPE
from pathlib import Path

import aiohttp
import pytest

from homeserver.app import running_server
from tests.api.client import PASSWORD
from tests.clients.test_matrix_js_sdk import INSTALL_LIMIT_S, NODE, SOURCES, install_packages
from tests.support.browser import Browser, parameters
from tests.support.settings_for_clients import settings_for_clients

SIGN_IN_LIMIT_S = 240


@pytest.mark.timeout(INSTALL_LIMIT_S + SIGN_IN_LIMIT_S)
async def test_matrix_js_sdk_signs_in_refreshes_and_notices_the_end(
    tmp_path: Path, database_url: str
) -> None:
    await asyncio.to_thread(install_packages)
    settings = settings_for_clients(tmp_path, database_url)
    async with running_server(settings) as server, asyncio.timeout(SIGN_IN_LIMIT_S):
        script = await asyncio.create_subprocess_exec(
            NODE / "bin" / "node",
            "oauth.js",
            server.base_url,
            cwd=SOURCES,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
        )
        assert script.stdout is not None
        line = b""
        while not line.startswith(b"open: "):  # the SDK says what it does, too
            line = await script.stdout.readline()
            assert line, (await script.communicate())[1].decode()[-3000:]
        code = await make_account_and_agree(server.base_url, line.decode().removeprefix("open: ").strip())
        output, errors = await script.communicate(f"{code}\n".encode())
    assert script.returncode == 0, errors.decode()[-3000:]
    assert "oauth: ok @js.user:parlour.test" in output.decode()


async def make_account_and_agree(base_url: str, url: str) -> str:
    """Do in a browser what its user would do; return the code."""
    async with aiohttp.ClientSession() as http:
        browser = Browser(http, base_url, base_url)
        consent = await browser.submit(await browser.open(url), username="js.user", password=PASSWORD)
        assert "Sign in to JavaScript?" in consent.text
        answer = await browser.submit(consent, decision="allow")
    got = parameters(answer.location)
    assert got["state"] == "some state"
    return got["code"]
