"""Two servers on one database, as two workers are: what one does, the other knows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from homeserver.accounts.token_keys import load_token_keys
from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from homeserver.storage.db import Database
from homeserver.storage.positions import select_last_position
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def other_server(
    server: RunningServer, settings: Settings, clock: FakeClock
) -> AsyncIterator[RunningServer]:
    async with running_server(settings, clock) as other:
        yield other


@pytest.fixture
async def elsewhere(alice: ApiClient, other_server: RunningServer) -> ApiClient:
    """Alice, speaking to the other worker."""
    return replace(alice, base_url=other_server.listeners.base_urls[0])


async def caught_up(server: RunningServer) -> None:
    async with server.services.db.acquire() as conn:
        position = await select_last_position(conn)
    await server.services.rooms.tailer.wait_for(position)


async def test_token_of_one_worker_is_good_at_the_other(elsewhere: ApiClient) -> None:
    assert (await elsewhere.whoami()).status == 200


async def test_logout_at_one_worker_ends_the_session_at_the_other(
    alice: ApiClient, elsewhere: ApiClient, other_server: RunningServer
) -> None:
    assert (await elsewhere.whoami()).status == 200
    (await alice.post("/logout")).ok()
    await caught_up(other_server)
    assert (await elsewhere.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_interactive_session_and_its_end_may_be_at_different_workers(
    client: ApiClient, alice: ApiClient, elsewhere: ApiClient
) -> None:
    phone = await client.log_in("alice")
    path = f"/devices/{phone.device_id}"
    session = (await alice.delete(path)).json["session"]
    assert (await elsewhere.delete(path, {"auth": alice.password_auth(session=session)})).status == 200


async def test_workers_that_start_together_make_one_key(db: Database, clock: FakeClock) -> None:
    keys = await asyncio.gather(*(load_token_keys(db, clock) for _ in range(4)))
    assert len({key.newest for key in keys}) == 1
    async with db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM token_keys") == 1


async def test_figures_of_both_workers_are_shown_by_each(
    server: RunningServer, other_server: RunningServer
) -> None:
    here, there = server.services.admin.figures, other_server.services.admin.figures
    async with asyncio.timeout(60):
        while len(here.workers) < 2:
            there.take()
            await asyncio.sleep(0.05)
    assert here.take().memory_bytes > max(said.memory_bytes for said in here.workers.values())
