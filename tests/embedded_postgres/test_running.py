"""The embedded PostgreSQL, run for real: started, taken over, stopped, and as root out of a closed folder."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest
from structlog.testing import capture_logs
from structlog.typing import EventDict

from homeserver.embedded_postgres import (
    DataDirInUse,
    EmbeddedPostgresError,
    postgres_in_use,
    running_postgres,
)
from homeserver.embedded_postgres.postmaster import read_pid_file
from homeserver.embedded_postgres.running import database_url

SERVER = """
import asyncio, sys
from pathlib import Path
import asyncpg
from homeserver.embedded_postgres import running_postgres

async def main():
    async with running_postgres(Path(sys.argv[1])) as url:
        conn = await asyncpg.connect(url)
        await conn.execute("CREATE TABLE IF NOT EXISTS kept (a int)")
        print("ready", flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about a server that root starts")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder inside one that nobody but its owner may enter."""
    closed = tmp_path_factory.mktemp("closed")
    closed.chmod(0o700)
    return closed / "data"


async def ask(url: str, query: str) -> object:
    conn = await asyncpg.connect(url)
    try:
        return await conn.fetchval(query)
    finally:
        await conn.close()


def postmaster_pid(data_dir: Path) -> int:
    status = read_pid_file(data_dir / "postgresql")
    assert status is not None
    return status.pid


async def test_it_runs_for_the_length_of_the_block(data_dir: Path) -> None:
    async with running_postgres(data_dir) as url:
        assert await ask(url, "SHOW server_encoding") == "UTF8"
        assert await ask(url, "SELECT lower('ÄÖ')") == "äö"
        assert await ask(url, "SHOW fsync") == "on"
        assert await ask(url, "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'") == 1
        pid = postmaster_pid(data_dir)
    assert not psutil.pid_exists(pid)
    assert read_pid_file(data_dir / "postgresql") is None


async def test_it_listens_on_no_port(data_dir: Path) -> None:
    async with running_postgres(data_dir):
        postmaster = psutil.Process(postmaster_pid(data_dir))
        assert [c for c in postmaster.net_connections(kind="inet") if c.status == psutil.CONN_LISTEN] == []


async def test_ctrl_c_at_the_terminal_does_not_reach_it(data_dir: Path) -> None:
    async with running_postgres(data_dir):
        pid = postmaster_pid(data_dir)
        assert os.getsid(pid) == pid != os.getsid(0)


async def test_second_server_on_the_same_folder_is_refused(data_dir: Path) -> None:
    async with running_postgres(data_dir) as url:
        with pytest.raises(DataDirInUse, match="another server"):
            async with running_postgres(data_dir):
                pass
        assert await ask(url, "SELECT 1") == 1


async def test_command_uses_the_running_server_s_and_leaves_it_running(data_dir: Path) -> None:
    async with running_postgres(data_dir) as url:
        async with postgres_in_use(data_dir) as same:
            assert same == url
        assert await ask(url, "SELECT 1") == 1


async def test_command_runs_its_own_where_no_server_runs(data_dir: Path) -> None:
    async with postgres_in_use(data_dir) as url:
        assert await ask(url, "SELECT 1") == 1
    assert read_pid_file(data_dir / "postgresql") is None


def start_and_kill_server(data_dir: Path) -> int:
    """Return the number of the PostgreSQL that a server left running when it was killed."""
    with subprocess.Popen([sys.executable, "-c", SERVER, data_dir], stdout=subprocess.PIPE) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        server.kill()
    return postmaster_pid(data_dir)


async def test_one_left_running_is_taken_over_and_stopped_at_the_end(data_dir: Path) -> None:
    pid = start_and_kill_server(data_dir)
    async with running_postgres(data_dir) as url:
        assert postmaster_pid(data_dir) == pid
        assert await ask(url, "SELECT count(*) FROM kept") == 0
    assert read_pid_file(data_dir / "postgresql") is None


async def test_one_that_is_just_ending_is_not_taken_over(data_dir: Path) -> None:
    pid = start_and_kill_server(data_dir)
    status = read_pid_file(data_dir / "postgresql")
    assert status is not None
    assert status.socket_folder is not None
    client = await asyncpg.connect(database_url(status.socket_folder))
    os.kill(pid, signal.SIGTERM)  # it takes no new clients, and ends when this one goes
    with capture_logs() as logs:
        server = asyncio.create_task(serve_once(data_dir))
        async with asyncio.timeout(100):
            while not any("taking over" in line["event"] for line in logs):
                await asyncio.sleep(0)
        assert psutil.pid_exists(pid)
        await client.close()
        assert await server not in (None, pid)


async def serve_once(data_dir: Path) -> int | None:
    """Run a server for a moment; return the number of its PostgreSQL if it works."""
    async with running_postgres(data_dir) as url:
        return postmaster_pid(data_dir) if await ask(url, "SELECT 1") == 1 else None


async def test_killed_one_is_started_again_with_its_data(data_dir: Path) -> None:
    pid = start_and_kill_server(data_dir)
    os.kill(pid, signal.SIGKILL)
    async with running_postgres(data_dir) as url:
        assert postmaster_pid(data_dir) != pid
        assert await ask(url, "SELECT count(*) FROM kept") == 0


async def test_one_that_ends_by_itself_is_started_again_and_stopped_at_the_end(data_dir: Path) -> None:
    with capture_logs() as logs:
        async with running_postgres(data_dir) as url:
            first = postmaster_pid(data_dir)
            os.kill(first, signal.SIGQUIT)
            await until_started_again(logs)
            second = postmaster_pid(data_dir)
            assert second != first
            assert await ask(url, "SELECT count(*) FROM kept") == 0
    assert not psutil.pid_exists(second)
    [ended] = [line for line in logs if line["event"] == "postgresql.ended"]
    assert ended["log_level"] == "error"
    assert "make room" in ended["remedy"]


async def until_started_again(logs: list[EventDict]) -> None:
    async with asyncio.timeout(100):
        while not any(line["event"] == "postgresql.started_again" for line in logs):
            await asyncio.sleep(0.02)


async def test_pid_file_with_a_foreign_process_s_number_does_not_stop_the_start(data_dir: Path) -> None:
    (data_dir / "postgresql" / "postmaster.pid").write_text(
        f"{os.getppid()}\n/data\n1\n5432\n/x\n\n\nready\n"
    )
    async with running_postgres(data_dir) as url:
        assert await ask(url, "SELECT 1") == 1


async def test_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "data" / "postgresql.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    async with running_postgres(tmp_path / "data", durable=False) as url:
        assert await ask(url, "SELECT 1") == 1


async def test_data_of_another_major_version_is_refused(tmp_path: Path) -> None:
    cluster = tmp_path / "postgresql"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9"):
        async with running_postgres(tmp_path):
            pass


async def test_reason_for_a_failed_start_is_told(data_dir: Path) -> None:
    own = data_dir / "postgresql" / "postgresql.auto.conf"
    before = own.read_text()
    own.write_text("shared_buffers = 'nonsense'\n")
    try:
        with pytest.raises(EmbeddedPostgresError, match="nonsense"):
            async with running_postgres(data_dir):
                pass
    finally:
        own.write_text(before)


@as_root
async def test_root_s_runs_as_a_user_of_its_own_and_no_folder_is_opened(data_dir: Path) -> None:
    async with running_postgres(data_dir) as url:
        assert psutil.Process(postmaster_pid(data_dir)).uids().real != 0
        assert await ask(url, "SELECT current_user::text") == "parlour"
        for folder in (data_dir, data_dir.parent):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.stat().st_uid == 0


@as_root
async def test_nobody_else_gets_in_through_the_socket(data_dir: Path) -> None:
    async with running_postgres(data_dir):
        status = read_pid_file(data_dir / "postgresql")
        assert status is not None
        assert status.socket_folder is not None
        assert stat.S_IMODE(status.socket_folder.stat().st_mode) == 0o700
