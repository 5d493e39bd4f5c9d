"""The embedded PostgreSQL while a server needs it."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import asyncpg
import structlog

from homeserver.embedded_postgres.cluster import Cluster, create_cluster, write_configuration
from homeserver.embedded_postgres.configuration import ROLE
from homeserver.embedded_postgres.data_dir_lock import lock_data_dir
from homeserver.embedded_postgres.errors import DataDirInUse, EmbeddedPostgresError
from homeserver.embedded_postgres.keeper import Keeper
from homeserver.embedded_postgres.owner import choose_owner
from homeserver.embedded_postgres.postmaster import (
    Postmaster,
    find_orphans,
    find_postmaster,
    read_failure,
    read_pid_file,
    start_postmaster,
)
from homeserver.embedded_postgres.socket_folder import make_socket_folder
from homeserver.storage.databases import create_database

CLUSTER_FOLDER: Final = "postgresql"
DATABASE: Final = "parlour"
DEFAULT_MAX_CONNECTIONS: Final = 60

POLL_S: Final = 0.01
READY_TIMEOUT_S: Final = 600.0  # after a crash PostgreSQL replays up to a gigabyte of its log first
ORPHANS_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 60.0

log = structlog.get_logger(__name__)


@asynccontextmanager
async def running_postgres(
    data_dir: Path, *, max_connections: int = DEFAULT_MAX_CONNECTIONS, durable: bool = True
) -> AsyncIterator[str]:
    """Run the PostgreSQL of a data folder for the length of the block, and give its URL.

    One left running by a server that was killed is taken over as it is. One that ends by itself is started
    again. At the end it is stopped, either way.
    `durable=False` is for tests.

    Raises: DataDirInUse where another server runs on the folder; EmbeddedPostgresError.
    """
    data_dir = make_data_dir(data_dir)
    with lock_data_dir(data_dir):
        postmaster = await _take_over_or_start(data_dir, max_connections, durable)
        if not await _can_be_used(postmaster):
            postmaster = await _take_over_or_start(data_dir, max_connections, durable)
        try:
            socket_folder = await _wait_until_ready(postmaster)
            await create_database(database_url(socket_folder, "postgres"), DATABASE)
        except BaseException:
            await asyncio.shield(_stop(postmaster))
            raise
        keeper = Keeper(
            postmaster, lambda: _take_over_or_start(data_dir, max_connections, durable), _wait_until_ready
        )
        try:
            yield database_url(socket_folder)
        finally:
            await asyncio.shield(_stop_kept(keeper))


@asynccontextmanager
async def postgres_in_use(data_dir: Path) -> AsyncIterator[str]:
    """Give the URL of the data folder's PostgreSQL: the one its server runs, else one run for this block.

    Raises: EmbeddedPostgresError.
    """
    try:
        async with running_postgres(data_dir) as url:
            yield url
            return
    except DataDirInUse:
        url = url_of_running(data_dir)
    yield url


@asynccontextmanager
async def running_other_version(data_dir: Path, programs: Path) -> AsyncIterator[str]:
    """Run the data folder's cluster with the programs of the version that made it, and give its URL.

    Raises: DataDirInUse, EmbeddedPostgresError.
    """
    with lock_data_dir(data_dir):
        folder = data_dir / CLUSTER_FOLDER
        cluster = Cluster(folder, await asyncio.to_thread(choose_owner, folder))
        socket_folder = make_socket_folder(data_dir, cluster.owner)
        write_configuration(cluster, socket_folder, DEFAULT_MAX_CONNECTIONS)
        await _wait_for_orphans(cluster)
        postmaster = await asyncio.to_thread(start_postmaster, cluster, programs)
        try:
            yield database_url(await _wait_until_ready(postmaster))
        finally:
            await asyncio.shield(_stop(postmaster))


def url_of_running(data_dir: Path) -> str:
    """Return the URL of the PostgreSQL that a server runs on the data folder.

    Raises: EmbeddedPostgresError while it does not accept connections.
    """
    status = read_pid_file(data_dir.resolve() / CLUSTER_FOLDER)
    if status is None or status.socket_folder is None or not status.is_ready:
        raise EmbeddedPostgresError(f"the server on {data_dir} is just starting or stopping: try again")
    return database_url(status.socket_folder)


def make_data_dir(data_dir: Path) -> Path:
    """Return the folder's absolute path; make it, closed to others, where there is none.

    Raises: EmbeddedPostgresError.
    """
    data_dir = data_dir.resolve()
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedPostgresError(f"data_dir {data_dir} cannot be made: {error.strerror}") from error
    return data_dir


def database_url(socket_folder: Path, database: str = DATABASE) -> str:
    """Return the URL of a database behind the socket in this folder."""
    return f"postgresql://{ROLE}@/{database}?host={quote(str(socket_folder))}"


async def _take_over_or_start(data_dir: Path, max_connections: int, durable: bool) -> Postmaster:
    folder = data_dir / CLUSTER_FOLDER
    cluster = Cluster(folder, await asyncio.to_thread(choose_owner, folder))
    if found := find_postmaster(cluster):
        log.info("taking over the PostgreSQL that is already running", pid=found.pid)
        return found
    await asyncio.to_thread(create_cluster, cluster)
    socket_folder = make_socket_folder(data_dir, cluster.owner)
    write_configuration(cluster, socket_folder, max_connections, durable=durable)
    await _wait_for_orphans(cluster)
    return await asyncio.to_thread(start_postmaster, cluster)


async def _can_be_used(postmaster: Postmaster) -> bool:
    """Whether a PostgreSQL that was found running is not just ending; if it is, return once it has ended."""
    if postmaster.process is not None:
        return True
    try:
        socket_folder = await _wait_until_ready(postmaster)
        await create_database(database_url(socket_folder, "postgres"), DATABASE)
    except (EmbeddedPostgresError, OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError):
        log.info("the PostgreSQL that was found running is ending", pid=postmaster.pid)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            while postmaster.is_running():
                await asyncio.sleep(POLL_S)
        return False
    return True


async def _wait_for_orphans(cluster: Cluster) -> None:
    """Wait until the children of a killed postmaster have noticed; PostgreSQL does not start beside them."""
    try:
        async with asyncio.timeout(ORPHANS_TIMEOUT_S):
            while find_orphans(cluster):
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        pids = ", ".join(map(str, find_orphans(cluster)))
        raise EmbeddedPostgresError(f"processes of an earlier PostgreSQL do not end: {pids}") from None


async def _wait_until_ready(postmaster: Postmaster) -> Path:
    async with asyncio.timeout(READY_TIMEOUT_S):
        while (folder := postmaster.ready_socket_folder()) is None:
            if not postmaster.is_running():
                raise EmbeddedPostgresError(f"PostgreSQL did not start:\n{read_failure(postmaster.cluster)}")
            await asyncio.sleep(POLL_S)
    return folder


async def _stop_kept(keeper: Keeper) -> None:
    await keeper.stop()
    await _stop(keeper.postmaster)


async def _stop(postmaster: Postmaster) -> None:
    """Stop PostgreSQL: politely to its data, not to its clients; after a minute, not to its data either."""
    for number in (
        signal.SIGINT,
        signal.SIGQUIT,
    ):  # "fast", then "immediate", which recovers at the next start
        postmaster.signal(number)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                while postmaster.is_running():
                    await asyncio.sleep(POLL_S)
            return
        except TimeoutError:
            log.warning("PostgreSQL does not stop", pid=postmaster.pid, signal=number.name)
