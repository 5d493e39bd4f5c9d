from collections.abc import AsyncIterator

import pytest

from homeserver.storage.db import Database
from tests.federation.inbound.world import World, inbound_on


@pytest.fixture
async def world(db: Database) -> AsyncIterator[World]:
    async with inbound_on(db) as world:
        yield world
