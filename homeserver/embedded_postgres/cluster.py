"""The database cluster on disk: made once, configured at each start."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeserver.embedded_postgres.binaries import find_programs, major_version
from homeserver.embedded_postgres.configuration import (
    ROLE,
    render_authentication,
    render_settings,
    render_user_map,
)
from homeserver.embedded_postgres.errors import EmbeddedPostgresError
from homeserver.embedded_postgres.owner import Owner

INITDB_TIMEOUT_S: Final = 300
LOCALE: Final = "C.UTF-8" if sys.platform == "linux" else "C"
ENVIRONMENT: Final = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folder of one database cluster, and the user it belongs to."""

    folder: Path
    owner: Owner

    def exists(self) -> bool:
        return (self.folder / "PG_VERSION").exists()


def create_cluster(cluster: Cluster) -> None:
    """Run initdb, if there is no cluster yet; one that is half made is thrown away and made again.

    Raises: EmbeddedPostgresError.
    """
    if cluster.exists():
        return check_version(cluster)
    unfinished = cluster.folder.with_name(f"{cluster.folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    _make_folder(unfinished, cluster.owner)
    with reachable_path(unfinished, cluster.owner) as (path, descriptors):
        result = subprocess.run(
            [
                *(
                    find_programs(cluster.owner) / "initdb",
                    "--pgdata",
                    path,
                    "--username",
                    ROLE,
                    "--auth=peer",
                ),
                *("--encoding=UTF8", f"--locale={LOCALE}", "--lc-messages=C"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            cwd="/",
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INITDB_TIMEOUT_S,
            check=False,
            pass_fds=descriptors,
            **cluster.owner.process_arguments,
        )
    if result.returncode != 0:
        raise EmbeddedPostgresError(f"initdb failed: {result.stderr.strip()}")
    unfinished.rename(cluster.folder)
    return None


def check_version(cluster: Cluster) -> None:
    """Refuse data of another major version: PostgreSQL's format changes with each.

    Raises: EmbeddedPostgresError.
    """
    found = version_of(cluster.folder)
    if found != major_version():
        raise EmbeddedPostgresError(
            f"{cluster.folder} was made by PostgreSQL {found}, this is {major_version()}: "
            "`parlour upgrade-postgresql` takes the data over"
        )


def version_of(folder: Path) -> int:
    """Return the major version of the PostgreSQL that made a cluster."""
    return int((folder / "PG_VERSION").read_text().strip())


def write_configuration(
    cluster: Cluster, socket_folder: Path, max_connections: int, *, durable: bool = True
) -> None:
    """Write the configuration files; ALTER SYSTEM's file stays as it is."""
    users = (cluster.owner.name, pwd.getpwuid(os.geteuid()).pw_name)
    _write(cluster, "postgresql.conf", render_settings(socket_folder, max_connections, durable=durable))
    _write(cluster, "pg_hba.conf", render_authentication())
    _write(cluster, "pg_ident.conf", render_user_map(users))


@contextmanager
def reachable_path(folder: Path, owner: Owner) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Give a path by which `owner` reaches the folder, and the descriptors that its process must inherit.

    Another user may own the folder and yet have no way to it, since a folder above is closed to it (/root,
    say). We do not open that one: the process inherits an open descriptor of the folder, and Linux takes it
    straight there by /proc/self/fd.
    """
    if not owner.is_other or sys.platform != "linux":
        yield str(folder), ()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path, owner: Owner) -> None:
    folder.mkdir(mode=0o700)
    if owner.is_other:
        os.chown(folder, owner.uid, owner.gid)


def _write(cluster: Cluster, name: str, text: str) -> None:
    temporary = cluster.folder / f"{name}.new"
    temporary.write_text(text)
    temporary.chmod(0o600)
    if cluster.owner.is_other:
        os.chown(temporary, cluster.owner.uid, cluster.owner.gid)
    temporary.rename(cluster.folder / name)
