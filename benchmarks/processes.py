"""Starting, watching and weighing the processes of a server."""

import asyncio
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load_client import Connection, RequestFailed
from benchmarks.pinning import on_cores

START_LIMIT_S = 120
STOP_LIMIT_S = 60
RESULTS = Path(__file__).parent / "results"


class ServerFailed(Exception):
    """A server ended by itself, or did not answer in time."""


@dataclass(frozen=True, slots=True)
class Launch:
    """How a server is started: its command, cores, environment and log file."""

    command: list[str]
    cores: str
    environment: dict[str, str]
    working_directory: Path
    log_file: Path
    port: int


class ServerProcess:
    """One started server, until it is stopped; its log begins anew."""

    def __init__(self, launch: Launch) -> None:
        launch.log_file.unlink(missing_ok=True)
        self._launch = launch
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> float:
        """Start the server and return the seconds until it answered `/versions`.

        Raises: ServerFailed with the end of its log.
        """
        started = time.perf_counter()
        self._process = _spawn(self._launch)
        while time.perf_counter() - started < START_LIMIT_S:
            if self._process.poll() is not None:
                break
            if await _answers(self._launch.port):
                return time.perf_counter() - started
            await asyncio.sleep(0.005)
        raise ServerFailed(f"{self._launch.command[0]} did not start:\n{_tail(self._launch.log_file)}")

    async def stop(self) -> None:
        """End the server with SIGTERM and wait for it.

        Raises: ServerFailed if it had to be killed.
        """
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(self._process.wait, STOP_LIMIT_S)
        except subprocess.TimeoutExpired as error:
            self._process.kill()
            raise ServerFailed(f"{self._launch.command[0]} did not stop") from error

    def process_ids(self) -> list[int]:
        """Return the started process and everything below it."""
        if self._process is None:
            return []
        return process_tree(self._process.pid)


def process_tree(root: int) -> list[int]:
    """Return a process and everything below it; what ends just now is left out."""
    try:
        children = [int(pid) for pid in Path(f"/proc/{root}/task/{root}/children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [root, *(process for child in children for process in process_tree(child))]


def resident_memory_mb(process_ids: list[int]) -> dict[str, float]:
    """Return the resident (RSS) and the proportional (PSS) memory of the processes together."""
    totals = {"Rss": 0, "Pss": 0}
    for process_id in process_ids:
        for line in Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in totals:
                totals[name] += int(value.split()[0])
    return {"rss_mb": totals["Rss"] / 1024, "pss_mb": totals["Pss"] / 1024}


def _spawn(launch: Launch) -> subprocess.Popen[bytes]:
    launch.log_file.parent.mkdir(exist_ok=True)
    with launch.log_file.open("ab") as log:
        return subprocess.Popen(
            on_cores(launch.cores, launch.command),
            env={**os.environ, **launch.environment},
            cwd=launch.working_directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def _answers(port: int) -> bool:
    connection = Connection(port)
    try:
        await connection.request("GET", "/_matrix/client/versions")
    except (OSError, RequestFailed):
        return False
    finally:
        connection.close()
    return True


def _tail(path: Path, lines: int = 30) -> str:
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
