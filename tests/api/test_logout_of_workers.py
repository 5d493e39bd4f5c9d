"""What ends a session at one worker closes its polls and sockets at another at once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from homeserver.fanout import company
from homeserver.http.context import Services
from tests.api.client import ApiClient
from tests.api.followers import LongPoll, Socket
from tests.support.redis_server import running_redis

UNKNOWN_TOKEN = 4401
HANGING_AFTER_S = 100.0
POLL_MS = 600_000


@pytest.fixture(params=["redis", "postgres"])
async def workers(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[list[RunningServer]]:
    monkeypatch.setattr(company, "SAY_EVERY_S", 0.05)
    monkeypatch.setattr("homeserver.tailer.POLL_SECONDS", 3_600.0)  # so that only word of mouth tells it
    with running_redis(tmp_path) as redis:
        url = SecretStr(redis.url) if request.param == "redis" else None
        own = settings.model_copy(update={"redis_url": url})
        async with running_server(own) as one, running_server(own) as other:
            await until_acquainted(one.services, other.services)
            yield [one, other]


async def until_acquainted(*workers: Services) -> None:
    async with asyncio.timeout(60):
        for worker in workers:
            fanout = worker.sync.hub._fanout
            while not fanout.has_company:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("how", ["logout", "logout/all"])
async def test_logout_at_one_worker_ends_polls_and_sockets_at_another(
    client: ApiClient, workers: list[RunningServer], how: str
) -> None:
    here, there = (replace(client, base_url=worker.listeners.base_urls[0]) for worker in workers)
    alice = await here.register("alice")
    elsewhere = replace(there, access_token=alice.access_token)
    poll, socket = await LongPoll.start(elsewhere), await Socket.start(elsewhere)
    polling = asyncio.create_task(poll_until_refused(poll))
    watches = workers[1].services.sync.hub._watches
    async with asyncio.timeout(60):
        while sum(len(watch.waiters) for watch in watches.values()) < 2:
            await asyncio.sleep(0)
    (await alice.post(f"/{how}")).ok()
    assert await asyncio.wait_for(polling, HANGING_AFTER_S) == "M_UNKNOWN_TOKEN"
    while not socket.socket.closed:
        await asyncio.wait_for(socket.socket.receive(), HANGING_AFTER_S)
    assert socket.socket.close_code == UNKNOWN_TOKEN


async def poll_until_refused(poll: LongPoll) -> str | None:
    """Poll again after news, such as who is present, and return why that is refused."""
    while True:
        reply = await poll.client.get("/sync", since=poll.token, timeout=POLL_MS)
        if reply.status != 200:
            return reply.errcode
        poll.token = reply.json["next_batch"]
