"""Bringing a database's schema up to date."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from homeserver.storage.db import Database
from homeserver.storage.migrate import Migration, MigrationError, load_migrations, migrate, select_missing

ONE = Migration(1, "one", "CREATE TABLE one (a int);")
TWO = Migration(2, "two", "CREATE TABLE two (a int); INSERT INTO two VALUES (1);")


async def versions_in(db: Database) -> list[int]:
    async with db.acquire() as conn:
        return [
            row["version"] for row in await conn.fetch("SELECT version FROM schema_migrations ORDER BY 1")
        ]


@pytest.fixture
async def empty_db(empty_database_url: str) -> AsyncIterator[Database]:
    db = await Database.connect(empty_database_url)
    yield db
    await db.close()


def test_shipped_migrations_are_numbered_once_each() -> None:
    versions = [migration.version for migration in load_migrations()]
    assert versions
    assert versions == sorted(set(versions))


async def test_template_database_is_migrated_to_the_end(db: Database) -> None:
    assert await versions_in(db) == [migration.version for migration in load_migrations()]
    assert await migrate(db) == []


async def test_migrations_are_applied_in_order_and_once(empty_db: Database) -> None:
    assert await migrate(empty_db, [ONE]) == [ONE]
    assert await migrate(empty_db, [ONE, TWO]) == [TWO]
    assert await migrate(empty_db, [ONE, TWO]) == []
    assert await versions_in(empty_db) == [1, 2]


async def test_failing_migration_changes_nothing(empty_db: Database) -> None:
    broken = Migration(2, "broken", "CREATE TABLE two (a int); INSERT INTO absent VALUES (1);")
    with pytest.raises(MigrationError, match=r"0002_broken\.sql failed and changed nothing"):
        await migrate(empty_db, [ONE, broken])
    assert await versions_in(empty_db) == [1]
    async with empty_db.acquire() as conn:
        assert await conn.fetchval("SELECT to_regclass('two')") is None


async def test_servers_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    servers = [await Database.connect(empty_database_url, max_connections=1) for _ in range(4)]
    slow = Migration(1, "slow", "SELECT pg_sleep(0.1); CREATE TABLE one (a int);")
    applied = await asyncio.gather(*(migrate(server, [slow, TWO]) for server in servers))
    assert sorted(map(len, applied)) == [0, 0, 0, 2]
    for server in servers:
        await server.close()


async def test_lock_is_free_after_a_failure(empty_db: Database) -> None:
    with pytest.raises(MigrationError):
        await migrate(empty_db, [Migration(1, "broken", "SELECT absent;")])
    async with asyncio.timeout(5):
        await migrate(empty_db, [ONE])


def test_newer_database_is_refused() -> None:
    with pytest.raises(MigrationError, match="schema version 3, newer than this server's 2"):
        select_missing([ONE, TWO], {1: ONE.checksum, 2: TWO.checksum, 3: "?"})


def test_migration_changed_after_it_was_applied_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"0001_one\.sql was changed"):
        select_missing([ONE, TWO], {1: "another"})


def test_migration_added_below_an_applied_one_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"0001_one\.sql is missing"):
        select_missing([ONE, TWO], {2: TWO.checksum})
