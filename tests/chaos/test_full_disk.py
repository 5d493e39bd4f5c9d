"""A full disk: all is refused while it lasts, nothing is lost, and service resumes by itself."""

import asyncio
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.client import ApiClient
from tests.chaos.burst import connected, read_history
from tests.chaos.test_stopped_postgres import send_until_accepted
from tests.support.parlour_process import ParlourProcess
from tests.support.small_disk import SmallDisk, small_disk

SIZE = "300m"
LESS_THAN_A_LOG_FILE = 8 << 20
"""PostgreSQL's log of changes grows by 16 MiB: where it cannot, PostgreSQL ends."""
MOST_SENDS = 2_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", SIZE) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk, and not everywhere")
        yield disk


@pytest.fixture
def server(disk: SmallDisk, tmp_path: Path) -> Iterator[ParlourProcess]:
    server = ParlourProcess(disk.folder / "data", {"federation": {"enabled": False}, "log_level": "info"})
    server.log_file = tmp_path / "log"
    server.start()
    yield server
    server.kill()


async def test_what_a_full_disk_refused_is_taken_once_there_is_room_and_nothing_is_lost(
    disk: SmallDisk, server: ParlourProcess
) -> None:
    async with connected(server.base_url) as client:
        alice = await client.register("alice")
        room_id = str((await alice.post("/createRoom")).ok()["room_id"])

        disk.fill(LESS_THAN_A_LOG_FILE)
        upload = await alice.request("POST", "/_matrix/media/v3/upload", data=bytes(100_000))
        assert (upload.status, upload.json["error"]) == (
            503, "The server has no room for more media at the moment",
        )  # fmt: skip
        acknowledged = await send_until_refused(alice, room_id)

        disk.make_room()
        acknowledged.append(await send_until_accepted(alice, room_id, "after"))
        assert [event_id for _, event_id in await read_history(alice, room_id)] == acknowledged
    assert await asyncio.to_thread(server.stop) == 0
    check_log(server.log_file.read_text())


async def send_until_refused(alice: ApiClient, room_id: str) -> list[str]:
    """Send large messages until one is refused; return the ids of those that were not."""
    acknowledged: list[str] = []
    for number in range(MOST_SENDS):
        body = {"msgtype": "m.text", "body": secrets.token_hex(25_000)}
        reply = await alice.put(f"/rooms/{room_id}/send/m.room.message/{number}", body)
        if reply.status == 503:
            return acknowledged
        acknowledged.append(reply.ok()["event_id"])
    raise AssertionError("the disk did not become full")


def check_log(log: str) -> None:
    """It says what is the matter, and that it is over; and of no request that it failed.

    PostgreSQL refuses what it has no room for, or ends and is started again, by what it lacked room for.
    """
    said = [event for event in ("postgresql.ended", "database.unavailable", "disk is full") if event in log]
    assert said, log
    assert "request_failed" not in log
