"""A backup that several tests start from."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from tests.backup.operating import parlour, register
from tests.support.parlour_process import running_parlour


@pytest.fixture(scope="package")
def small_backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup, `kept`, of a server with one upload, whose folder `small` is beside it."""
    top = tmp_path_factory.mktemp("backup")

    async def run() -> None:
        async with aiohttp.ClientSession() as session, running_parlour(top / "small") as server:
            alice = await register(session, server.base_url, "alice")
            await alice.call("POST", "media/v3/upload", data=b"bytes")

    asyncio.run(run())
    made = parlour(top / "small", "backup", top / "kept")
    assert made.returncode == 0, made.stderr
    return top / "kept"
