"""The connection pool to PostgreSQL, and the one place where its absence becomes an error of ours.

JSON columns arrive as text: whoever reads one decides whether to decode it at all.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from homeserver.errors import InvalidParam, Unavailable
from homeserver.storage.outage import Outage

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"
"""What storage functions take as `conn`."""

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

if TYPE_CHECKING:  # generic for type checkers only
    _Connection = asyncpg.Connection[asyncpg.Record]
else:
    _Connection = asyncpg.Connection
Isolation: TypeAlias = Literal["read_committed", "repeatable_read", "serializable"]

MAX_CONNECTIONS: Final = 10
CONNECT_TIMEOUT_S: Final = 5.0
ACQUIRE_TIMEOUT_S: Final = 20.0
COMMAND_TIMEOUT_S: Final = 60.0
IDLE_IN_TRANSACTION: Final = "2s"
AWAY: Final = "The database cannot be reached at the moment"
OLDEST_POSTGRESQL: Final = 15

SELECT_TRANSACTION_TIMEOUTS = (
    "SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)"
)

SERVER_SETTINGS: Final = {
    "application_name": "parlour",
    "timezone": "UTC",
    "jit": "off",
    # The server notices a client machine that vanished within 25 s, and lets go of its locks.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
}

# What says "not now" rather than "never": shutdown, start-up, fail-over, a full disk, too many connections,
# a lock not had in time. A stopped database is answered with 503 through these.
UNAVAILABLE_ERRORS: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    TimeoutError,
)


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached at the moment."""


class DatabaseAway(DatabaseUnavailable):
    """No connection can be had, or it was lost; `storage/outage.py` says so once."""

    is_in_log: Final = True


class UnstorableText(InvalidParam):
    """A text holds a NUL, which PostgreSQL neither keeps nor looks for."""


class UnsuitableDatabase(Exception):
    """A database this server cannot work with, whatever is tried; the message says what would do."""


class _PooledConnection(_Connection):
    """A connection that goes back to the pool without a round trip to reset it.

    Nothing here changes a session: time-outs are set per transaction, locks are the transaction's. A
    transaction left open is still rolled back.
    """

    __slots__ = ()

    def get_reset_query(self) -> str:
        return ""


class Database:
    """One pool of at most ten connections. Never take a second connection while you hold one."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._outage = Outage()

    @classmethod
    async def connect(cls, url: str, *, max_connections: int = MAX_CONNECTIONS) -> Self:
        """Open the pool, with one connection to prove that the database is there and fit for use.

        Raises: DatabaseUnavailable; UnsuitableDatabase for a wrong version, encoding, name or password.
        """
        pool = asyncpg.create_pool(
            url,
            min_size=1,
            max_size=max_connections,
            connection_class=_PooledConnection,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=COMMAND_TIMEOUT_S,
            max_inactive_connection_lifetime=0,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            server_settings=SERVER_SETTINGS,
        )
        try:
            await pool
        except (OSError, *UNAVAILABLE_ERRORS) as error:
            raise _unavailable() from error
        except asyncpg.PostgresError as error:
            raise UnsuitableDatabase(f"the database refuses the connection: {error}") from error
        try:
            async with pool.acquire() as conn:
                check_suitable(conn)
        except BaseException:
            await pool.close()
            raise
        return cls(pool)

    async def close(self) -> None:
        """Wait until every connection is given back, then close them."""
        await self._pool.close()

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        """Lend a connection in autocommit: each statement is its own transaction.

        Raises: DatabaseUnavailable, also in place of what the block raises when the database goes away in it;
        UnstorableText.
        """
        was_away = self._outage.is_on
        with _cancellation_first():
            conn = await self._take()
            try:
                with _watch_connection(conn, self._outage):
                    yield conn
                if was_away:
                    self._outage.ended()
            finally:
                await self._pool.release(conn)

    async def _take(self) -> "PoolConnectionProxy[asyncpg.Record]":
        try:
            return await self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S)
        except (OSError, asyncpg.InterfaceError, *UNAVAILABLE_ERRORS) as error:
            raise _away(self._outage, error) from error

    @asynccontextmanager
    async def transaction(
        self,
        *,
        lock_timeout_ms: int | None = None,
        isolation: Isolation = "read_committed",
        readonly: bool = False,
    ) -> AsyncIterator[Connection]:
        """Lend a connection in a transaction, committed when the block ends and rolled back when it raises.

        With `lock_timeout_ms` PostgreSQL gives up waiting for a lock after that time, and ends a transaction
        that does nothing for two seconds: for all who hold a lock that others wait for.

        Raises: DatabaseUnavailable. Raised by the commit itself it leaves open whether the commit happened.
        """
        async with self.acquire() as conn, conn.transaction(isolation=isolation, readonly=readonly):
            if lock_timeout_ms is not None:
                await conn.execute(SELECT_TRANSACTION_TIMEOUTS, str(lock_timeout_ms), IDLE_IN_TRANSACTION)
            yield conn


def level_of(error: Exception) -> int:
    """Return how loud to say that work waits because of an error: quietly where the log has the reason."""
    return logging.DEBUG if isinstance(error, DatabaseAway) else logging.WARNING


def check_suitable(conn: Connection) -> None:
    """Refuse a PostgreSQL that is too old, or a database in an encoding that cannot hold every text.

    Raises: UnsuitableDatabase.
    """
    version = conn.get_server_version()
    if version.major < OLDEST_POSTGRESQL:
        raise UnsuitableDatabase(
            f"PostgreSQL {OLDEST_POSTGRESQL} or newer is needed, this is {version.major}"
        )
    encoding = conn.get_settings().server_encoding
    if encoding != "UTF8":
        raise UnsuitableDatabase(f"the database must have the encoding UTF8, it has {encoding}")


@contextmanager
def _watch_connection(conn: Connection, outage: Outage) -> Iterator[None]:
    try:
        yield
    except (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError) as error:
        raise UnstorableText("A text may not hold the character NUL") from error
    except asyncpg.DiskFullError as error:
        raise DatabaseUnavailable("The database's disk is full: its operator has to make room") from error
    except UNAVAILABLE_ERRORS as error:
        if not _is_lost(conn):  # a lock that was not had in time, say
            raise _unavailable() from error
        raise _away(outage, error) from error
    except asyncpg.InternalClientError as error:
        # An idle connection that the server said farewell on, in the moment before it is seen to be closed.
        conn.terminate()
        raise _away(outage, error) from error
    except (OSError, asyncpg.InterfaceError) as error:
        # Both are raised for other reasons too: they mean a lost database only where the connection is lost.
        if not _is_lost(conn):
            raise
        raise _away(outage, error) from error


@contextmanager
def _cancellation_first() -> Iterator[None]:
    """Let a cancellation be one, where the rolling back that it leads to fails, too.

    Whoever tries again what failed would not notice otherwise that it was told to end.
    """
    before = _times_cancelled()
    try:
        yield
    except (DatabaseUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        if _times_cancelled() > before:
            raise asyncio.CancelledError from error
        raise


def _times_cancelled() -> int:
    task = asyncio.current_task()
    return 0 if task is None else task.cancelling()


def _is_lost(conn: Connection) -> bool:
    try:
        return conn.is_closed()
    except asyncpg.InterfaceError:  # the pool has taken the lost connection back already
        return True


def _unavailable() -> DatabaseUnavailable:
    return DatabaseUnavailable(AWAY)


def _away(outage: Outage, error: BaseException) -> DatabaseAway:
    outage.began(error)
    return DatabaseAway(AWAY)
