"""Workers of different versions on one database: the schema moves on while the older ones serve."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

import migrations
from homeserver.storage.migrate import load_migrations
from tests.api.client import ApiClient
from tests.api.room_calls import create, send
from tests.support.parlour_process import ParlourProcess

NEWEST = load_migrations()[-1].version
EXPAND = "ALTER TABLE rooms ADD COLUMN added_by_a_newer_server text;"
ONLINE = """-- online
-- step, again while rows change
UPDATE rooms SET added_by_a_newer_server = 'x'
WHERE room_nid IN (SELECT room_nid FROM rooms WHERE added_by_a_newer_server IS NULL LIMIT 1)
-- step
CREATE INDEX CONCURRENTLY IF NOT EXISTS added_by_a_newer_server ON rooms (added_by_a_newer_server)
"""


def version(folder: Path, *added: str) -> Path:
    """Make a folder in which the server finds migrations beyond its own."""
    shutil.copytree(Path(migrations.__file__).parent, folder / "migrations")
    for number, sql in enumerate(added, NEWEST + 1):
        (folder / "migrations" / f"{number:04}_added.sql").write_text(sql)
    return folder


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        yield session


async def readiness(session: aiohttp.ClientSession, worker: ParlourProcess) -> str:
    """Return what a worker says, whose database may be slow on a busy machine."""
    status = "database unavailable"
    while status == "database unavailable":
        async with session.get(f"{worker.base_url}/health/ready") as response:
            status = (await response.json())["status"]
    return status


async def test_workers_serve_a_database_one_version_newer_and_no_more(
    database_url: str, tmp_path: Path, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new, newest = (
        ParlourProcess(tmp_path / "data", {"database_url": database_url, "log_level": "info"})
        for _ in range(3)
    )
    await asyncio.to_thread(old.start)
    alice = await ApiClient(session, old.base_url).register("alice")
    room_id = await create(alice)
    for n in range(2):
        await create(alice, name=f"{n}")
    stop = asyncio.Event()

    async def send_all_the_time() -> int:
        count = 0
        while not stop.is_set():
            (await send(alice, room_id, {"msgtype": "m.text", "body": str(count)})).ok()
            count += 1
        return count

    sending = asyncio.create_task(send_all_the_time())
    monkeypatch.setenv("PYTHONPATH", str(version(tmp_path / "new", EXPAND)))
    await asyncio.to_thread(new.start)
    stop.set()
    assert await sending > 0
    there = ApiClient(session, new.base_url, access_token=alice.access_token)
    (await send(there, room_id, {"msgtype": "m.text", "body": "through the newer one"})).ok()
    monkeypatch.delenv("PYTHONPATH")
    assert await asyncio.to_thread(old.stop) == 0
    await asyncio.to_thread(old.start)
    assert [await readiness(session, worker) for worker in (old, new)] == ["ok", "ok"]

    monkeypatch.setenv("PYTHONPATH", str(version(tmp_path / "newest", EXPAND, ONLINE)))
    await asyncio.to_thread(newest.start)
    states = [await readiness(session, worker) for worker in (old, new, newest)]
    assert states == ["database needs a newer server", "ok", "ok"]
    monkeypatch.delenv("PYTHONPATH")
    assert await asyncio.to_thread(old.stop) == 0
    already_logged = len(old.log_file.read_text())
    with pytest.raises(AssertionError, match="did not start"):
        await asyncio.to_thread(old.start)
    said = old.log_file.read_text()[already_logged:]
    refusals = [line for line in said.splitlines() if "schema version" in line]
    assert len(refusals) == 1
    assert f"schema version {NEWEST + 2}, newer than this server's {NEWEST}" in refusals[0]
    assert "Traceback" not in said
    for worker in (new, newest):
        assert await asyncio.to_thread(worker.stop) == 0
