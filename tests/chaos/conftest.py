"""Servers that federate with each other, over links that a test can cut."""

from pathlib import Path

import pytest

from tests.chaos.network import Network
from tests.support.authority import Authority
from tests.support.federation_servers import ServerMaker
from tests.support.postgres import TestDatabases


@pytest.fixture
def server_maker(databases: TestDatabases, authority: Authority, tmp_path: Path) -> ServerMaker:
    return ServerMaker(databases, authority, tmp_path)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    """The network between all servers of this process."""
    network = Network()
    network.install(monkeypatch)
    return network
