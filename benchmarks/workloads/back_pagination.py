"""The newest 100 messages of a room's history."""

from dataclasses import dataclass
from urllib.parse import quote

from benchmarks.homeserver import Account, Homeserver
from benchmarks.load_client import Connection, ConnectionPool
from benchmarks.matrix import CLIENT, create_room, send_message
from benchmarks.statistics import percentile
from benchmarks.timing import time_requests_ms
from benchmarks.workload import Figure, Plan, Workload

MESSAGES = 300
LIMIT = 100


@dataclass(frozen=True, slots=True)
class Prepared:
    """The reader, and the room with the history."""

    account: Account
    room_id: str


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Make a room and write its history."""
    pool = ConnectionPool(homeserver.port, 1)
    account = await homeserver.register("historian")
    room_id = await create_room(pool, account, name="History")
    connection = Connection(homeserver.port)
    for number in range(MESSAGES):
        await send_message(
            connection, account, room_id, f"history-{number}", f"Message {number} of the history"
        )
    connection.close()
    pool.close()
    return Prepared(account, room_id)


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Ask for the page before the present."""
    path = f"{CLIENT}/rooms/{quote(prepared.room_id)}/messages?dir=b&limit={LIMIT}"
    samples = await time_requests_ms(homeserver.port, prepared.account, [("GET", path, None)] * plan.requests)
    return {"p50_ms": percentile(samples, 50)}


BACK_PAGINATION = Workload(
    name="back_pagination",
    title=f"{LIMIT} messages of back-pagination",
    figures=(Figure("p50_ms", "p50", "ms", aim=2),),
    prepare=prepare,
    measure=measure,
)
