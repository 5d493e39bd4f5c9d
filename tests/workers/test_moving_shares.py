"""Two worker processes that send to another server and to application services; one of them is killed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from homeserver.fanout.shares import COUNT
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.followers import LongPoll, bodies
from tests.api.room_calls import create, send
from tests.support.application_service import ApplicationService
from tests.support.authority import Authority
from tests.support.federation_servers import FederationServer, ServerMaker
from tests.support.parlour_process import ParlourProcess
from tests.support.ports import free_port
from tests.support.postgres import TestDatabases

DELIVERED_WITHIN_S = 100.0
LOOK_EVERY_S = 0.05
HELD = """
SELECT owner, count(*) AS shares FROM shares WHERE owner IS NOT NULL AND until > clock_timestamp()
GROUP BY owner
"""
EVERY_ROOM: JsonObject = {"users": [], "aliases": [], "rooms": [{"exclusive": False, "regex": "!.*"}]}


@pytest.fixture
async def bridges() -> AsyncIterator[list[ApplicationService]]:
    """Application services of different shares."""
    names = ("irc", "xmpp", "sms", "mail")
    made = [
        ApplicationService(id=name, as_token=f"as-token-of-{name}", hs_token=f"hs-token-of-{name}")
        for name in names
    ]
    for bridge in made:
        await bridge.start()
    yield made
    for bridge in made:
        await bridge.stop()


@pytest.fixture
async def elsewhere(
    databases: TestDatabases, authority: Authority, tmp_path: Path
) -> AsyncIterator[FederationServer]:
    async with ServerMaker(databases, authority, tmp_path).running() as server:
        yield server


@pytest.fixture
async def pair(
    database_url: str, authority: Authority, tmp_path: Path, bridges: list[ApplicationService]
) -> AsyncIterator[list[ParlourProcess]]:
    """Two workers on one database; the first one takes what other servers ask, too."""
    federation_port = free_port()
    settings: JsonObject = {
        "server_name": f"127.0.0.1:{federation_port}",
        "database_url": database_url,
        "appservices": [str(bridge.write(tmp_path / "as", namespaces=EVERY_ROOM)) for bridge in bridges],
        "federation": {
            "ca_file": str(authority.ca_file), "allow_private_addresses": True, "trusted_key_servers": [],
        },
    }  # fmt: skip
    to_others = {
        "port": federation_port, "serve": ["federation"],
        "tls_certificate": str(authority.certificate_file), "tls_key": str(authority.key_file),
    }  # fmt: skip
    to_clients = [{"port": free_port(), "serve": ["client", "health"]} for _ in range(2)]
    workers = [
        ParlourProcess(tmp_path / "data", {**settings, "listeners": [to_clients[0], to_others]}),
        ParlourProcess(tmp_path / "data", {**settings, "listeners": [to_clients[1]]}),
    ]
    for worker in workers:
        await asyncio.to_thread(worker.start)
    yield workers
    assert await asyncio.to_thread(workers[0].stop) == 0


async def until_divided(url: str, owners: int) -> Counter[str]:
    """Wait until so many workers have all shares, about as many each."""
    conn = await asyncpg.connect(url)
    try:
        while True:
            held = Counter({row["owner"]: row["shares"] for row in await conn.fetch(HELD)})
            if held.total() == COUNT and len(held) == owners and max(held.values()) <= COUNT // owners + 1:
                return held
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        await conn.close()


async def until_told(bridges: list[ApplicationService], follower: LongPoll, room_id: str, text: str) -> None:
    """Wait until the other server and all application services were told of a message."""
    async with asyncio.timeout(DELIVERED_WITHIN_S):
        while text not in bodies(await follower.news(), room_id):
            pass
        for bridge in bridges:
            await bridge.until(lambda bridge=bridge: text in told(bridge))  # type: ignore[misc]


def told(bridge: ApplicationService) -> list[str]:
    """Return the messages of all transactions that the application service did not know already."""
    transactions = dict(bridge.transactions)
    return [
        event["content"]["body"]
        for body in transactions.values()
        for event in body["events"]
        if event["type"] == "m.room.message"
    ]


@pytest.mark.timeout(400)
async def test_share_of_a_killed_worker_moves_and_nothing_is_told_twice(
    database_url: str,
    pair: list[ParlourProcess],
    bridges: list[ApplicationService],
    elsewhere: FederationServer,
) -> None:
    await until_divided(database_url, 2)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        alice = await ApiClient(session, pair[0].base_url).register("alice")
        room_id = await create(alice, preset="public_chat")
        bob = await elsewhere.user("bob")
        (await bob.post(f"/join/{room_id}", {}, via=alice.user_id.partition(":")[2])).ok()
        follower = await LongPoll.start(bob)
        (await send(alice, room_id, {"msgtype": "m.text", "body": "before"})).ok()
        await until_told(bridges, follower, room_id, "before")
        await until_divided(database_url, 2)
        pair[1].kill()
        (await send(alice, room_id, {"msgtype": "m.text", "body": "after"})).ok()
        await until_divided(database_url, 1)
        await until_told(bridges, follower, room_id, "after")
        for bridge in bridges:
            assert told(bridge) == ["before", "after"]
