"""SIGKILL in the middle of a burst of sends loses no acknowledged event and doubles none.

Two rounds belong to every test run; CHAOS_ROUNDS=20 makes it twenty.
"""

import os
import random
import signal
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from tests.api.client import ApiClient
from tests.chaos.burst import Burst, connected, read_history
from tests.support.parlour_process import ParlourProcess

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "2"))
ROUND_LIMIT_S = 200


@pytest.mark.timeout(ROUND_LIMIT_S * (ROUNDS + 1))
async def test_acknowledged_events_survive_kills_once_each(tmp_path: Path) -> None:
    server = ParlourProcess(tmp_path / "data")
    server.start()
    try:
        async with connected(server.base_url) as client:
            alice = await client.register("alice")
            rooms = [(await alice.post("/createRoom")).ok()["room_id"] for _ in range(3)]
        burst = Burst(rooms)
        chance = random.Random(1)
        for number in range(ROUNDS):
            await burst_and_kill(server, alice, burst, chance.randint(50, 400), with_postgres=number % 2 == 1)
            server.start()
            await check_everything(server, alice, burst, rooms)
    finally:
        server.stop()


async def burst_and_kill(
    server: ParlourProcess, alice: ApiClient, burst: Burst, kill_after: int, *, with_postgres: bool
) -> None:
    def kill() -> None:
        if with_postgres:
            os.kill(server.postmaster_id(), signal.SIGKILL)
        server.kill()

    async with connected(server.base_url) as client:
        await burst.run(replace(client, access_token=alice.access_token), kill_after, kill)
    assert len(burst.acknowledged) >= kill_after


async def check_everything(server: ParlourProcess, alice: ApiClient, burst: Burst, rooms: list[str]) -> None:
    async with connected(server.base_url) as client:
        alice = replace(client, access_token=alice.access_token)
        before = {body: event_id for room in rooms for body, event_id in await read_history(alice, room)}
        lost = burst.acknowledged.items() - before.items()
        assert not lost, f"acknowledged, and gone after the kill: {sorted(lost)[:5]}"
        await burst.repeat_unanswered(alice)
        await burst.repeat(alice, next(iter(burst.acknowledged)))
        after = [message for room in rooms for message in await read_history(alice, room)]
    assert Counter(after) == Counter(burst.acknowledged.items())
