"""The servers around the measured one: a Parlour with a large room, and the servers of its members."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.federation.authority import Authority
from benchmarks.federation.names import crowd_names
from benchmarks.federation.seed_room import Seed, seed_room
from benchmarks.homeserver import RoomElsewhere, Surroundings
from benchmarks.load_client import ConnectionPool
from benchmarks.matrix import CLIENT, create_room
from benchmarks.pinning import Pinning, on_cores
from benchmarks.postgres import free_port, running_cluster
from benchmarks.servers.parlour import Parlour
from federation.protocol.ids import RoomId

SEED_LIMIT_S = 1_800
LOOK_EVERY_S = 1.0


@asynccontextmanager
async def running_neighbourhood(pinning: Pinning, members: int) -> AsyncIterator[Surroundings]:
    """Run what surrounds the measured servers. Without members there is nothing but an authority."""
    with tempfile.TemporaryDirectory(prefix="parlour-bench-ca-") as folder:
        authority = Authority.make(Path(folder))
        if members == 0:
            yield Surroundings(authority)
            return
        async with _running_crowd(authority, pinning.load) as port, running_cluster(pinning.load) as cluster:
            with tempfile.TemporaryDirectory(prefix="parlour-bench-") as data:
                resident = Parlour(cluster, Path(data), pinning.load, Surroundings(authority))
                await resident.start()
                try:
                    room = await _make_room(resident, authority, port, members)
                    yield Surroundings(authority, room)
                finally:
                    await resident.stop()


@asynccontextmanager
async def _running_crowd(authority: Authority, cores: str) -> AsyncIterator[int]:
    port = free_port()
    files = [str(authority.ca_file), str(authority.ca_key_file)]
    command = on_cores(cores, [sys.executable, "-m", "benchmarks.federation.crowd", str(port), *files])
    process = await asyncio.create_subprocess_exec(*command, cwd=Path(__file__).parents[2])
    try:
        yield port
    finally:
        process.kill()
        await process.wait()


async def _make_room(resident: Parlour, authority: Authority, port: int, members: int) -> RoomElsewhere:
    pool = ConnectionPool(resident.port, 1)
    owner = await resident.register("owner")
    room_id = await create_room(pool, owner, name="Large")
    seed = Seed(resident.server_name, RoomId(room_id), members, crowd_names(port))
    await seed_room(seed, authority.ca_file)
    async with asyncio.timeout(SEED_LIMIT_S):
        while True:
            joined = await pool.request("GET", f"{CLIENT}/rooms/{room_id}/joined_members", owner.access_token)
            if len(joined["joined"]) == members + 1:
                break
            await asyncio.sleep(LOOK_EVERY_S)
    pool.close()
    return RoomElsewhere(room_id, resident.server_name, members + 1)
