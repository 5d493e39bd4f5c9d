"""PostgreSQL's own programs, pg_dump, pg_restore and psql, run against the database of a URL.

They come with the embedded PostgreSQL, and speak to every older server as well.
"""

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from homeserver.backup.errors import BackupError
from homeserver.embedded_postgres.binaries import find_programs
from homeserver.embedded_postgres.owner import current_user

QUERY_VARIABLES: Final = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
}  # fmt: skip
SAID_BYTES: Final = 4_000


@dataclass(frozen=True, slots=True)
class Program:
    """A program that was started; what it says on standard error is collected."""

    name: str
    process: Process
    said: "asyncio.Task[bytes]"

    async def finish(self) -> None:
        """Wait until it has ended. Raises: BackupError with what it said, where that was no success."""
        said = await self.said
        if await self.process.wait():
            text = said[-SAID_BYTES:].decode(errors="replace").strip()
            raise BackupError(f"{self.name} ended with status {self.process.returncode}: {text}")


async def run_program(name: str, url: str, *arguments: str | Path) -> None:
    """Run a program until it ends; it is killed when this is cancelled.

    Raises: BackupError with what the program said.
    """
    async with started(name, url, *arguments) as program:
        await program.finish()


@asynccontextmanager
async def started(
    name: str, url: str, *arguments: str | Path, stdin: int = DEVNULL, stdout: int = DEVNULL
) -> AsyncIterator[Program]:
    """Start a program, which is killed where it has not ended by the end of the block.

    The database is told by the environment: arguments can be read by everybody on the machine.
    """
    program = find_programs(current_user()) / name
    process = await asyncio.create_subprocess_exec(
        str(program), *map(str, arguments), env=connection_environment(url), stdin=stdin, stdout=stdout,
        stderr=PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    said = asyncio.create_task(process.stderr.read(), name=f"what {name} says")
    try:
        yield Program(name, process, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await said


def connection_environment(url: str) -> dict[str, str]:
    """Return the environment of a program that connects to the database of a URL."""
    parts = urlsplit(url)
    told = {
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
        "PGDATABASE": unquote(parts.path.removeprefix("/")),
    }
    further = [(name, value) for name, value in parse_qsl(parts.query) if name in QUERY_VARIABLES]
    told |= {QUERY_VARIABLES[name]: value for name, value in further}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**inherited, **{name: value for name, value in told.items() if value}, "PGAPPNAME": "parlour"}
