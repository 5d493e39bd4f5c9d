"""A server is backed up while people write and upload, and goes on from the backup in an empty place."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.backup.operating import Person, parlour, register
from tests.support.parlour_process import running_parlour

pytestmark = pytest.mark.timeout(180)

WRITERS = 4


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def write_until(stop: asyncio.Event, person: Person, room_id: str, number: int) -> list[str]:
    """Send one message after another; return the ids of those that the server has acknowledged."""
    sent: list[str] = []
    while not stop.is_set():
        path = f"client/v3/rooms/{room_id}/send/m.room.message/{number}-{len(sent)}"
        answer = await person.call("PUT", path, {"msgtype": "m.text", "body": f"{number} {len(sent)}"})
        sent.append(answer["event_id"])
    return sent


async def events_of(person: Person, room_id: str) -> set[str]:
    """Return the ids of all messages of a room."""
    found: set[str] = set()
    token = ""
    while True:
        page = await person.call("GET", f"client/v3/rooms/{room_id}/messages?dir=b&limit=1000{token}")
        found |= {event["event_id"] for event in page["chunk"]}
        if "end" not in page:
            return found
        token = f"&from={page['end']}"


async def test_a_backup_under_load_has_all_that_was_acknowledged_before_it_and_goes_on(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    backup = tmp_path / "backup"
    async with running_parlour(tmp_path / "first") as first:
        alice = await register(session, first.base_url, "alice")
        room_id = (await alice.call("POST", "client/v3/createRoom", {}))["room_id"]
        picture = (await alice.call("POST", "media/v3/upload", data=b"bytes of a picture"))["content_uri"]
        keys = {"one_time_keys": {"curve25519:A": "public half", "curve25519:B": "another"}}
        await alice.call("POST", "client/v3/keys/upload", keys)
        since = (await alice.call("GET", "client/v3/sync"))["next_batch"]
        before = [await write(alice, room_id, number) for number in range(50)]
        stop = asyncio.Event()
        writers = [asyncio.create_task(write_until(stop, alice, room_id, n)) for n in range(WRITERS)]
        made = await asyncio.to_thread(parlour, tmp_path / "first", "backup", backup)
        stop.set()
        acknowledged = [event_id for writer in writers for event_id in await writer]
        assert made.returncode == 0, made.stderr
        assert acknowledged, "nobody wrote meanwhile"

    restored = await asyncio.to_thread(parlour, tmp_path / "second", "restore", backup)
    assert restored.returncode == 0, restored.stderr
    checked = await asyncio.to_thread(parlour, tmp_path / "second", "check")
    assert checked.returncode == 0, checked.stdout
    async with running_parlour(tmp_path / "second") as second:
        alice.base_url = second.base_url
        there = await events_of(alice, room_id)
        assert set(before) <= there
        counts = (await alice.call("POST", "client/v3/keys/upload", {}))["one_time_key_counts"]
        assert counts.get("curve25519", 0) == 0
        again = await alice.call("GET", f"client/v3/sync?since={since}")
        assert room_id in again["rooms"]["join"], "a token of before the backup leads to everything anew"
        uri = picture.removeprefix("mxc://")
        headers = {"Authorization": f"Bearer {alice.token}"}
        async with session.get(
            f"{second.base_url}/_matrix/client/v1/media/download/{uri}", headers=headers
        ) as file:
            assert await file.read() == b"bytes of a picture"
        assert await write(alice, room_id, 1_000) not in there


async def write(person: Person, room_id: str, number: int) -> str:
    path = f"client/v3/rooms/{room_id}/send/m.room.message/before-{number}"
    return str((await person.call("PUT", path, {"msgtype": "m.text", "body": str(number)}))["event_id"])


async def test_a_backup_is_refused_where_it_cannot_be_restored(tmp_path: Path, small_backup: Path) -> None:
    async def refused(folder: Path, place: str, reason: str, **settings: object) -> None:
        data_dir = tmp_path / place if place != "small" else small_backup.with_name("small")
        result = await asyncio.to_thread(parlour, data_dir, "restore", folder, **settings)
        assert result.returncode != 0
        assert reason in result.stderr, result.stderr
        assert "Traceback" not in result.stderr

    await refused(small_backup, "small", "the database is not empty")
    await refused(small_backup, "other", "is a backup of parlour.test", server_name="other.test")
    await refused(tmp_path / "nothing", "empty", "is no backup")
    newer = shutil.copytree(small_backup, tmp_path / "newer")
    manifest = json.loads((newer / "manifest.json").read_text())
    (newer / "manifest.json").write_text(json.dumps({**manifest, "schema_version": 9_999}))
    await refused(newer, "empty", "restore it with the version that made it, or a newer one")
    damaged = shutil.copytree(small_backup, tmp_path / "damaged")
    [upload] = [file for file in (damaged / "media").rglob("*") if file.is_file()]
    upload.write_bytes(b"other")
    await refused(damaged, "empty", "its content is not what was uploaded")
    whole = await asyncio.to_thread(parlour, tmp_path / "empty", "restore", small_backup)
    assert whole.returncode == 0, whole.stderr


async def test_a_damaged_dump_leaves_the_database_empty(tmp_path: Path, small_backup: Path) -> None:
    damaged = shutil.copytree(small_backup, tmp_path / "damaged")
    dump = damaged / "database.dump"
    dump.write_bytes(dump.read_bytes()[: -dump.stat().st_size // 3])
    refused = await asyncio.to_thread(parlour, tmp_path / "place", "restore", damaged)
    assert refused.returncode == 1
    assert "pg_restore ended with status 1" in refused.stderr
    assert "Traceback" not in refused.stderr
    whole = await asyncio.to_thread(parlour, tmp_path / "place", "restore", small_backup)
    assert whole.returncode == 0, whole.stderr


async def test_uploads_of_the_backup_before_need_no_second_place(tmp_path: Path, small_backup: Path) -> None:
    small, again = small_backup.with_name("small"), tmp_path / "again"
    made = await asyncio.to_thread(parlour, small, "backup", again, "--previous", small_backup)
    assert made.returncode == 0, made.stderr
    [first] = [file for file in (small_backup / "media").rglob("*") if file.is_file()]
    assert (again / first.relative_to(small_backup)).samefile(first)


async def test_a_backup_that_was_not_finished_is_none(tmp_path: Path, small_backup: Path) -> None:
    small = small_backup.with_name("small")
    taken = await asyncio.to_thread(parlour, small, "backup", small_backup)
    assert "exists already" in taken.stderr
    (small / "media").rename(small / "elsewhere")
    lacking = await asyncio.to_thread(parlour, small, "backup", tmp_path / "lacking")
    (small / "elsewhere").rename(small / "media")
    assert "the media store lacks" in lacking.stderr
    empty = await asyncio.to_thread(parlour, tmp_path / "empty", "backup", tmp_path / "lacking")
    assert "the database is empty" in empty.stderr
    assert not (tmp_path / "lacking").exists()
