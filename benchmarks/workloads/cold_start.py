"""A start on an existing database, from the command to the first answer."""

from benchmarks.homeserver import Homeserver
from benchmarks.workload import Figure, Plan, Workload


async def prepare(homeserver: Homeserver, plan: Plan) -> None:
    """Nothing: the database exists, the other workloads filled it."""


async def measure(homeserver: Homeserver, prepared: None, plan: Plan) -> dict[str, float]:
    """Stop the server and start it again."""
    await homeserver.stop()
    return {"seconds": await homeserver.start()}


COLD_START = Workload(
    name="cold_start",
    title="cold start on an existing database",
    figures=(Figure("seconds", "to the first answer", "s", aim=1),),
    prepare=prepare,
    measure=measure,
    warm_up=False,
)
