"""Delivery: from the start of a send to its receipt by each of 100 long-polling clients in one room."""

from dataclasses import dataclass

from benchmarks.audience import gather_audience
from benchmarks.homeserver import Account, Homeserver
from benchmarks.load_client import Connection, ConnectionPool
from benchmarks.matrix import create_room, join_all
from benchmarks.statistics import percentile
from benchmarks.workload import Figure, Plan, Workload

CLIENTS = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """A room, its sender, and the members who listen."""

    room_id: str
    sender: Account
    members: list[Account]


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Make the room and fill it."""
    pool = ConnectionPool(homeserver.port, 8)
    sender = await homeserver.register("speaker")
    members = [await homeserver.register(f"listener{number}") for number in range(CLIENTS)]
    room_id = await create_room(pool, sender, name="Delivery")
    await join_all(pool, room_id, members)
    pool.close()
    return Prepared(room_id, sender, members)


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Send one message after the other, each as soon as everybody has the one before."""
    connection = Connection(homeserver.port)
    async with gather_audience(homeserver.port, prepared.members) as audience:
        for _ in range(plan.delivery_messages):
            await audience.hear(connection, prepared.sender, prepared.room_id)
    connection.close()
    return {"p50_ms": percentile(audience.delays_ms, 50), "p99_ms": percentile(audience.delays_ms, 99)}


DELIVERY = Workload(
    name="delivery",
    title=f"delivery to {CLIENTS} long-polling clients in one room",
    figures=(Figure("p50_ms", "p50", "ms", aim=10), Figure("p99_ms", "p99", "ms", aim=30)),
    prepare=prepare,
    measure=measure,
    servers=frozenset({"parlour", "synapse", "aiohttp"}),
)
