"""Reading and writing in every way that is not said elsewhere, in real browsers."""

import asyncio
from pathlib import Path

import pytest

from client_web.build import build_if_stale
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port
from tests.support.web_site import web_site
from tests.web.browser_scripts import run_script, time_for

LIMIT_S = 400
PAGE = """<html><head><meta property="og:title" content="The hut in winter">
<meta property="og:description" content="How to heat it"></head></html>"""


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
async def test_somebody_reads_searches_and_takes_the_history_along(tmp_path: Path) -> None:
    await asyncio.to_thread(build_if_stale)
    port = free_port()
    settings = {
        "server_name": "localhost",
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
        "previews": {"enabled": True, "allow_addresses": ["127.0.0.0/8"]},
    }
    async with web_site() as site, running_parlour(tmp_path / "data", settings) as server:
        linked = site.html("/hut", PAGE)
        await asyncio.to_thread(
            run_script, "reading", server.base_url, limit_s=LIMIT_S, environment={"PARLOUR_LINKED": linked}
        )
        assert "/hut" in site.paths


@pytest.mark.interop
@pytest.mark.timeout(time_for(LIMIT_S))
def test_somebody_writes_with_packs_and_completion_and_sends_on(web_server: str) -> None:
    run_script("writing", web_server, limit_s=LIMIT_S)
