"""Sliding sync of an account that is in 100 rooms: all of them from nothing, then one that has a message."""

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from benchmarks.homeserver import Account, Homeserver
from benchmarks.load_client import Connection, ConnectionPool, map_concurrently
from benchmarks.matrix import create_room, join_all, send_message
from benchmarks.statistics import percentile
from benchmarks.timing import time_requests_ms
from benchmarks.workload import Figure, Plan, Workload

ROOMS = 100
MESSAGES = 3
PATH = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The account whose rooms are many, and who writes in one of them."""

    account: Account
    owner: Account
    room_id: str


async def prepare(homeserver: Homeserver, plan: Plan) -> Prepared:
    """Make the rooms, with both members and their messages."""
    pool = ConnectionPool(homeserver.port, 4)
    owner, account = await homeserver.register("slider-host"), await homeserver.register("slider")
    room_ids: list[str] = []

    async def furnish(number: int) -> None:
        room_id = await create_room(pool, owner, name=f"Room {number}")
        await join_all(pool, room_id, [account])
        connection = Connection(homeserver.port)
        for message in range(MESSAGES):
            await send_message(connection, owner, room_id, f"slide-{number}-{message}", f"Message {message}")
        connection.close()
        room_ids.append(room_id)

    await map_concurrently(furnish, range(ROOMS), 4)
    pool.close()
    return Prepared(account, owner, room_ids[0])


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Begin connections, then go on with one of them, message by message."""
    rounds = max(plan.requests // 4, 3)
    first = [("POST", sliding_path(None), sliding_body()) for _ in range(rounds)]
    initial = await time_requests_ms(homeserver.port, prepared.account, first)
    return {
        "initial_p50_ms": percentile(initial, 50),
        "incremental_p50_ms": percentile(await _incremental_ms(homeserver, prepared, rounds), 50),
    }


async def _incremental_ms(homeserver: Homeserver, prepared: Prepared, rounds: int) -> list[float]:
    connection, body = Connection(homeserver.port), sliding_body()
    token, samples = prepared.account.access_token, []
    answer = await connection.request("POST", sliding_path(None), token, body)
    for _ in range(rounds):
        await send_message(connection, prepared.owner, prepared.room_id, secrets.token_hex(8), "News")
        started = time.perf_counter()
        answer = await connection.request("POST", sliding_path(answer.json()["pos"]), token, body)
        samples.append((answer.received_at - started) * 1000)
    connection.close()
    return samples


def sliding_path(pos: str | None) -> str:
    return f"{PATH}?timeout=0" + ("" if pos is None else f"&pos={quote(pos)}")


def sliding_body() -> dict[str, Any]:
    """Ask for what a client's list of rooms needs, with every extension, over a connection of its own."""
    members = [["m.room.member", "$ME"], ["m.room.member", "$LAZY"]]
    required = [["m.room.create", ""], ["m.room.encryption", ""], *members]
    extensions = ("to_device", "e2ee", "account_data", "receipts", "typing")
    return {
        "conn_id": secrets.token_hex(4),
        "lists": {"all": {"ranges": [[0, ROOMS - 1]], "timeline_limit": 1, "required_state": required}},
        "extensions": {name: {"enabled": True} for name in extensions},
    }


SLIDING_SYNC = Workload(
    name="sliding_sync",
    title=f"sliding sync, {ROOMS} rooms",
    figures=(
        Figure("initial_p50_ms", "all rooms, p50", "ms", aim=25),
        Figure("incremental_p50_ms", "one message, p50", "ms", aim=5),
    ),
    prepare=prepare,
    measure=measure,
)
