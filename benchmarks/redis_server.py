"""The Redis between the workers of a measured server: Debian's, in memory, on a loopback port."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as NotYet

from benchmarks.pinning import on_cores
from benchmarks.postgres import free_port

TRIES = 500
PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class RunningRedis:
    """Where it is, and its process."""

    url: str
    process_id: int


@asynccontextmanager
async def running_redis(cores: str) -> AsyncIterator[RunningRedis]:
    """Run a Redis for the length of the block."""
    program, port = shutil.which("redis-server"), free_port()
    assert program, "redis-server is missing (Debian and Ubuntu: apt install redis-server)"
    with tempfile.TemporaryDirectory(prefix="parlour-bench-redis-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        command = on_cores(cores, [program, *options])
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
        try:
            retry = Retry(ConstantBackoff(PAUSE_S), TRIES)
            async with Redis(port=port, retry=retry, retry_on_error=[NotYet]) as client:
                await client.ping()
            yield RunningRedis(f"redis://127.0.0.1:{port}/0", process.pid)
        finally:
            process.terminate()
            await process.wait()
