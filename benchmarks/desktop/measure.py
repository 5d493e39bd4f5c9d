"""Start the client in processes of its own and collect what each found out."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import orjson

from benchmarks.desktop import beside
from benchmarks.desktop.findings import Findings
from benchmarks.desktop.generated_sync import Size
from benchmarks.desktop.stored_account import make
from benchmarks.processes import RESULTS
from benchmarks.statistics import median_of_each

LIMIT_S = 180
STARTED = "PARLOUR_BENCH_STARTED"
LOG = RESULTS / "desktop.log"


class ClientFailed(Exception):
    """The client ended badly, or not at all; with the end of its log."""


class StoredAccount:
    """An account made once, and a copy of it for every start, so that none changes the next."""

    def __init__(self, folder: Path, size: Size) -> None:
        self._made = folder / "made"
        self._used = folder / "used"
        self._compiled = folder / "compiled"
        make(self._made, size)

    def run(self, scenario: str) -> dict[str, float]:
        """Start the client, let it go through a scenario, and return its figures.

        Raises: ClientFailed.
        """
        shutil.rmtree(self._used, ignore_errors=True)
        shutil.copytree(self._made, self._used)
        figures = self._used / "figures.json"
        command = [sys.executable, "-m", "benchmarks.desktop.watched_client"]
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("ab") as log:
            process = subprocess.Popen(
                [*command, str(figures), scenario, str(self._used)],
                env=_environment(self._compiled),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
            try:
                status = process.wait(LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
        if status or not figures.exists():
            raise ClientFailed(f"ended with status {status}\n{LOG.read_text(errors='replace')[-3000:]}")
        found: dict[str, float] = orjson.loads(figures.read_bytes())
        return found


def measure_desktop(scenarios: tuple[str, ...], size: Size, repetitions: int, findings: Findings) -> None:
    """Run every scenario several times; note the medians of its figures, or why there are none."""
    LOG.unlink(missing_ok=True)
    if alone := [scenario for scenario in scenarios if scenario != beside.SCENARIO]:
        _measure_alone(alone, size, repetitions, findings)
    if beside.SCENARIO not in scenarios:
        return
    if lacking := beside.missing():
        findings.failed(beside.SCENARIO, f"left out: {', '.join(lacking)} not installed")
    else:
        asyncio.run(beside.measure_beside(size.rooms, repetitions, findings))


def _measure_alone(scenarios: list[str], size: Size, repetitions: int, findings: Findings) -> None:
    with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
        account = StoredAccount(Path(folder), size)
        account.run("start")  # compiles modules and views, as the first start of all does
        for scenario in scenarios:
            try:
                found = median_of_each([account.run(scenario) for _ in range(repetitions)])
            except ClientFailed as failed:
                findings.failed(scenario, str(failed))
            else:
                findings.found(scenario, found)


def _environment(compiled: Path) -> dict[str, str]:
    """No screen, no desktop, and Python's modules compiled, as installing leaves them."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PYTHONPYCACHEPREFIX": str(compiled),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_QUICK_BACKEND": "software",
        "DBUS_SESSION_BUS_ADDRESS": "",  # the notifications of whoever measures are left alone
        STARTED: str(time.monotonic()),
    }
