"""The pool, its transactions, and what becomes of a database that goes away."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from homeserver.storage.db import Database, DatabaseUnavailable, UnstorableText, UnsuitableDatabase

OWN_PID = "SELECT pg_backend_pid()"


@pytest.fixture
async def other(database_url: str) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    """A connection that does not belong to the pool."""
    conn = await asyncpg.connect(database_url)
    yield conn
    await conn.close()


async def test_transaction_is_committed_at_the_end_and_rolled_back_by_an_error(db: Database) -> None:
    async with db.transaction() as conn:
        await conn.execute("CREATE TABLE kept (a int)")

    async def fail() -> None:
        async with db.transaction() as conn:
            await conn.execute("CREATE TABLE lost (a int)")
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    async with db.acquire() as conn:
        assert await conn.fetchval("SELECT to_regclass('kept') IS NOT NULL AND to_regclass('lost') IS NULL")


async def test_error_of_a_statement_stays_what_it_is(db: Database) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        async with db.acquire() as conn:
            await conn.execute("SELECT * FROM absent")


async def test_text_that_cannot_be_kept_is_the_fault_of_who_sent_it(db: Database) -> None:
    with pytest.raises(UnstorableText):
        async with db.acquire() as conn:
            await conn.fetchval("SELECT $1::text", "a\0b")
    with pytest.raises(UnstorableText):
        async with db.transaction() as conn:
            await conn.fetchval("SELECT $1::jsonb->>'a'", '{"a": "\\u0000"}')


async def test_os_error_that_is_not_the_connection_s_stays_what_it_is(db: Database) -> None:
    with pytest.raises(FileNotFoundError):
        async with db.acquire():
            raise FileNotFoundError


async def test_connection_that_is_lost_is_an_unavailable_database(
    db: Database, other: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async def lose_connection() -> None:
        async with db.transaction() as conn:
            await other.execute("SELECT pg_terminate_backend($1)", await conn.fetchval(OWN_PID))
            await conn.fetchval("SELECT 1")

    with pytest.raises(DatabaseUnavailable):
        await lose_connection()


async def test_service_resumes_after_every_connection_was_lost(
    db: Database, other: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await asyncio.gather(*(sleep_briefly(db) for _ in range(4)))
    lost = await other.fetchval(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()"
    )
    assert lost >= 4
    for _ in range(lost + 1):
        try:
            async with db.acquire() as conn:
                assert await conn.fetchval("SELECT 1") == 1
            break
        except DatabaseUnavailable:
            continue
    else:
        pytest.fail("the pool never recovered")


async def sleep_briefly(db: Database) -> None:
    async with db.acquire() as conn:
        await conn.execute("SELECT pg_sleep(0.05)")


async def test_lock_that_is_not_had_in_time_is_an_unavailable_database(
    db: Database, other: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """CVE-2026-45078: who waits for a lock neither asks again and again nor waits for ever."""
    await other.execute("SELECT pg_advisory_lock(1)")
    with pytest.raises(DatabaseUnavailable):
        async with db.transaction(lock_timeout_ms=20) as conn:
            await conn.execute("SELECT pg_advisory_xact_lock(1)")


async def test_timeouts_end_with_their_transaction(db: Database) -> None:
    show = "SELECT current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')"
    async with db.transaction(lock_timeout_ms=1500) as conn:
        assert tuple(await conn.fetchrow(show) or ()) == ("1500ms", "2s")
    async with db.transaction() as conn:
        assert tuple(await conn.fetchrow(show) or ()) == ("0", "0")


async def test_snapshot_does_not_move_within_a_repeatable_read(
    db: Database, other: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await other.execute("CREATE TABLE numbers (a int)")
    async with db.transaction(isolation="repeatable_read", readonly=True) as conn:
        assert await conn.fetchval("SELECT count(*) FROM numbers") == 0
        await other.execute("INSERT INTO numbers VALUES (1)")
        assert await conn.fetchval("SELECT count(*) FROM numbers") == 0


async def test_transaction_left_open_is_rolled_back_before_the_next_loan(database_url: str) -> None:
    db = await Database.connect(database_url, max_connections=1)
    async with db.acquire() as conn:
        await conn.execute("BEGIN")
        await conn.execute("CREATE TABLE lost (a int)")
    async with db.acquire() as conn:
        assert await conn.fetchval("SELECT to_regclass('lost')") is None
    await db.close()


async def test_json_stays_text(db: Database) -> None:
    async with db.acquire() as conn:
        assert await conn.fetchval("""SELECT '{"a": 1}'::jsonb""") == '{"a": 1}'


async def test_server_that_is_not_there_is_an_unavailable_database() -> None:
    with pytest.raises(DatabaseUnavailable):
        await Database.connect("postgresql://nobody@127.0.0.1:1/absent")


async def test_database_that_does_not_exist_is_unsuitable(database_url: str) -> None:
    with pytest.raises(UnsuitableDatabase, match="does not exist"):
        await Database.connect(database_url.replace("parlour_test", "absent"))


async def test_database_in_another_encoding_is_unsuitable(database_url: str) -> None:
    name = "parlour_latin1"
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute(f"CREATE DATABASE {name} ENCODING latin1 LOCALE 'C' TEMPLATE template0")
        current = await conn.fetchval("SELECT current_database()")
        with pytest.raises(UnsuitableDatabase, match="UTF8"):
            await Database.connect(database_url.replace(current, name))
    finally:
        await conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await conn.close()


async def test_cancellation_stays_one_where_the_connection_is_lost_as_well(
    db: Database, other: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    """Followers of the log that took it for a database that is away went on, and the server never stopped."""
    lost = asyncio.Event()

    async def work() -> None:
        async with db.transaction() as conn:
            conn.add_termination_listener(lambda _: lost.set())
            await other.execute("SELECT pg_terminate_backend($1)", await conn.fetchval(OWN_PID))
            await asyncio.Event().wait()

    worker = asyncio.create_task(work())
    await lost.wait()
    worker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await worker
