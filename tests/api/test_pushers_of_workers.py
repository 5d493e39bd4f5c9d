"""Two servers on one database, as two workers are, and what they push."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from homeserver.fanout import company
from homeserver.fanout.shares import ALL
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.pusher_support import all_told, pusher, set_pusher
from tests.api.unread_reader import say
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock
from tests.support.push_gateway import PushGateway, running_push_gateway


@pytest.fixture
def overrides(authority: Authority) -> JsonObject:
    return {"federation": {"allow_private_addresses": True, "ca_file": authority.ca_file}}


@pytest.fixture
async def gateway(authority: Authority) -> AsyncIterator[PushGateway]:
    async with running_push_gateway(authority) as gateway:
        yield gateway


async def told_by_all(*servers: Services) -> None:
    for services in servers:
        await all_told(services)


async def test_each_event_is_pushed_once_and_another_worker_goes_on_where_one_stopped(
    alice: ApiClient,
    bob: ApiClient,
    room_id: str,
    services: Services,
    settings: Settings,
    gateway: PushGateway,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(company, "SAY_EVERY_S", 0.2)
    async with running_server(settings, clock) as other:
        elsewhere = replace(bob, base_url=other.listeners.base_urls[0])
        (await set_pusher(alice, pusher(gateway.url))).ok()
        sent = [await say(user, room_id) for user in (bob, elsewhere, bob, elsewhere)]
        await until_told(other, gateway, len(sent))
        await told_by_all(services, other.services)
        assert gateway.events() == sent
        await services.rooms.shares.stop()
        sent.append(await say(bob, room_id, "the other worker has all to do now"))
        await until_told(other, gateway, len(sent))
        assert gateway.events() == sent
        assert other.services.rooms.shares.held == ALL


async def until_told(server: RunningServer, gateway: PushGateway, count: int) -> None:
    """Wait until so many events were told, wherever."""
    async with asyncio.timeout(60):
        while len(gateway.events()) < count:
            await all_told(server.services)
            await asyncio.sleep(0.01)
