"""Somebody at the desktop client's engine and somebody in a browser chat while everything else is killed.

All that they notice is that there is no connection for a moment: nobody is signed out or alarmed, and each
message arrives once, in the same order for both, and can be read. A short form belongs to every test run;
CHAOS_MINUTES=10 makes it ten minutes.
"""

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import aiohttp
import pytest

from client_web.build import build_if_stale
from tests.api.client import ApiClient
from tests.chaos.deployment import running_deployment
from tests.chaos.two_clients import at_the_desktop, check, meet, talk
from tests.support.authority import Authority
from tests.web.told_browser import told_browser

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0.1"))
SEED = int(os.environ.get("CHAOS_FIRST_SEED", "0"))


@pytest.mark.timeout(60 * MINUTES + 1_500)
async def test_the_two_clients_notice_nothing_but_a_short_reconnect(
    tmp_path: Path, authority: Authority
) -> None:
    await asyncio.to_thread(build_if_stale)
    async with AsyncExitStack() as stack:
        deployment = await stack.enter_async_context(running_deployment(tmp_path, authority))
        connector = aiohttp.TCPConnector(ssl=authority.client_context(), limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        trust = {"NODE_EXTRA_CA_CERTS": str(authority.ca_file)}
        web = await stack.enter_async_context(
            told_browser(deployment.base_url, tmp_path / "pictures", environment=trust)
        )
        alice = await ApiClient(http, deployment.base_url).register("alice")
        desktop = await stack.enter_async_context(at_the_desktop(alice, http, tmp_path / "desktop"))
        room_id = await meet(alice, desktop, web)
        await web.do("watch")
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            chat = group.create_task(talk(desktop, web, room_id, stop))
            await deployment.torment(Random(SEED), 60 * MINUTES, pace_s=1.0)
            stop.set()
        await check(desktop, web, await chat)
        sys.stdout.write(f"{deployment.hits}\n")
