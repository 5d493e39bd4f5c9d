"""An older PostgreSQL, which Debian's packages of one stand for: its data, and backups from and into it."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from homeserver.embedded_postgres import EmbeddedPostgresError, running_postgres
from homeserver.embedded_postgres.binaries import major_version
from homeserver.embedded_postgres.cluster import reachable_path
from homeserver.embedded_postgres.configuration import ROLE
from homeserver.embedded_postgres.owner import choose_owner
from homeserver.embedded_postgres.running import running_other_version
from homeserver.storage.databases import create_database
from homeserver.storage.db import Database
from homeserver.storage.migrate import migrate
from tests.backup.operating import parlour

OLD = next(
    (
        folder
        for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if int(folder.parent.name) < major_version()
    ),
    None,
)
pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(OLD is None, reason="an older PostgreSQL is not installed (Debian: postgresql)"),
]


@pytest.fixture
async def old_data(tmp_path: Path) -> Path:
    """A data folder as a server with an older wheel has left it."""
    assert OLD is not None
    data_dir = tmp_path / "data"
    cluster = data_dir / "postgresql"
    make_cluster(OLD, cluster)
    async with running_other_version(data_dir, OLD) as url:
        await create_database(url.replace("/parlour?", "/postgres?"), "parlour")
        db = await Database.connect(url, max_connections=1)
        await migrate(db)
        async with db.acquire() as conn:
            await conn.execute("INSERT INTO users (user_id) VALUES ('@kept:parlour.test')")
        await db.close()
    return data_dir


def make_cluster(programs: Path, cluster: Path) -> None:
    owner = choose_owner(cluster)
    cluster.parent.mkdir(mode=0o711)
    cluster.mkdir(mode=0o700)
    shutil.chown(cluster, owner.uid, owner.gid)
    with reachable_path(cluster, owner) as (path, descriptors):
        made = subprocess.run(
            [programs / "initdb", "--pgdata", path, "--username", ROLE, "--auth=peer", "--encoding=UTF8",
             "--locale=C", "--no-sync"],
            cwd="/", capture_output=True, text=True, timeout=250, check=False, pass_fds=descriptors,
            **owner.process_arguments,
        )  # fmt: skip
    assert made.returncode == 0, made.stderr


async def test_data_of_an_older_version_are_refused_with_the_command_that_takes_them_over(
    old_data: Path,
) -> None:
    with pytest.raises(EmbeddedPostgresError, match="parlour upgrade-postgresql"):
        async with running_postgres(old_data):
            pass
    upgraded = await asyncio.to_thread(parlour, old_data, "upgrade-postgresql", "--programs", OLD)
    assert upgraded.returncode == 0, upgraded.stderr
    async with running_postgres(old_data) as url:
        db = await Database.connect(url, max_connections=1)
        async with db.acquire() as conn:
            assert await conn.fetchval("SELECT count(*) FROM users WHERE user_id = '@kept:parlour.test'") == 1
        await db.close()
    again = await asyncio.to_thread(parlour, old_data, "upgrade-postgresql")
    assert "there is nothing to upgrade" in again.stderr


async def test_what_cannot_be_taken_over_stays_as_it_was(old_data: Path, tmp_path: Path) -> None:
    empty = tmp_path / "programs"
    empty.mkdir()
    failed = await asyncio.to_thread(parlour, old_data, "upgrade-postgresql", "--programs", empty)
    assert "holds no PostgreSQL" in failed.stderr
    assert (old_data / "postgresql" / "PG_VERSION").exists()


async def test_a_backup_goes_to_an_older_postgresql_and_back(tmp_path: Path, small_backup: Path) -> None:
    assert OLD is not None
    make_cluster(OLD, tmp_path / "old" / "postgresql")
    async with running_other_version(tmp_path / "old", OLD) as url:
        await create_database(url.replace("/parlour?", "/postgres?"), "parlour")

        async def run(*arguments: object) -> None:
            done = await asyncio.to_thread(parlour, tmp_path / "keys", *arguments, database_url=url)
            assert done.returncode == 0, done.stdout + done.stderr

        await run("restore", small_backup)
        await run("check")
        await run("backup", tmp_path / "from-old")
    back = await asyncio.to_thread(parlour, tmp_path / "new", "restore", tmp_path / "from-old")
    assert back.returncode == 0, back.stderr
    checked = await asyncio.to_thread(parlour, tmp_path / "new", "check")
    assert checked.returncode == 0, checked.stdout
