"""Servers that federate with each other on loopback, and a peer that does what a test tells it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.clock import Clock, SystemClock
from homeserver.json_types import JsonObject
from tests.support.authority import Authority
from tests.support.fake_peer import FakePeer, running_fake_peer
from tests.support.federation_servers import FederationServer, ServerMaker
from tests.support.postgres import TestDatabases


@pytest.fixture
def overrides() -> JsonObject:
    """Settings that a test wants otherwise: `@pytest.mark.parametrize("overrides", [{…}])`."""
    return {}


@pytest.fixture
def server_clock() -> Clock:
    """The clock of all servers. A test of back-off or expiry returns a FakeClock instead."""
    return SystemClock()


@pytest.fixture
def server_maker(
    databases: TestDatabases, authority: Authority, tmp_path: Path, server_clock: Clock
) -> ServerMaker:
    return ServerMaker(databases, authority, tmp_path, server_clock)


@pytest.fixture
async def one_server(server_maker: ServerMaker, overrides: JsonObject) -> AsyncIterator[FederationServer]:
    async with server_maker.running(overrides) as server:
        yield server


@pytest.fixture
async def two_servers(
    server_maker: ServerMaker, overrides: JsonObject
) -> AsyncIterator[tuple[FederationServer, FederationServer]]:
    async with server_maker.running_several(2, overrides) as (first, second):
        yield first, second


@pytest.fixture
async def three_servers(
    server_maker: ServerMaker, overrides: JsonObject
) -> AsyncIterator[tuple[FederationServer, FederationServer, FederationServer]]:
    async with server_maker.running_several(3, overrides) as (first, second, third):
        yield first, second, third


@pytest.fixture
async def fake_peer(authority: Authority) -> AsyncIterator[FakePeer]:
    async with running_fake_peer(authority) as peer:
        yield peer
