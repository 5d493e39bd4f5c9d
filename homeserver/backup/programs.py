"""PostgreSQL's own programs, pg_dump and pg_restore, run against the database of a URL.

They come with the embedded PostgreSQL, and speak to every older server as well.
"""

import asyncio
import os
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


async def run_program(name: str, url: str, *arguments: str | Path) -> None:
    """Run a program until it ends; it is killed when this is cancelled.

    The database is told by the environment: arguments can be read by everybody on the machine.

    Raises: BackupError with what the program said.
    """
    program = find_programs(current_user()) / name
    process = await asyncio.create_subprocess_exec(
        str(program), *map(str, arguments), env=connection_environment(url),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode:
        text = said[-SAID_BYTES:].decode(errors="replace").strip()
        raise BackupError(f"{name} ended with status {process.returncode}: {text}")


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


def database_of(url: str) -> str:
    """Return the name of the database that a URL leads to."""
    return connection_environment(url)["PGDATABASE"]
