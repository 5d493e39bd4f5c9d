"""Initial sync of an account that is in 100 rooms of two members with three messages each."""

import secrets
from dataclasses import dataclass

from benchmarks.homeserver import Account, Homeserver
from benchmarks.load_client import Connection, ConnectionPool, map_concurrently
from benchmarks.matrix import create_room, join_all, send_message, sync_path
from benchmarks.statistics import percentile
from benchmarks.timing import time_requests_ms
from benchmarks.workload import Figure, Plan, Workload

ROOMS = 100
MESSAGES = 3


@dataclass(frozen=True, slots=True)
class Prepared:
    """The account whose rooms are many."""

    account: Account


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Make the rooms, with both members and their messages."""
    pool = ConnectionPool(homeserver.port, 4)
    owner, account = await homeserver.register("host"), await homeserver.register("roomful")

    async def furnish(number: int) -> None:
        room_id = await create_room(pool, owner, name=f"Room {number}")
        await join_all(pool, room_id, [account])
        connection = Connection(homeserver.port)
        for message in range(MESSAGES):
            await send_message(
                connection, owner, room_id, f"furnish-{number}-{message}", f"Message {message}"
            )
        connection.close()

    await map_concurrently(furnish, range(ROOMS), 4)
    pool.close()
    return Prepared(account)


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Sync from nothing, again and again.

    The time-out differs each time, or Synapse would answer from its cache of whole responses; an initial sync
    never waits for it.
    """
    timeouts_ms = [secrets.randbelow(1_000_000) for _ in range(max(plan.requests // 4, 3))]
    requests = [("GET", sync_path(None, timeout_ms), None) for timeout_ms in timeouts_ms]
    samples = await time_requests_ms(homeserver.port, prepared.account, requests)
    return {"p50_ms": percentile(samples, 50)}


INITIAL_SYNC = Workload(
    name="initial_sync",
    title=f"initial sync, {ROOMS} rooms",
    figures=(Figure("p50_ms", "p50", "ms", aim=25),),
    prepare=prepare,
    measure=measure,
)
