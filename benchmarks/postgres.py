"""The PostgreSQL under a measured server: started as the embedded one is, durable, one cluster a server."""

import os
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg

from benchmarks.processes import process_tree
from homeserver.embedded_postgres import running_postgres

SHOWN = (
    "server_version",
    "fsync",
    "full_page_writes",
    "synchronous_commit",
    "wal_sync_method",
    "shared_buffers",
    "wal_compression",
)
CREATE_DATABASE = "CREATE DATABASE bench TEMPLATE template0 LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C'"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL with an empty database collated as C."""

    url: str
    folder: Path

    def process_id(self) -> int:
        """Return the postmaster's."""
        return int(next(self.folder.glob("*/postmaster.pid")).read_text().split()[0])

    @property
    def socket_folder(self) -> str:
        return parse_qs(urlsplit(self.url).query)["host"][0]

    @property
    def user(self) -> str:
        return urlsplit(self.url).username or ""

    @property
    def database(self) -> str:
        return urlsplit(self.url).path.removeprefix("/")

    async def settings(self) -> dict[str, str]:
        """Return the settings that decide durability, as the running server shows them."""
        connection = await asyncpg.connect(self.url)
        try:
            return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in SHOWN}
        finally:
            await connection.close()


@asynccontextmanager
async def running_cluster(cores: str) -> AsyncIterator[Cluster]:
    """Run a new cluster on the given cores for the length of the block; its folder goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="parlour-bench-pg-", dir="/var/tmp"))
    try:
        async with running_postgres(folder) as url:
            _pin_postmaster(folder, cores)
            connection = await asyncpg.connect(url)
            await connection.execute(CREATE_DATABASE)
            await connection.close()
            yield Cluster(urlsplit(url)._replace(path="/bench").geturl(), folder)
    finally:
        shutil.rmtree(folder)


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pin_postmaster(folder: Path, cores: str) -> None:
    """Move PostgreSQL to its cores; every backend it forks later stays on them."""
    pid_file = next(folder.glob("*/postmaster.pid"))
    for process_id in process_tree(int(pid_file.read_text().split()[0])):
        with suppress(ProcessLookupError):  # a helper of PostgreSQL that has ended meanwhile
            os.sched_setaffinity(process_id, {int(core) for core in cores.split(",")})
