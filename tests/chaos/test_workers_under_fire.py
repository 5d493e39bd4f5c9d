"""Workers, PostgreSQL and Redis are killed and restarted at random under load, behind the shipped nginx.

Every acknowledged message is delivered exactly once to every member who was connected or reconnected, in one
order. A short form belongs to every test run; CHAOS_MINUTES=10 makes it ten minutes.
"""

import asyncio
import os
import sys
from collections import defaultdict
from pathlib import Path
from random import Random

import aiohttp
import pytest

from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.chaos.crowd import Member, Speaker, check_delivery, until_all_seen
from tests.chaos.deployment import Deployment, running_deployment
from tests.support.authority import Authority

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0.1"))
SEED = int(os.environ.get("CHAOS_FIRST_SEED", "0"))
MEMBERS = int(os.environ.get("CHAOS_MEMBERS", "6"))
ROOMS = 3
PAUSE_S = 0.05
SETTLE_WITHIN_S = 300.0


@pytest.mark.timeout(60 * MINUTES + 1_500)
async def test_acknowledged_messages_reach_everybody_once_and_in_one_order(
    tmp_path: Path, authority: Authority
) -> None:
    rng = Random(SEED)
    connector = aiohttp.TCPConnector(ssl=authority.client_context(), limit=0)
    async with (
        running_deployment(tmp_path, authority) as deployment,
        aiohttp.ClientSession(connector=connector) as session,
    ):
        members, rooms = await gather(ApiClient(session, deployment.base_url))
        speakers = [
            Speaker(member, number, rooms, Random(rng.getrandbits(32)))
            for number, member in enumerate(members)
        ]
        try:
            await under_fire(deployment, rng, members, speakers)
        except AssertionError as error:
            raise AssertionError(f"seed {SEED}: {error}") from error


async def gather(nobody: ApiClient) -> tuple[list[Member], list[str]]:
    """Make members, of whom every other one is connected by WebSocket, and rooms that all of them are in."""
    people = [await nobody.register(f"member{number}") for number in range(MEMBERS)]
    rooms = [await create(people[0], preset="public_chat") for _ in range(ROOMS)]
    for person in people[1:]:
        for room_id in rooms:
            (await person.post(f"/join/{room_id}")).ok()
    return [Member(person, by_socket=number % 2 == 0) for number, person in enumerate(people)], rooms


async def under_fire(
    deployment: Deployment, rng: Random, members: list[Member], speakers: list[Speaker]
) -> None:
    following = [asyncio.create_task(member.follow()) for member in members]
    try:
        for member in members:
            await member.changed.wait()
        stop = asyncio.Event()
        speaking = [asyncio.create_task(speaker.speak(stop, PAUSE_S)) for speaker in speakers]
        await deployment.torment(rng, 60 * MINUTES, pace_s=1.0)
        stop.set()
        await asyncio.gather(*speaking)
        said: defaultdict[str, set[str]] = defaultdict(set)
        for speaker in speakers:
            for room_id, event_ids in speaker.acknowledged.items():
                said[room_id].update(event_ids)
        assert not [task for task in following if task.done()], [task for task in following if task.done()]
        await until_all_seen(members, said, SETTLE_WITHIN_S)
        check_delivery(members, said)
    finally:
        for task in following:
            task.cancel()
        outcomes = await asyncio.gather(*following, return_exceptions=True)
    for outcome in outcomes:
        if not isinstance(outcome, asyncio.CancelledError):
            assert not isinstance(outcome, BaseException), repr(outcome)
    report(deployment, members, speakers)


def report(deployment: Deployment, members: list[Member], speakers: list[Speaker]) -> None:
    said = sum(len(ids) for speaker in speakers for ids in speaker.acknowledged.values())
    sys.stdout.write(
        f"{said} messages, {sum(s.repeated for s in speakers)} sends repeated, "
        f"{sum(m.breaks for m in members)} connections lost, {deployment.hits}\n"
    )
