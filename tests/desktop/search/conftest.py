"""A world to write syncs into, and to look through."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from client_desktop.core.search import Search
from tests.desktop.timeline.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as session:
        world = World(session)
        yield world
        await world.close()


@pytest.fixture
def search(world: World) -> Search:
    return Search(world.timelines)
