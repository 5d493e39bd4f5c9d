"""Bringing a database's schema up to date."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from homeserver.storage import migrate as migrations
from homeserver.storage.db import Database
from homeserver.storage.migrate import (
    Applied,
    Migration,
    MigrationError,
    is_served,
    load_migrations,
    migrate,
    select_missing,
)

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


ONLINE = Migration(
    2,
    "online",
    """-- online
-- serves: 1
-- step
ALTER TABLE one ADD COLUMN IF NOT EXISTS b int
-- step, again while rows change
UPDATE one SET b = a WHERE a IN (SELECT a FROM one WHERE b IS NULL LIMIT 100)
-- step
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_b ON one (b)
""",
)


async def test_online_migration_goes_on_after_it_was_broken_off(empty_db: Database) -> None:
    await migrate(empty_db, [ONE])
    async with empty_db.acquire() as conn:
        await conn.execute("INSERT INTO one SELECT generate_series(1, 250); INSERT INTO one VALUES (7)")
        with pytest.raises(MigrationError, match=r"0002_online\.sql failed and is not done"):
            await migrate(empty_db, [ONE, ONLINE])  # 7 is there twice; the index that began is not valid
        assert await conn.fetchval("SELECT count(*) FROM one WHERE b IS NULL") == 0
        await conn.execute("DELETE FROM one WHERE ctid = (SELECT min(ctid) FROM one WHERE a = 7)")
        assert await migrate(empty_db, [ONE, ONLINE]) == [ONLINE]
        assert await conn.fetchval("SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_b'::regclass")
        assert [await is_served(conn, version) for version in (0, 1, 2)] == [False, True, True]
    assert ONLINE.serves == 1
    assert TWO.serves == 1


async def test_migration_waits_for_a_table_in_use_and_lets_others_have_it_meanwhile(
    empty_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT_MS", 50)
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.01)
    await migrate(empty_db, [ONE])
    alter = Migration(2, "alter", "ALTER TABLE one ADD COLUMN b int;")
    async with empty_db.transaction() as conn:
        await conn.execute("INSERT INTO one VALUES (1)")
        migrating = asyncio.create_task(migrate(empty_db, [ONE, alter]))
        async with empty_db.acquire() as other, asyncio.timeout(60):
            while not await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
                await asyncio.sleep(0)
            await other.fetch("SELECT * FROM one")
            assert not migrating.done()
    assert await migrating == [alter]


async def test_lock_is_free_after_a_failure(empty_db: Database) -> None:
    with pytest.raises(MigrationError):
        await migrate(empty_db, [Migration(1, "broken", "SELECT absent;")])
    async with asyncio.timeout(60):
        await migrate(empty_db, [ONE])


def test_newer_database_is_refused() -> None:
    applied = {1: Applied(ONE.checksum, 0), 2: Applied(TWO.checksum, 1), 3: Applied("?", 2)}
    assert select_missing([ONE, TWO], applied) == [], "what comes one version later still serves this one"
    for version, serves in ((4, 3), (4, 4)):
        with pytest.raises(MigrationError, match="schema version 4, newer than this server's 2"):
            select_missing([ONE, TWO], {**applied, version: Applied("?", serves)})
    assert select_missing([ONE, TWO], {**applied, 4: Applied("?", 2)}) == []


def test_migration_changed_after_it_was_applied_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"0001_one\.sql was changed"):
        select_missing([ONE, TWO], {1: Applied("another", 0)})


def test_migration_added_below_an_applied_one_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"0001_one\.sql is missing"):
        select_missing([ONE, TWO], {2: Applied(TWO.checksum, 1)})
