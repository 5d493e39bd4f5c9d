"""A real Synapse and a Parlour beside it, which federate over TLS on loopback.

Everything is tried both ways: `host` is on the server that a room begins on, `guest` on the other one.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.authority import Authority
from tests.support.federation_servers import FederationServer, ServerMaker
from tests.support.postgres import TestDatabases
from tests.support.synapse_environment import synapse_python
from tests.support.synapse_server import SynapseServer, make_synapse_database, running_synapse

VERSIONS = ("6", "10", "11", "12")
PARLOUR_HOSTS, SYNAPSE_HOSTS = "parlour hosts", "synapse hosts"
OFTEN_VERSION = "12"

_users = count(1)


@dataclass(frozen=True)
class Pair:
    """Both servers, in a direction, and the room version to try."""

    parlour: FederationServer
    synapse: SynapseServer
    parlour_hosts: bool
    version: str

    @property
    def host_name(self) -> str:
        return self.parlour.name if self.parlour_hosts else self.synapse.name

    @property
    def guest_name(self) -> str:
        return self.synapse.name if self.parlour_hosts else self.parlour.name

    async def host(self) -> ApiClient:
        """Make an account on the server where rooms begin."""
        return await self._user(self.parlour_hosts)

    async def guest(self) -> ApiClient:
        """Make an account on the other server."""
        return await self._user(not self.parlour_hosts)

    async def _user(self, on_parlour: bool) -> ApiClient:
        localpart = f"user{next(_users)}"
        if on_parlour:
            return await self.parlour.user(localpart)
        return await self.synapse.user(self.parlour.session, localpart)


@pytest.fixture(scope="session")
def synapse(
    databases: TestDatabases, authority: Authority, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SynapseServer]:
    python = synapse_python()
    database_url = asyncio.run(make_synapse_database(databases))
    with running_synapse(python, database_url, authority, tmp_path_factory.mktemp("synapse")) as server:
        yield server


@pytest.fixture
async def parlour(
    databases: TestDatabases, authority: Authority, tmp_path: Path
) -> AsyncIterator[FederationServer]:
    async with ServerMaker(databases, authority, tmp_path).running() as server:
        yield server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Try every test of a pair both ways, in each room version where the room version matters to it.

    All are marked `interop` but for one room version of the tests that are marked `often`.
    """
    if "direction" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker
    versions = (OFTEN_VERSION,) if marker("any_version") else VERSIONS
    often = marker("often") is not None
    cases = [
        pytest.param(
            (direction, version),
            id=f"{direction}, version {version}",
            marks=[] if often and version == OFTEN_VERSION else [pytest.mark.interop],
        )
        for direction in (PARLOUR_HOSTS, SYNAPSE_HOSTS)
        for version in versions
    ]
    metafunc.parametrize("direction", cases)


@pytest.fixture
def pair(parlour: FederationServer, synapse: SynapseServer, direction: tuple[str, str]) -> Pair:
    return Pair(parlour, synapse, direction[0] == PARLOUR_HOSTS, direction[1])


@pytest.fixture
async def host(pair: Pair) -> ApiClient:
    return await pair.host()


@pytest.fixture
async def guest(pair: Pair) -> ApiClient:
    return await pair.guest()


@pytest.fixture
def room_options(pair: Pair) -> JsonObject:
    """What a room of the version under test is made with."""
    return {"room_version": pair.version}
