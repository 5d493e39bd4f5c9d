"""Fill a server, let a script go through the client in a browser, and collect what it found."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from pathlib import Path

import orjson

from benchmarks.web.filled_server import Size, filled_server
from client_web.build import ROOT, build_if_stale, install_packages, node_folder

LIMIT_S = 600
SCRIPT = ROOT / "tests" / "measured" / "speed.ts"


class BrowserFailed(Exception):
    """The script ended badly, or not at all; with the end of what it said."""


def measure_web(size: Size) -> dict[str, float]:
    """Return the figures of the web client. Raises: BrowserFailed, ServerFailed, BuildFailed."""
    build_if_stale()
    install_packages()
    with tempfile.TemporaryDirectory(prefix="parlour-bench-web-") as folder:
        return asyncio.run(_measure(Path(folder), size))


async def _measure(folder: Path, size: Size) -> dict[str, float]:
    async with filled_server(folder, size) as filled:
        told = folder / "told.json"
        told.write_bytes(orjson.dumps(filled.told))
        return await asyncio.to_thread(_run_script, filled.url, told)


def _run_script(url: str, told: Path) -> dict[str, float]:
    node = str(node_folder() / "bin" / "node")
    command = [node, "--disable-warning=ExperimentalWarning", str(SCRIPT), str(told)]
    result = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PARLOUR_URL": url}, capture_output=True, text=True,
        timeout=LIMIT_S, check=False,
    )  # fmt: skip
    if result.returncode:
        raise BrowserFailed(f"{result.stdout[-2000:]}\n{result.stderr[-4000:]}")
    figures: dict[str, float] = orjson.loads(result.stdout.splitlines()[-1])
    return figures
