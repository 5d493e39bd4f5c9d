"""Making an account on a server that wants much shown first: a captcha, terms, an address, an invitation."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.authority import Authority
from tests.support.captcha_provider import (
    SECRET_KEY,
    SITE_KEY,
    CaptchaProvider,
    running_captcha_provider,
)
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port
from tests.support.smtp_server import running_smtp_server
from tests.support.web_site import WebSite, web_site
from tests.web.browser_scripts import run_script, time_for
from tests.web.mail_folder import mails_in

LIMIT_S = 240
HOST = "captcha.example"


@pytest.fixture
async def captcha(tmp_path: Path) -> AsyncIterator[CaptchaProvider]:
    authority = Authority.make(tmp_path)
    async with running_captcha_provider(HOST, authority.server_context(HOST)) as provider:
        yield provider


@pytest.fixture
async def documents() -> AsyncIterator[list[dict[str, str]]]:
    """What one has to agree to, one of two in two languages."""
    async with web_site() as site:
        yield _documents(site)


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S, thorough=True))
async def test_account_is_made_by_who_shows_all_that_the_server_wants(
    tmp_path: Path, captcha: CaptchaProvider, documents: list[dict[str, str]]
) -> None:
    await asyncio.to_thread(build_if_stale)
    port = free_port()
    async with running_smtp_server() as mail_server, mails_in(tmp_path, mail_server) as mails:
        settings = {
            "server_name": "localhost",
            "public_baseurl": f"http://127.0.0.1:{port}",
            "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
            "registration": {"mode": "open", "terms": documents, "email": "required"},
            "captcha": {
                "site_key": SITE_KEY,
                "secret_key": SECRET_KEY,
                "script_url": captcha.script_url,
                "verify_url": captcha.verify_url,
            },
            "smtp": {
                "host": "127.0.0.1",
                "port": mail_server.port,
                "security": "none",
                "sender": "chat@example.org",
            },
        }
        async with running_parlour(tmp_path / "data", settings) as server:
            found_at = {"PARLOUR_ELSEWHERE": f"{HOST}:443 127.0.0.1:{captcha.script_port}"}
            token = {"PARLOUR_TOKEN": server.first_admin_token()}
            await asyncio.to_thread(
                run_script,
                "stages",
                server.base_url,
                limit_s=LIMIT_S,
                thorough=True,
                environment={**mails, **found_at, **token},
            )
    assert captcha.verdicts == [True]


def _documents(site: WebSite) -> list[dict[str, str]]:
    terms = site.html("/terms", "<h1>Terms of use</h1>")
    privacy = site.html("/privacy", "<h1>What we keep</h1>")
    return [
        {"id": "terms", "version": "1", "language": "en", "name": "Terms of use", "url": terms},
        {"id": "terms", "version": "1", "language": "de", "name": "Nutzungsbedingungen", "url": terms},
        {"id": "privacy", "version": "1", "language": "en", "name": "Privacy", "url": privacy},
    ]
