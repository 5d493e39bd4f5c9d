"""Runs wrk with the Lua script of the sends and reads its summary."""

import asyncio
import json
import shutil
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path


class WrkFailed(Exception):
    """wrk is missing, broke off, or some of its requests failed."""


@dataclass(frozen=True, slots=True)
class WrkSummary:
    """What one run of wrk saw; every request was answered with 2xx."""

    requests_per_s: float
    p50_ms: float
    p99_ms: float


async def run_sends(port: int, plan_file: Path, run: str, *, connections: int, seconds: float) -> WrkSummary:
    """Load the server with sends for the given time.

    Raises: WrkFailed, also when a single request was not answered with 2xx.
    """
    with as_file(files("benchmarks") / "send.lua") as script:
        command = [
            _wrk_path(), "--threads", "1", "--connections", str(connections), "--duration", f"{seconds:.0f}s",
            "--timeout", "30s", "--script", str(script), f"http://127.0.0.1:{port}", "--",
            str(plan_file), run,
        ]  # fmt: skip
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        output, _ = await process.communicate()
    return _parse_summary(output.decode())


def _wrk_path() -> str:
    path = shutil.which("wrk")
    if path is None:
        raise WrkFailed("wrk is not installed (Debian and Ubuntu: apt install wrk)")
    return path


def _parse_summary(output: str) -> WrkSummary:
    _, found, summary = output.partition("\nSUMMARY ")
    if not found:
        raise WrkFailed(f"wrk printed no summary:\n{output}")
    figures = json.loads(summary)
    if figures["failed"] or not figures["requests"]:
        raise WrkFailed(f"{figures['failed']} of {figures['requests']} requests failed:\n{output}")
    return WrkSummary(
        requests_per_s=figures["requests"] / figures["duration_us"] * 1e6,
        p50_ms=figures["p50_us"] / 1000,
        p99_ms=figures["p99_us"] / 1000,
    )
