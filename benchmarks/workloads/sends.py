"""Durable sends: wrk on 32 connections, 8 rooms, 8 senders who are members of all of them."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from benchmarks.homeserver import Homeserver
from benchmarks.load_client import ConnectionPool
from benchmarks.matrix import create_room, join_all
from benchmarks.processes import RESULTS
from benchmarks.workload import Figure, Plan, Workload
from benchmarks.wrk import run_sends

CONNECTIONS = 32
ROOMS = 8
SENDERS = 8


@dataclass(frozen=True, slots=True)
class Prepared:
    """The file that tells the Lua script its rooms and access tokens."""

    plan_file: Path


async def prepare(homeserver: Homeserver, plan: Plan, rooms_wanted: int = ROOMS) -> Prepared:
    """Make the rooms and put every sender into each."""
    pool = ConnectionPool(homeserver.port, 8)
    senders = [await homeserver.register(f"sender{number}") for number in range(SENDERS)]
    rooms = [await create_room(pool, senders[0], name=f"Sends {number}") for number in range(rooms_wanted)]
    for room_id in rooms:
        await join_all(pool, room_id, senders[1:])
    pool.close()
    lines = [f"room {quote(room_id)}\n" for room_id in rooms] + [f"token {s.access_token}\n" for s in senders]
    plan_file = RESULTS / f"{homeserver.name}.plan"
    plan_file.write_text("".join(lines))
    return Prepared(plan_file)


def in_first_rooms(prepared: Prepared, count: int) -> Prepared:
    """Return the plan of sending into the first rooms alone."""
    lines = prepared.plan_file.read_text().splitlines(keepends=True)
    rooms = [line for line in lines if line.startswith("room ")]
    others = [line for line in lines if not line.startswith("room ")]
    plan_file = prepared.plan_file.with_suffix(".few")
    plan_file.write_text("".join(rooms[:count] + others))
    return Prepared(plan_file)


async def measure(homeserver: Homeserver, prepared: Prepared, plan: Plan) -> dict[str, float]:
    """Send as fast as the answers come back."""
    summary = await run_sends(
        homeserver.port,
        prepared.plan_file,
        secrets.token_hex(4),
        connections=CONNECTIONS,
        seconds=plan.measure_s,
    )
    return {"per_s": summary.requests_per_s, "p50_ms": summary.p50_ms, "p99_ms": summary.p99_ms}


SENDS = Workload(
    name="sends",
    title=f"durable sends, {CONNECTIONS} connections, {ROOMS} rooms",
    figures=(
        Figure("per_s", "sends", "1/s", aim=7000, more_is_better=True),
        Figure("p50_ms", "p50", "ms", aim=5),
        Figure("p99_ms", "p99", "ms", aim=12),
    ),
    prepare=prepare,
    measure=measure,
    servers=frozenset({"parlour", "synapse", "aiohttp"}),
)
