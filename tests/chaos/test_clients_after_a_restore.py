"""A server is backed up while two clients talk, and restored into an empty place: both go on as they are."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.values import SyncState
from client_web.build import build_if_stale
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.backup.operating import parlour
from tests.chaos.two_clients import at_the_desktop, check, meet, talk
from tests.support.parlour_process import running_parlour
from tests.support.ports import free_port
from tests.web.told_browser import told_browser


@pytest.mark.chaos
@pytest.mark.timeout(1_500)
async def test_both_clients_go_on_with_the_restored_server(tmp_path: Path) -> None:
    await asyncio.to_thread(build_if_stale)
    port, backup = free_port(), tmp_path / "backup"
    base_url = f"http://localhost:{port}"
    settings: JsonObject = {
        "listeners": [{"port": port, "serve": ["client", "media", "web", "health"]}],
        "public_baseurl": base_url,
        "federation": {"enabled": False},
    }
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())
        async with running_parlour(tmp_path / "first", settings):
            web = await stack.enter_async_context(told_browser(base_url, tmp_path / "pictures"))
            alice = await ApiClient(http, base_url).register("alice")
            desktop = await stack.enter_async_context(at_the_desktop(alice, http, tmp_path / "desktop"))
            room_id = await meet(alice, desktop, web)
            await web.do("watch")
            backed_up = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                talking = group.create_task(talk(desktop, web, room_id, backed_up))
                made = await asyncio.to_thread(parlour, tmp_path / "first", "backup", backup)
                backed_up.set()
            assert made.returncode == 0, made.stderr
        restored = await asyncio.to_thread(parlour, tmp_path / "second", "restore", backup)
        assert restored.returncode == 0, restored.stderr
        async with running_parlour(tmp_path / "second", settings):
            await desktop.client.sync.until(SyncState.LIVE)
            await web.do("isConnected")
            said = await talk(desktop, web, room_id, backed_up, first=len(await talking))
            await check(desktop, web, [*talking.result(), *said])
            await stack.aclose()
