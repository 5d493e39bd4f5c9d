"""Runs the workloads, one server after the other, so that nothing but the measured server is awake."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.federation.neighbourhood import running_neighbourhood
from benchmarks.homeserver import Homeserver, Surroundings
from benchmarks.machine import describe_machine, measure_fdatasync
from benchmarks.pinning import Pinning, choose_pinning, pin_this_process
from benchmarks.postgres import Cluster, running_cluster
from benchmarks.report import Report
from benchmarks.servers.bare_aiohttp import BareAiohttp
from benchmarks.servers.parlour import Parlour
from benchmarks.servers.synapse import Synapse
from benchmarks.statistics import median_of_each
from benchmarks.workload import Plan, Workload
from benchmarks.workloads.join_room import JOIN_ROOM

Build = Callable[[Cluster, Path, str, Surroundings], Homeserver]
HOMESERVERS: dict[str, Build] = {"synapse": Synapse, "parlour": Parlour}


async def run(plan: Plan, workloads: Sequence[Workload[Any]], servers: Sequence[str]) -> Report:
    """Measure every workload on every server that it is meant for, and return the figures."""
    pinning = choose_pinning()
    report = Report(describe_machine(), measure_fdatasync(), asdict(pinning))
    pin_this_process(pinning.load)
    for server in servers:
        meant = [workload for workload in workloads if server in workload.servers]
        if server == "aiohttp" and meant:
            await _run_bare(plan, meant, pinning, report)
        elif meant:
            alone = [workload for workload in meant if workload is not JOIN_ROOM]
            await _run_homeserver(server, plan, alone, pinning, report)
    await _run_joins(plan, workloads, servers, pinning, report)
    return report


async def _run_joins(
    plan: Plan, workloads: Sequence[Workload[Any]], servers: Sequence[str], pinning: Pinning, report: Report
) -> None:
    """Join the same room with one server after the other, each on a database of its own."""
    if JOIN_ROOM not in workloads:
        return
    _say("filling a room to be joined")
    async with running_neighbourhood(pinning, plan.joined_room_members) as surroundings:
        for server in servers:
            if server in JOIN_ROOM.servers:
                await _run_homeserver(server, plan, [JOIN_ROOM], pinning, report, surroundings)


async def _run_bare(plan: Plan, workloads: list[Workload[Any]], pinning: Pinning, report: Report) -> None:
    async with running_neighbourhood(pinning, 0) as surroundings:
        with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
            bare = BareAiohttp(Path(folder), pinning.server, surroundings)
            await _measure_all(bare, plan, workloads, report)


async def _run_homeserver(
    server: str,
    plan: Plan,
    workloads: list[Workload[Any]],
    pinning: Pinning,
    report: Report,
    surroundings: Surroundings | None = None,
) -> None:
    if not workloads:
        return
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(running_cluster(pinning.postgresql))
        report.postgresql[server] = await cluster.settings()
        if surroundings is None:
            surroundings = await stack.enter_async_context(running_neighbourhood(pinning, 0))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="parlour-bench-")))
        build = HOMESERVERS[server]
        homeserver = await asyncio.to_thread(build, cluster, folder, pinning.server, surroundings)
        await _measure_all(homeserver, plan, workloads, report)


async def _measure_all(
    homeserver: Homeserver, plan: Plan, workloads: list[Workload[Any]], report: Report
) -> None:
    try:
        await homeserver.start()
        for workload in workloads:
            figures = await _measure(homeserver, plan, workload)
            report.add(homeserver.name, workload.name, figures)
            _say(
                f"{homeserver.name} {workload.name}: " + ", ".join(f"{k} {v:.2f}" for k, v in figures.items())
            )
    finally:
        await homeserver.stop()


async def _measure(homeserver: Homeserver, plan: Plan, workload: Workload[Any]) -> dict[str, float]:
    _say(f"{homeserver.name} {workload.name}: preparing")
    prepared = await workload.prepare(homeserver, plan)
    if workload.warm_up:
        await workload.measure(homeserver, prepared, plan.warm_up())
    repetitions = plan.repetitions if workload.repeat else 1
    return median_of_each([await workload.measure(homeserver, prepared, plan) for _ in range(repetitions)])


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
