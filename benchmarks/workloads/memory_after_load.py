"""Memory of the server's processes, PostgreSQL's aside, after the workloads that ran before."""

from benchmarks.homeserver import Homeserver
from benchmarks.processes import resident_memory_mb
from benchmarks.workload import Figure, Plan, Workload


async def prepare(homeserver: Homeserver, plan: Plan) -> None:
    """Nothing: the other workloads were the preparation."""


async def measure(homeserver: Homeserver, prepared: None, plan: Plan) -> dict[str, float]:
    """Read the kernel's account of it."""
    return resident_memory_mb(homeserver.process_ids())


MEMORY_AFTER_LOAD = Workload(
    name="memory_after_load",
    title="memory, after load",
    figures=(Figure("rss_mb", "RSS", "MB", aim=110), Figure("pss_mb", "PSS", "MB")),
    prepare=prepare,
    measure=measure,
    warm_up=False,
    repeat=False,
)
