"""One, two and four workers, by Redis and by LISTEN/NOTIFY: throughput, delivery, and what each thing costs.

All cores are for everybody, the load generator too: with few cores the figures per second say less than the
processor's time that an event, a delivery and a waiting connection take, which adds up on any machine. The
rates say nothing at all where others take the cores meanwhile: the last column says how many.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from benchmarks.audience import NEXT_BATCH
from benchmarks.federation.neighbourhood import running_neighbourhood
from benchmarks.load_client import Connection
from benchmarks.matrix import sync_path
from benchmarks.pinning import Pinning
from benchmarks.postgres import running_cluster
from benchmarks.processes import process_tree, resident_memory_mb
from benchmarks.redis_server import RunningRedis, running_redis
from benchmarks.servers.parlour import Parlour
from benchmarks.workload import Plan
from benchmarks.workloads import delivery, sends

COUNTS = (1, 2, 4)
LINES = ("Redis", "NOTIFY")
ROOMS = 200
"""So many are written in at once: each worker takes messages of any, as without a proxy that knows rooms."""
CONNECTIONS = 1_000
WAIT_MS = 120_000
ARRIVED_AFTER_S = 4
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
HEADINGS = {
    "sends_per_s": "sends 1/s", "sends_p50_ms": "p50 ms", "sends_p99_ms": "p99 ms",
    "crowded_per_s": "in 8 rooms 1/s",
    "delivery_p50_ms": "delivery p50 ms", "delivery_p99_ms": "p99 ms",
    "server_us_per_send": "server us/send", "postgresql_us_per_send": "PostgreSQL us/send",
    "redis_us_per_send": "Redis us/send", "server_us_per_delivery": "server us/delivery",
    "kb_per_connection": "kB/connection", "idle_us_per_connection_s": "idle us/connection/s",
    "mb_per_worker": "MB/worker", "others_cores": "others' cores",
}  # fmt: skip

Figures = dict[str, float]


async def measure_scaling(plan: Plan) -> dict[str, Figures]:
    """Return the figures of each number of workers on each line."""
    cores = ",".join(map(str, sorted(os.sched_getaffinity(0))))
    pinning = Pinning(cores, cores, cores)
    found: dict[str, Figures] = {}
    for line in LINES:
        for count in COUNTS:
            name = f"{count} by {line}"
            sys.stderr.write(f"workers: {name}\n")
            found[name] = await _measure(plan, pinning, line, count)
    return found


def render_scaling(figures: dict[str, Figures]) -> str:
    """Return the table, a row per deployment."""
    if not figures:
        return ""
    lines = ["workers: " + ", ".join(HEADINGS.values())]
    for name, found in figures.items():
        lines.append(f"{name:<12}" + "".join(f"{found.get(key, 0.0):>11,.1f}" for key in HEADINGS))
    return "\n".join(lines) + "\n"


async def _measure(plan: Plan, pinning: Pinning, line: str, count: int) -> Figures:
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(running_cluster(pinning.postgresql))
        redis = await stack.enter_async_context(running_redis(pinning.server)) if line == "Redis" else None
        surroundings = await stack.enter_async_context(running_neighbourhood(pinning, 0))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parlour-bench-")))
        redis_url = None if redis is None else redis.url
        parlour = Parlour(cluster, folder, pinning.server, surroundings, workers=count, redis_url=redis_url)
        await parlour.start()
        stack.push_async_callback(parlour.stop)
        return await _measure_running(plan, parlour, cluster.process_id(), redis, count)


async def _measure_running(
    plan: Plan, parlour: Parlour, postgresql: int, redis: RunningRedis | None, count: int
) -> Figures:
    processes: dict[str, Callable[[], list[int]]] = {
        "server": parlour.process_ids,
        "postgresql": lambda: process_tree(postgresql),
        "redis": lambda: [] if redis is None else [redis.process_id],
    }
    figures: Figures = {}
    prepared = await sends.prepare(parlour, plan, ROOMS)
    await sends.measure(parlour, prepared, plan.warm_up())
    before = {name: cpu_seconds(find()) for name, find in processes.items()}
    everybody, load = machine_seconds(), load_seconds()
    sent = await sends.measure(parlour, prepared, plan)
    events = sent["per_s"] * plan.measure_s
    taken = {name: cpu_seconds(find()) - before[name] for name, find in processes.items()}
    ours = sum(taken.values()) + load_seconds() - load
    figures["others_cores"] = max(0.0, (machine_seconds() - everybody - ours) / plan.measure_s)
    figures |= {f"{name}_us_per_send": seconds / events * 1e6 for name, seconds in taken.items()}
    figures |= {f"sends_{key}": value for key, value in sent.items()}
    crowded = await sends.measure(parlour, sends.in_first_rooms(prepared, sends.ROOMS), plan)
    figures["crowded_per_s"] = crowded["per_s"]
    audience = await delivery.prepare(parlour, plan)
    await delivery.measure(parlour, audience, plan.warm_up())
    began = cpu_seconds(parlour.process_ids())
    delivered = await delivery.measure(parlour, audience, plan)
    deliveries = plan.delivery_messages * delivery.CLIENTS
    figures["server_us_per_delivery"] = (cpu_seconds(parlour.process_ids()) - began) / deliveries * 1e6
    figures |= {f"delivery_{key}": value for key, value in delivered.items()}
    figures["mb_per_worker"] = resident_memory_mb(parlour.process_ids())["pss_mb"] / count
    return figures | await _measure_connections(parlour, audience, plan)


async def _measure_connections(parlour: Parlour, audience: delivery.Prepared, plan: Plan) -> Figures:
    """Let many connections wait, and see what they hold and take."""
    connections: list[Connection] = []
    tokens: dict[str, str] = {}
    for member in audience.members:
        connection = Connection(parlour.port)
        answer = await connection.request("GET", sync_path(None, 0), member.access_token)
        found = NEXT_BATCH.search(answer.body)
        assert found is not None, "a sync without next_batch"
        tokens[member.access_token] = found[1].decode()
        connection.close()
    before = resident_memory_mb(parlour.process_ids())["pss_mb"]
    waiting: list[asyncio.Task[object]] = []
    for number in range(CONNECTIONS):
        member = audience.members[number % len(audience.members)]
        connection = Connection(parlour.port)
        connections.append(connection)
        path = sync_path(tokens[member.access_token], WAIT_MS)
        waiting.append(asyncio.create_task(_poll(connection, path, member.access_token)))
    await asyncio.sleep(min(plan.measure_s, ARRIVED_AFTER_S))
    began, memory = cpu_seconds(parlour.process_ids()), resident_memory_mb(parlour.process_ids())["pss_mb"]
    await asyncio.sleep(plan.measure_s)
    idle = cpu_seconds(parlour.process_ids()) - began
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for connection in connections:
        connection.close()
    return {
        "kb_per_connection": (memory - before) * 1024 / CONNECTIONS,
        "idle_us_per_connection_s": idle / CONNECTIONS / plan.measure_s * 1e6,
    }


async def _poll(connection: Connection, path: str, token: str) -> object:
    return await connection.request("GET", path, token)


def cpu_seconds(process_ids: list[int]) -> float:
    """Return the processor's time that processes, and children of theirs that have ended, have taken."""
    ticks = 0
    for process_id in process_ids:
        try:
            fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue  # ended since it was listed; its parent's figures have it
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS_PER_S


def machine_seconds() -> float:
    """Return the processor's time that all programs have taken, and other machines on the same hardware."""
    user, nice, system, _, _, irq, soft, stolen = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + soft + stolen) / TICKS_PER_S


def load_seconds() -> float:
    """Return the processor's time of this process and of the programs that it ran to their end."""
    return sum(os.times()[:4])
