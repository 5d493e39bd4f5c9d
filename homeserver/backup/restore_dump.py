"""Bring a dump of a database back, into a PostgreSQL of any version that the server works with."""

from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Final

from homeserver.backup.errors import BackupError
from homeserver.backup.programs import started

CHUNK_BYTES: Final = 1024 * 1024
UNKNOWN_BEFORE_17: Final = b"SET transaction_timeout = 0;\n"
"""pg_restore begins with it whatever server it speaks to, and it is what the server has anyway."""
HEAD_ENDS_WITH: Final = b"SET client_encoding"
LONGEST_HEAD: Final = 100
"""In lines."""


async def restore_dump(url: str, dump: Path) -> None:
    """Fill an empty database with all that a file of pg_dump's holds, or with nothing.

    Raises: BackupError with what PostgreSQL's programs said.
    """
    to_script = ("--no-owner", "--no-privileges", "--file=-", dump)
    quietly = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
    async with (
        started("pg_restore", url, *to_script, stdout=PIPE) as reader,
        started("psql", url, *quietly, "--single-transaction", "--file=-", stdin=PIPE) as writer,
    ):
        script, target = reader.process.stdout, writer.process.stdin
        assert script is not None
        assert target is not None
        try:
            await _pass_on(script, target)
        except ConnectionError as error:
            await writer.finish()  # it says why it has ended before its time
            raise BackupError("psql ended before it had read everything") from error
        await reader.finish()  # psql commits what it has at the end of its input, so that has to be all
        target.close()
        await writer.finish()


async def _pass_on(script: StreamReader, target: StreamWriter) -> None:
    for _ in range(LONGEST_HEAD):
        line = await script.readline()
        if line != UNKNOWN_BEFORE_17:
            target.write(line)
        if line.startswith(HEAD_ENDS_WITH):
            break
    while chunk := await script.read(CHUNK_BYTES):
        target.write(chunk)
        await target.drain()
