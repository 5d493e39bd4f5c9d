"""SIGTERM: first `/health/ready` says no, then everything under way ends in order, and quickly."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.followers import SOCKET_PATH, LongPoll, Socket
from tests.support.parlour_process import ParlourProcess

SERVICE_RESTART = 1012
WITHIN_S = 100.0
NOTICE = "3s"


@pytest.fixture
async def parlour(tmp_path: Path) -> AsyncIterator[ParlourProcess]:
    process = ParlourProcess(tmp_path / "data", {"shutdown": {"notice": NOTICE, "timeout": "10m"}})
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.kill)


@pytest.fixture
async def alice(parlour: ParlourProcess) -> AsyncIterator[ApiClient]:
    async with aiohttp.ClientSession() as session:
        yield await ApiClient(session, parlour.base_url).register("alice")


async def status_of(alice: ApiClient, path: str) -> tuple[int, JsonObject]:
    async with alice.session.get(alice.base_url + path) as response:
        return response.status, await response.json()


async def until_draining(alice: ApiClient) -> None:
    async with asyncio.timeout(WITHIN_S):
        while (await status_of(alice, "/health/ready"))[1] != {"status": "draining"}:
            await asyncio.sleep(0.01)


async def slow_upload(alice: ApiClient, begun: asyncio.Event, go_on: asyncio.Event) -> int:
    async def body() -> AsyncIterator[bytes]:
        yield b"first "
        begun.set()
        await go_on.wait()
        yield b"last"

    headers = {"Authorization": f"Bearer {alice.access_token}", "Content-Type": "text/plain"}
    url = alice.base_url + "/_matrix/media/v3/upload"
    async with alice.session.post(url, data=body(), headers=headers) as response:
        return response.status


async def test_everything_under_way_ends_in_order(parlour: ParlourProcess, alice: ApiClient) -> None:
    poll, socket = await LongPoll.start(alice), await Socket.start(alice)
    silent = await alice.session.ws_connect(alice.base_url + SOCKET_PATH)
    begun, go_on = asyncio.Event(), asyncio.Event()
    upload = asyncio.create_task(slow_upload(alice, begun, go_on))
    await begun.wait()
    before = poll.token
    news = asyncio.create_task(poll.news())
    assert (await status_of(alice, "/health/live"))[0] == (await status_of(alice, "/health"))[0] == 200

    os.kill(parlour.process_id, signal.SIGTERM)
    await until_draining(alice)
    assert await status_of(alice, "/health") == (503, {"status": "draining"})
    assert (await status_of(alice, "/health/live"))[0] == 200
    assert not news.done(), "what is under way goes on while load balancers take notice"

    answer = await asyncio.wait_for(news, WITHIN_S)
    assert answer["next_batch"] == before
    assert answer.get("rooms", {}).get("join", {}) == {}
    for connected in (socket.socket, silent):
        message = await asyncio.wait_for(connected.receive(), WITHIN_S)
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert connected.close_code == SERVICE_RESTART
    go_on.set()
    assert await upload == 200
    assert await asyncio.to_thread(parlour.wait) == 0


async def test_request_that_does_not_end_is_cut_off_in_time(tmp_path: Path) -> None:
    process = ParlourProcess(tmp_path / "data", {"shutdown": {"timeout": "300ms"}})
    await asyncio.to_thread(process.start)
    async with aiohttp.ClientSession() as session:
        alice = await ApiClient(session, process.base_url).register("alice")
        begun = asyncio.Event()
        upload = asyncio.create_task(slow_upload(alice, begun, asyncio.Event()))
        await begun.wait()
        assert await asyncio.to_thread(process.stop) == 0
        with pytest.raises(aiohttp.ClientError):
            await upload
