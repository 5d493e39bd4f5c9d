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

from benchmarks.desktop.beside import measure_beside, missing
from benchmarks.desktop.generated_sync import Size
from benchmarks.desktop.stored_account import make
from benchmarks.processes import RESULTS
from benchmarks.statistics import median_of_each

BESIDE = "nheko"
"""The scenario in which ours is not alone."""
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
            raise ClientFailed(f"{scenario}: status {status}\n{LOG.read_text(errors='replace')[-3000:]}")
        found: dict[str, float] = orjson.loads(figures.read_bytes())
        return found


def measure_desktop(scenarios: tuple[str, ...], size: Size, repetitions: int) -> dict[str, dict[str, float]]:
    """Run every scenario several times; return the medians of its figures."""
    LOG.unlink(missing_ok=True)
    alone = [scenario for scenario in scenarios if scenario != BESIDE]
    found: dict[str, dict[str, float]] = {}
    if alone:
        with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
            account = StoredAccount(Path(folder), size)
            account.run("start")  # compiles modules and views, as the first start of all does
            for scenario in alone:
                found[scenario] = median_of_each([account.run(scenario) for _ in range(repetitions)])
    if BESIDE in scenarios:
        if lacking := missing():
            sys.stderr.write(f"desktop_{BESIDE} is left out: {', '.join(lacking)} not installed\n")
        else:
            found[BESIDE] = asyncio.run(measure_beside(size.rooms, repetitions))
    return found


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
