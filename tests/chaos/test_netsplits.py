"""Servers that were split, or down, come to one state again, and no acknowledged event is lost.

A few seeds belong to every test run; CHAOS_SEEDS=100 makes it a hundred.
"""

import asyncio
import os
from random import Random

import pytest

from tests.chaos.network import Network
from tests.chaos.split_room import SplitRoom, make_split_room
from tests.support.federation_servers import FederationServer, ServerMaker

SEEDS = int(os.environ.get("CHAOS_SEEDS", "3"))
FIRST_SEED = int(os.environ.get("CHAOS_FIRST_SEED", "0"))
SEED_LIMIT_S = 120
ROUNDS = 3
ACTIONS = 4
VERSIONS = ("12", "6", "11", "10", "2")
LINGER_S = 0.3


@pytest.mark.timeout(SEED_LIMIT_S * SEEDS)
async def test_servers_converge_after_splits_and_restarts(
    server_maker: ServerMaker, network: Network
) -> None:
    async with server_maker.running_several(3) as servers:
        for seed in range(FIRST_SEED, FIRST_SEED + SEEDS):
            try:
                await split_and_heal(servers, network, seed)
            except AssertionError as error:
                raise AssertionError(f"seed {seed}: {error}") from error


async def test_server_that_was_down_catches_up_by_itself(server_maker: ServerMaker) -> None:
    async with server_maker.running_several(2) as servers:
        room = await make_split_room(servers, "down", "12")
        await servers[1].stop()
        await room.act(Random(7), [0], 60)
        await servers[1].start()
        async with asyncio.timeout(SEED_LIMIT_S / 2):
            while await room.missing(room.admins[1]):
                await asyncio.sleep(LINGER_S)


async def split_and_heal(servers: list[FederationServer], network: Network, seed: int) -> None:
    """Take a room through a few splits and restarts, and wait until it is whole."""
    rng = Random(seed)
    room = await make_split_room(servers, f"s{seed}", VERSIONS[seed % len(VERSIONS)])
    for _ in range(ROUNDS):
        await one_round(servers, network, room, rng)
    network.heal()
    await room.until_converged()


async def one_round(servers: list[FederationServer], network: Network, room: SplitRoom, rng: Random) -> None:
    """Cut some links, or stop a server, while things are done on all that run; then mend it."""
    down = rng.randrange(3) if rng.random() < 0.3 else None
    names = [server.name for server in servers]
    rng.shuffle(names)
    network.split(rng.choice([[names[:1], names[1:]], [[name] for name in names], [names]]))
    if rng.random() < 0.3:
        network.cut(names[0], names[1])
    if down is not None:
        await servers[down].stop()
    await room.act(rng, [index for index in range(3) if index != down], ACTIONS)
    if down is not None:
        await servers[down].start()
    if rng.random() < 0.5:
        await asyncio.sleep(LINGER_S)
    network.heal()
    await room.act(rng, range(3), 1)
