"""What a send costs in a room of 50,000 members, 500 of them syncing, beside one in a room of ten.

Every member is registered and joins through the API, one event each, as real ones would.
"""

from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.audience import gather_audience
from benchmarks.homeserver import Account, Homeserver
from benchmarks.load_client import Connection, ConnectionPool, map_concurrently
from benchmarks.matrix import create_room, join_all
from benchmarks.statistics import percentile
from benchmarks.workload import Figure, Plan, Workload

SYNCING = 500
SMALL_ROOM_MEMBERS = 10
CONCURRENCY = 32
# A room of this size is read by every client with lazily loaded members.
FILTER = "&filter=" + quote('{"room":{"state":{"lazy_load_members":true},"timeline":{"limit":10}}}')


@dataclass(frozen=True, slots=True)
class Prepared:
    """The two rooms, the owner of both, and the members who sync."""

    owner: Account
    small_room_id: str
    small_members: list[Account]
    large_room_id: str
    syncing: list[Account]


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Fill both rooms."""
    pool = ConnectionPool(homeserver.port, CONCURRENCY)
    owner = await homeserver.register("owner")
    small_room_id = await create_room(pool, owner, name="Small")
    large_room_id = await create_room(pool, owner, name="Large")
    small_members = await _fill(homeserver, pool, small_room_id, "small", SMALL_ROOM_MEMBERS - 1)
    members = await _fill(homeserver, pool, large_room_id, "crowd", plan.large_room_members - 1)
    pool.close()
    step = max(len(members) // SYNCING, 1)
    return Prepared(owner, small_room_id, small_members, large_room_id, members[::step][:SYNCING])


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Send to both rooms in turn, while the members of each wait in their syncs."""
    connection = Connection(homeserver.port)
    small_ms: list[float] = []
    large_ms: list[float] = []
    async with (
        gather_audience(homeserver.port, prepared.small_members, FILTER) as small,
        gather_audience(homeserver.port, prepared.syncing, FILTER) as large,
    ):
        for _ in range(plan.large_room_messages):
            small_ms.append(await small.hear(connection, prepared.owner, prepared.small_room_id))
            large_ms.append(await large.hear(connection, prepared.owner, prepared.large_room_id))
    connection.close()
    small_p50, large_p50 = percentile(small_ms, 50), percentile(large_ms, 50)
    return {
        "small_p50_ms": small_p50,
        "large_p50_ms": large_p50,
        "excess_percent": (large_p50 / small_p50 - 1) * 100,
        "delivery_p50_ms": percentile(large.delays_ms, 50),
        "delivery_p99_ms": percentile(large.delays_ms, 99),
    }


async def _fill(
    homeserver: Homeserver, pool: ConnectionPool, room_id: str, prefix: str, count: int
) -> list[Account]:
    members = await map_concurrently(
        lambda number: homeserver.register(f"{prefix}{number}"), range(count), CONCURRENCY
    )
    await join_all(pool, room_id, members)
    return members


LARGE_ROOM = Workload(
    name="large_room",
    title=f"a send to a large room, {SYNCING} of its members syncing",
    figures=(
        Figure("small_p50_ms", f"p50 in a room of {SMALL_ROOM_MEMBERS}", "ms"),
        Figure("large_p50_ms", "p50 in the large room", "ms"),
        Figure("excess_percent", "the large room's above the small one's", "%", aim=20),
        Figure("delivery_p50_ms", "delivery p50", "ms"),
        Figure("delivery_p99_ms", "delivery p99", "ms"),
    ),
    prepare=prepare,
    measure=measure,
    servers=frozenset({"parlour"}),
)
