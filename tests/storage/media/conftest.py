"""One database for all tests of the content repository: emptying four tables is faster than copying all."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from homeserver.storage.db import Database
from tests.storage.media.support import MediaServer
from tests.support.fake_clock import FakeClock
from tests.support.postgres import TestDatabases


@pytest.fixture(scope="session")
def media_database_url(databases: TestDatabases) -> Iterator[str]:
    url = asyncio.run(databases.make())
    yield url
    asyncio.run(databases.drop(url))


@pytest.fixture
async def media(media_database_url: str, clock: FakeClock, tmp_path: Path) -> AsyncIterator[MediaServer]:
    db = await Database.connect(media_database_url)
    async with db.acquire() as conn:
        await conn.execute("TRUNCATE media, media_blobs, media_thumbnails CASCADE")
    yield MediaServer(db, clock, tmp_path)
    await db.close()


@pytest.fixture
async def alice(media: MediaServer) -> int:
    return await media.user("alice")
