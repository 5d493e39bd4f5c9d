"""Reaching what the modules of this folder start."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.deployments.composed import ComposedPlace


@pytest.fixture
async def web(place: ComposedPlace) -> AsyncIterator[aiohttp.ClientSession]:
    """What comes through the nginx of the module's place, and trusts its certificate."""
    connector = aiohttp.TCPConnector(ssl=place.authority.client_context())
    async with aiohttp.ClientSession(f"https://localhost:{place.https_port}", connector=connector) as session:
        yield session
