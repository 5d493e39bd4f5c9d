"""A stopped PostgreSQL is answered with 503, and service resumes by itself, with nothing half-done."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from homeserver.embedded_postgres import running_postgres
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.chaos.burst import connected, read_history
from tests.support.parlour_process import running_parlour

RESUME_LIMIT_S = 100
RETRY_S = 0.1


async def test_stopped_postgres_gives_503_and_service_resumes(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    async with AsyncExitStack() as postgres:
        url = await postgres.enter_async_context(running_postgres(folder, durable=False))
        async with (
            running_parlour(tmp_path / "data", {"database_url": url}) as server,
            connected(server.base_url) as client,
        ):
            alice = await client.register("alice")
            room_id = str((await alice.post("/createRoom")).ok()["room_id"])
            (await send(alice, room_id, "before")).ok()

            await postgres.aclose()
            assert (await send(alice, room_id, "during")).status == 503
            assert (await alice.post("/createRoom")).status == 503
            assert (await alice.get(f"/rooms/{room_id}/messages", dir="b")).status == 503

            assert await postgres.enter_async_context(running_postgres(folder, durable=False)) == url
            event_id = await send_until_accepted(alice, room_id, "during")
            assert (await send(alice, room_id, "during")).ok()["event_id"] == event_id
            assert [body for body, _ in await read_history(alice, room_id)] == ["before", "during"]
            assert (await alice.get("/joined_rooms")).ok()["joined_rooms"] == [room_id]
    check_log(server.log_file.read_text())


def check_log(log: str) -> None:
    """What happened is said once each, whoever noticed."""
    said = [line for line in log.splitlines() if "database" in line or "refused" in line]
    assert len(said) == 2, log
    assert "database.unavailable" in said[0]
    assert "database.available_again" in said[1]
    assert "Traceback" not in log


async def send(client: ApiClient, room_id: str, txn: str) -> Reply:
    body: JsonObject = {"msgtype": "m.text", "body": txn}
    return await client.put(f"/rooms/{room_id}/send/m.room.message/{txn}", body)


async def send_until_accepted(client: ApiClient, room_id: str, txn: str) -> str:
    async with asyncio.timeout(RESUME_LIMIT_S):
        while (reply := await send(client, room_id, txn)).status == 503:
            await asyncio.sleep(RETRY_S)
    return str(reply.ok()["event_id"])
