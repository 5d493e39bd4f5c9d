"""A server that sends to peers in memory."""

from collections.abc import AsyncIterator

import pytest

from federation.transport.server_names import ServerLists
from homeserver.storage.db import Database
from tests.federation.outbound.world import World, running_world
from tests.support.fake_clock import FakeClock


@pytest.fixture
def lists() -> ServerLists:
    """Which servers the configuration permits."""
    return ServerLists()


@pytest.fixture
async def world(db: Database, clock: FakeClock, lists: ServerLists) -> AsyncIterator[World]:
    async with running_world(db, clock, lists) as world:
        yield world
