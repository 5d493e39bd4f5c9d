"""Ways in that lead over others, and everything that may go wrong with servers, in real browsers."""

import asyncio
import time
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_oidc_provider
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port
from tests.support.smtp_server import running_smtp_server
from tests.web.browser_scripts import run_script, time_for
from tests.web.mail_folder import mails_in

LIMIT_S = 300


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
async def test_somebody_comes_in_by_others_and_stays_when_servers_fail(tmp_path: Path) -> None:
    await asyncio.to_thread(build_if_stale)
    port = free_port()
    async with running_oidc_provider(_provider()) as provider, running_smtp_server() as mail_server:
        settings = {
            "server_name": "localhost",
            "public_baseurl": f"http://127.0.0.1:{port}",
            "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
            "auth": {"password_hash": "minimum", "access_token_lifetime": "5s"},
            "oidc": {
                "issuer": provider.issuer,
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "name": "Club",
            },
            "smtp": {
                "host": "127.0.0.1",
                "port": mail_server.port,
                "security": "none",
                "sender": "chat@example.org",
            },
        }
        async with (
            running_parlour(tmp_path / "data", settings) as server,
            mails_in(tmp_path, mail_server) as mails,
        ):
            await asyncio.to_thread(
                run_script,
                "hard_days",
                server.base_url,
                limit_s=LIMIT_S,
                environment=mails,
            )


def _provider() -> OidcProvider:
    """Somebody whose account at the provider is called Otto."""
    user = {"sub": "subject-1", "preferred_username": "otto", "name": "Otto"}
    return OidcProvider(now_s=lambda: int(time.time()), user=user)
