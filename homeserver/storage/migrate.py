"""Brings the schema up to date: migrations/NNNN_name.sql in order, each once, while older servers still run.

A migration is one transaction, unless its first line is `-- online`: then it is steps, each after a line
`-- step`, outside of any transaction, and after a crash done again from the first one, so that each must bear
it. A step after `-- step, again while rows change` is repeated until it changes no row.

Every migration still serves the servers of the schema version before it, or, where it has a line
`-- serves: N`, of version N and later. One that takes away what those need comes a release after the one that
needs it no more.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import asyncpg
import structlog

from homeserver.storage.db import Connection, Database

log = structlog.get_logger(__name__)

LOCK_ID: Final = 7_264_910
LOCK_POLL_S: Final = 0.1
MIGRATION_TIMEOUT_S: Final = 6 * 3600.0
LOCK_TIMEOUT_MS: Final = 2_000
"""How long a table is waited for at a time: whoever wants it meanwhile waits behind us."""
LOCK_TRIES: Final = 100
LOCK_PAUSE_S: Final = 1.0
ONLINE: Final = "-- online"
STEP: Final = re.compile(r"^-- step(?P<repeated>, again while rows change)?\n", re.MULTILINE)
SERVES: Final = re.compile(r"^-- serves: ([0-9]+)$", re.MULTILINE)
FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")

CREATE_SCHEMA_MIGRATIONS = """CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    serves integer
)"""
ALTER_SCHEMA_MIGRATIONS = "ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS serves integer"
SELECT_TRY_LOCK = "SELECT pg_try_advisory_lock($1)"
SELECT_UNLOCK = "SELECT pg_advisory_unlock($1)"
SELECT_HAS_SCHEMA = "SELECT to_regclass('schema_migrations') IS NOT NULL"
SELECT_VERSION = "SELECT max(version) FROM schema_migrations"
SELECT_HAS_SERVES = """
SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'schema_migrations'::regclass AND attname = 'serves')
"""
SELECT_APPLIED = """
SELECT version, checksum, coalesce(serves, version - 1) AS serves FROM schema_migrations ORDER BY version
"""
SELECT_SERVED_FROM = "SELECT coalesce(max(coalesce(serves, version - 1)), 0) FROM schema_migrations"
INSERT_APPLIED = """
INSERT INTO schema_migrations (version, name, checksum, serves) VALUES ($1, $2, $3, $4)
"""
SELECT_INVALID_INDEXES = """
SELECT indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT i.indisvalid AND c.relnamespace = current_schema()::regnamespace
"""


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

    @property
    def serves(self) -> int:
        """The oldest schema version whose servers still run on the database after this migration."""
        found = SERVES.search(self.sql)
        return self.version - 1 if found is None else int(found[1])

    @property
    def is_online(self) -> bool:
        return self.sql.startswith(ONLINE)

    @property
    def steps(self) -> list["Step"]:
        """What an online migration does, one after another."""
        starts = list(STEP.finditer(self.sql))
        ends = [*(start.start() for start in starts[1:]), len(self.sql)]
        return [
            Step(self.sql[start.end() : end].strip(), start["repeated"] is not None)
            for start, end in zip(starts, ends, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of an online migration; repeated until it changes no row, or done once."""

    sql: str
    is_repeated: bool


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration as the database remembers it."""

    checksum: str
    serves: int


def load_migrations() -> tuple[Migration, ...]:
    """Return the migrations that come with this version of the server, oldest first."""
    found = [
        Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8"))
        for entry in files("migrations").iterdir()
        if (match := FILE_NAME.fullmatch(entry.name))
    ]
    return tuple(sorted(found, key=lambda migration: migration.version))


@cache
def newest_version() -> int:
    """Return the schema version that this server is made for."""
    return max(migration.version for migration in load_migrations())


async def migrate(db: Database, migrations: Sequence[Migration] | None = None) -> list[Migration]:
    """Apply what is missing and return it. Servers that start at once wait for each other here.

    Raises: MigrationError where the database is newer, or was migrated by files that differ from ours;
        DatabaseUnavailable.
    """
    ordered = load_migrations() if migrations is None else migrations
    async with db.acquire() as conn, _migration_lock(conn):
        await conn.execute(CREATE_SCHEMA_MIGRATIONS)
        if not await conn.fetchval(SELECT_HAS_SERVES):
            await conn.execute(ALTER_SCHEMA_MIGRATIONS)
        rows = await conn.fetch(SELECT_APPLIED)
        missing = select_missing(ordered, {row["version"]: Applied(*row[1:]) for row in rows})
        for migration in missing:
            await (_apply_online if migration.is_online else _apply)(conn, migration)
    return missing


async def check_is_current(conn: Connection) -> None:
    """Raises: MigrationError where the database is not of the schema version that this server is made for."""
    has_schema = await conn.fetchval(SELECT_HAS_SCHEMA)
    version = await conn.fetchval(SELECT_VERSION) if has_schema else None
    if version is None:
        raise MigrationError("the database is empty: is this the server's data_dir, or database_url?")
    if version < newest_version():
        raise MigrationError(
            f"the database has schema version {version}, this is made for {newest_version()}: "
            "`parlour migrate` brings it up to date"
        )
    if version > newest_version():
        raise MigrationError(
            f"the database has schema version {version}, newer than this server's {newest_version()}: "
            "use the newer server's commands"
        )


async def is_served(conn: Connection, version: int) -> bool:
    """Tell whether the database, perhaps newer by now, still serves servers of a schema version."""
    served_from: int = await conn.fetchval(SELECT_SERVED_FROM)
    return version >= served_from


def select_missing(migrations: Sequence[Migration], applied: Mapping[int, Applied]) -> list[Migration]:
    """Return the migrations still to apply. A database that is newer, but serves this server, needs none.

    Raises: MigrationError where the database and the files contradict each other.
    """
    newest_known = max((migration.version for migration in migrations), default=0)
    newest_applied = max(applied, default=0)
    served_from = max((each.serves for version, each in applied.items() if version > newest_known), default=0)
    if newest_known < served_from:
        raise MigrationError(
            f"the database has schema version {newest_applied}, newer than this server's {newest_known}: "
            "start the newer server that migrated it, or restore a backup made before"
        )
    missing = [migration for migration in migrations if migration.version not in applied]
    for migration in migrations:
        if migration.version in applied and applied[migration.version].checksum != migration.checksum:
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
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            async with conn.transaction():
                await conn.execute(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")
                await conn.execute(migration.sql, timeout=MIGRATION_TIMEOUT_S)
                await _note(conn, migration)
            return
        except asyncpg.LockNotAvailableError as error:
            if not tries_left:
                reason = "the tables are in use all the time"
                raise MigrationError(f"migration {_file(migration)} changed nothing: {reason}") from error
            log.info("migration.waits_for_tables", migration=_file(migration))
            await asyncio.sleep(LOCK_PAUSE_S)
        except (asyncpg.SyntaxOrAccessError, asyncpg.IntegrityConstraintViolationError) as error:
            raise MigrationError(
                f"migration {_file(migration)} failed and changed nothing: {error}"
            ) from error


async def _apply_online(conn: Connection, migration: Migration) -> None:
    for row in await conn.fetch(SELECT_INVALID_INDEXES):  # the building of which was interrupted
        await conn.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {row['name']}", timeout=MIGRATION_TIMEOUT_S)
    try:
        for step in migration.steps:
            log.info("migration.step", migration=_file(migration), sql=step.sql.partition("\n")[0])
            while _changed_rows(await conn.execute(step.sql, timeout=MIGRATION_TIMEOUT_S)):
                if not step.is_repeated:
                    break
        await _note(conn, migration)
    except (asyncpg.SyntaxOrAccessError, asyncpg.IntegrityConstraintViolationError) as error:
        raise MigrationError(f"migration {_file(migration)} failed and is not done: {error}") from error


async def _note(conn: Connection, migration: Migration) -> None:
    noted = migration.version, migration.name, migration.checksum, migration.serves
    await conn.execute(INSERT_APPLIED, *noted)


def _changed_rows(tag: str) -> int:
    """Return how many rows a statement has changed, by its command tag: the last word of `UPDATE 7`."""
    count = tag.rpartition(" ")[2]
    return int(count) if count.isdigit() else 0


def _file(migration: Migration) -> str:
    return f"{migration.version:04}_{migration.name}.sql"
