"""A world to write syncs into, and to export."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.desktop.timeline.world import World


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as session:
        world = World(session)
        yield world
        await world.close()
