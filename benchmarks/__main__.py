"""`python -m benchmarks`: measure Parlour beside Synapse, and both clients; print the tables."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import click
import uvloop

from benchmarks.desktop.generated_sync import Size
from benchmarks.desktop.measure import measure_desktop
from benchmarks.desktop.report import NAMES, chosen_scenarios, render_desktop
from benchmarks.million_users import render_reasoning
from benchmarks.processes import RESULTS
from benchmarks.report import Report, render_report
from benchmarks.runner import run
from benchmarks.scaling import measure_scaling, render_scaling
from benchmarks.web.filled_server import Size as Account
from benchmarks.web.measure import measure_web
from benchmarks.web.report import render_web
from benchmarks.workload import FULL, QUICK
from benchmarks.workloads import WORKLOADS

QUICK_TIMELINE = 4_000
SMALL_ACCOUNT = Account(rooms=60, long_timeline=1_500, messages_per_room=5)


@click.command()
@click.option(
    "--quick", is_flag=True, help="A minute or two: short runs, one repetition, a smaller large room."
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([*(workload.name for workload in WORKLOADS), "workers", "desktop", "web", *NAMES]),
    help="Run this workload alone; may be given several times.",
)
@click.option("--no-synapse", is_flag=True, help="Measure Parlour and the bare aiohttp handler alone.")
@click.option(
    "--server",
    "servers",
    multiple=True,
    type=click.Choice(["parlour", "synapse", "aiohttp"]),
    help="Measure this server alone; may be given several times.",
)
def main(quick: bool, only: tuple[str, ...], no_synapse: bool, servers: tuple[str, ...]) -> None:
    """Measure Parlour beside Synapse on this machine."""
    # Ended by either signal, the servers are stopped and their folders removed.
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    workloads = tuple(workload for workload in WORKLOADS if not only or workload.name in only)
    chosen = servers or ("aiohttp", "parlour", "synapse")
    if no_synapse:
        chosen = tuple(server for server in chosen if server != "synapse")
    plan = QUICK if quick else FULL
    cores = os.sched_getaffinity(0)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        report = runner.run(run(plan, workloads, chosen))
        if not servers and (not only or "workers" in only):
            os.sched_setaffinity(0, cores)
            report.workers = runner.run(measure_scaling(plan))
    try:
        if not servers:
            os.sched_setaffinity(0, cores)  # the load generator's are not enough for a client
            _measure_clients(quick, only, plan.repetitions, report)
    finally:  # what was measured before something broke is kept
        name = "quick" if quick else "full"
        path = RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}-{os.getpid()}.json"
        report.save(path)
        click.echo(render_report(report, workloads))
        click.echo(render_scaling(report.workers))
        click.echo(render_reasoning(report.workers))
        click.echo(render_desktop(report.desktop))
        click.echo(render_web(report.web))
        click.echo(f"saved {path}")


def _measure_clients(quick: bool, only: tuple[str, ...], repetitions: int, report: Report) -> None:
    if scenarios := chosen_scenarios(only):
        size = Size(long_timeline=QUICK_TIMELINE) if quick else Size()
        measure_desktop(scenarios, size, repetitions, report.desktop)
    if not only or "web" in only:
        report.web = measure_web(SMALL_ACCOUNT if quick else Account())


if __name__ == "__main__":
    main()
