"""Memory of the server's processes, PostgreSQL's aside, a moment after a start on an empty database."""

import asyncio

from benchmarks.homeserver import Homeserver
from benchmarks.processes import resident_memory_mb
from benchmarks.workload import Figure, Plan, Workload

SETTLE_S = 3


async def prepare(homeserver: Homeserver, plan: Plan) -> None:
    """Let the start's own work end."""
    await asyncio.sleep(SETTLE_S)


async def measure(homeserver: Homeserver, prepared: None, plan: Plan) -> dict[str, float]:
    """Read the kernel's account of it."""
    return resident_memory_mb(homeserver.process_ids())


MEMORY_IDLE = Workload(
    name="memory_idle",
    title="memory, idle",
    figures=(Figure("rss_mb", "RSS", "MB", aim=75), Figure("pss_mb", "PSS", "MB")),
    prepare=prepare,
    measure=measure,
    warm_up=False,
    repeat=False,
)
