"""Brings the schema up to date: migrations/NNNN_name.sql in order, each once, in its own transaction."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import asyncpg

from homeserver.storage.db import Connection, Database

LOCK_ID: Final = 7_264_910
LOCK_POLL_S: Final = 0.1
MIGRATION_TIMEOUT_S: Final = 6 * 3600.0
FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

CREATE_SCHEMA_MIGRATIONS = """CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""
SELECT_TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
SELECT_UNLOCK = "SELECT pg_advisory_unlock($1)"
SELECT_APPLIED = "SELECT version, name, checksum FROM schema_migrations ORDER BY version"
INSERT_APPLIED = "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)"


class MigrationError(Exception):
    """The schema cannot be brought up to date; the message says what an operator should do."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of SQL; its version is the number that its name begins with."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def load_migrations() -> tuple[Migration, ...]:
    """Return the migrations that come with this version of the server, oldest first."""
    found = [
        Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8"))
        for entry in files("migrations").iterdir()
        if (match := FILE_NAME.fullmatch(entry.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.version))


async def migrate(db: Database, migrations: Sequence[Migration] | None = None) -> list[Migration]:
    """Apply what is missing and return it. Servers that start at once wait for each other here.

    Raises: MigrationError where the database is newer, or was migrated by files that differ from ours;
        DatabaseUnavailable.
    """
    ordered = load_migrations() if migrations is None else migrations
    async with db.acquire() as conn, _migration_lock(conn):
        await conn.execute(CREATE_SCHEMA_MIGRATIONS)
        applied = {row["version"]: row for row in await conn.fetch(SELECT_APPLIED)}
        missing = select_missing(ordered, {version: row["checksum"] for version, row in applied.items()})
        for migration in missing:
            await _apply(conn, migration)
    return missing


def select_missing(migrations: Sequence[Migration], applied: Mapping[int, str]) -> list[Migration]:
    """Return the migrations still to apply, given the checksum of each applied version.

    Raises: MigrationError where the database and the files contradict each other.
    """
    newest_known = max((migration.version for migration in migrations), default=0)
    newest_applied = max(applied, default=0)
    if newest_applied > newest_known:
        raise MigrationError(
            f"the database has schema version {newest_applied}, newer than this server's {newest_known}: "
            "start the newer server that migrated it, or restore a backup made before"
        )
    missing = [migration for migration in migrations if migration.version not in applied]
    for migration in migrations:
        if migration.version in applied and applied[migration.version] != migration.checksum:
            raise MigrationError(f"migration {_file(migration)} was changed after it had been applied")
    for migration in missing:
        if migration.version < newest_applied:
            raise MigrationError(f"migration {_file(migration)} is missing below version {newest_applied}")
    return missing


@asynccontextmanager
async def _migration_lock(conn: Connection) -> AsyncIterator[None]:
    # Asked for again and again: a statement that waits for the lock would hold a snapshot all the while, and
    # the index that the migration ahead may be building concurrently would wait for it.
    while not await conn.fetchval(SELECT_TRY_LOCK, LOCK_ID):
        await asyncio.sleep(LOCK_POLL_S)
    try:
        yield
    finally:
        if not conn.is_closed():
            await conn.execute(SELECT_UNLOCK, LOCK_ID)


async def _apply(conn: Connection, migration: Migration) -> None:
    try:
        async with conn.transaction():
            await conn.execute(migration.sql, timeout=MIGRATION_TIMEOUT_S)
            await conn.execute(INSERT_APPLIED, migration.version, migration.name, migration.checksum)
    except (asyncpg.SyntaxOrAccessError, asyncpg.IntegrityConstraintViolationError) as error:
        raise MigrationError(f"migration {_file(migration)} failed and changed nothing: {error}") from error


def _file(migration: Migration) -> str:
    return f"{migration.version:04}_{migration.name}.sql"
