"""`parlour run --workers 2`: equal processes on one port, replaced when they end, or on demand."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from secrets import token_hex

import aiohttp
import psutil
import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.support.parlour_process import ParlourProcess

WITHIN_S = 600.0
LOOK_EVERY_S = 0.05


@pytest.fixture(scope="module")
def parlour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParlourProcess]:
    process = ParlourProcess(tmp_path_factory.mktemp("workers") / "data", {"workers": 2, "log_level": "info"})
    process.start()
    yield process
    assert process.stop() == 0


@pytest.fixture
async def alice(parlour: ParlourProcess) -> AsyncIterator[ApiClient]:
    # A connection for each request, so that any worker may take it.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        yield await ApiClient(session, parlour.base_url).register(f"alice{token_hex(4)}")


def workers_of(process_id: int) -> set[int]:
    """Return the processes that serve; PostgreSQL is no worker."""
    return {child.pid for child in psutil.Process(process_id).children() if is_worker(child)}


def is_worker(process: psutil.Process) -> bool:
    try:
        return "worker" in process.cmdline()
    except psutil.NoSuchProcess:  # or it has just ended
        return False


async def until(claim: Callable[[], bool]) -> None:
    """Return once another process has brought something about: there is nothing of it to wait for."""
    async with asyncio.timeout(WITHIN_S):
        while not claim():
            await asyncio.sleep(LOOK_EVERY_S)


async def test_workers_are_replaced_and_nobody_is_refused(parlour: ParlourProcess, alice: ApiClient) -> None:
    first = workers_of(parlour.process_id)
    assert len(first) == 2
    room_id = await create(alice)
    stop = asyncio.Event()

    async def send_all_the_time() -> int:
        count = 0
        while not stop.is_set():
            body = {"msgtype": "m.text", "body": str(count)}
            (await alice.put(f"/rooms/{room_id}/send/m.room.message/{count}", body)).ok()
            count += 1
        return count

    sending = asyncio.create_task(send_all_the_time())
    os.kill(parlour.process_id, signal.SIGHUP)
    await until(
        lambda: len(workers_of(parlour.process_id)) == 2 and not first & workers_of(parlour.process_id)
    )
    stop.set()
    sent = await sending
    assert await said_in(alice, room_id) == [str(number) for number in reversed(range(sent))]


async def test_what_one_worker_ends_the_other_ends_too(parlour: ParlourProcess, alice: ApiClient) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        for _ in range(4):
            guest = await ApiClient(session, parlour.base_url).log_in(alice.user_id)
            for _ in range(4):  # until both have the token in their memory
                (await guest.whoami()).ok()
            (await guest.post("/logout")).ok()
            refused = 0
            async with asyncio.timeout(WITHIN_S):
                while refused < 6:
                    refused = refused + 1 if (await guest.whoami()).errcode == "M_UNKNOWN_TOKEN" else 0


async def test_worker_that_is_killed_is_replaced_and_those_with_their_parent_gone_end(
    parlour: ParlourProcess, alice: ApiClient
) -> None:
    before = workers_of(parlour.process_id)
    victim = min(before)
    os.kill(victim, signal.SIGKILL)
    (await alice.whoami()).ok()
    await until(lambda: len(workers_of(parlour.process_id) - {victim}) == 2)
    orphans = workers_of(parlour.process_id)
    parlour.kill()
    await until(lambda: not any(map(psutil.pid_exists, orphans)))
    await asyncio.to_thread(parlour.start)
    (await alice.whoami()).ok()


async def said_in(reader: ApiClient, room_id: str) -> list[str]:
    """Return the bodies of all messages of a room, the newest first."""
    said: list[str] = []
    page: JsonObject = {"end": None}
    while "end" in page:
        since = {"from": page["end"]} if page["end"] else {}
        page = (await reader.get(f"/rooms/{room_id}/messages", dir="b", limit=500, **since)).ok()
        said += [event["content"]["body"] for event in page["chunk"] if event["type"] == "m.room.message"]
    return said
