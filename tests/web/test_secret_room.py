"""What an encrypted room tells nobody, and gives its members, in real browsers."""

import asyncio
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port
from tests.support.web_site import web_site
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 240
PAGE = '<html><head><meta property="og:title" content="The {} page"></head></html>'


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
async def test_links_are_previewed_where_that_was_chosen_and_history_leaves_decrypted(tmp_path: Path) -> None:
    await asyncio.to_thread(build_if_stale)
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
        "previews": {"enabled": True, "allow_addresses": ["127.0.0.0/8"]},
    }
    async with web_site() as site, running_parlour(tmp_path / "data", settings) as server:
        for name in ("secret", "open"):
            site.html(f"/{name}", PAGE.format(name))
        environment = {"PARLOUR_LINKED": site.url}
        await asyncio.to_thread(
            run_script, "secret_room", server.base_url, limit_s=LIMIT_S, environment=environment
        )
        assert {"/secret", "/open"} <= set(site.paths)
