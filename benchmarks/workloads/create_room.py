"""Creating a private room with a name."""

from dataclasses import dataclass

from benchmarks.homeserver import Account, Homeserver
from benchmarks.matrix import CLIENT
from benchmarks.statistics import percentile
from benchmarks.timing import time_requests_ms
from benchmarks.workload import Figure, Plan, Workload


@dataclass(frozen=True, slots=True)
class Prepared:
    """The account that creates."""

    account: Account


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Register the creator."""
    return Prepared(await homeserver.register("creator"))


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Create one room after the other."""
    body = {"preset": "private_chat", "name": "A room"}
    requests = [("POST", f"{CLIENT}/createRoom", body)] * plan.requests
    samples = await time_requests_ms(homeserver.port, prepared.account, requests)
    return {"p50_ms": percentile(samples, 50)}


CREATE_ROOM = Workload(
    name="create_room",
    title="create a room",
    figures=(Figure("p50_ms", "p50", "ms", aim=6),),
    prepare=prepare,
    measure=measure,
)
