"""The folder of PostgreSQL's socket: closed to others, and short enough for a socket's path."""

import hashlib
import os
import re
import stat
import tempfile
from pathlib import Path
from typing import Final

from homeserver.embedded_postgres.errors import EmbeddedPostgresError
from homeserver.embedded_postgres.owner import Owner

SOCKET_NAME: Final = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH: Final = 103  # bytes: 107 on Linux, 103 on macOS
SAFE_PATH: Final = re.compile(r"/[A-Za-z0-9/._-]+")  # in PostgreSQL's list of folders and in a URL as it is
SYSTEM_RUN: Final = Path("/run")


def make_socket_folder(data_dir: Path, owner: Owner) -> Path:
    """Return the folder, made for `owner` with mode 0700 and without what a dead postmaster left in it.

    It is `run` in the data folder; where that path is too long, or closed to `owner`, one named after the
    data folder in /run or the folder of temporary files. Only for a cluster that no postmaster works in.

    Raises: EmbeddedPostgresError where somebody else made it before.
    """
    folder = data_dir / "run"
    if owner.is_other or not _fits(folder):
        name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        base = SYSTEM_RUN if os.access(SYSTEM_RUN, os.W_OK) else Path(tempfile.gettempdir())
        folder = base / f"parlour-{name}"
        if not _fits(folder):
            folder = Path("/tmp") / folder.name
    folder.mkdir(mode=0o700, exist_ok=True)
    _claim(folder, owner)
    # Like postmaster.pid, the lock file would be believed if any process had the dead one's number by now.
    for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
        (folder / name).unlink(missing_ok=True)
    return folder


def _fits(folder: Path) -> bool:
    socket = str(folder / SOCKET_NAME)
    return SAFE_PATH.fullmatch(socket) is not None and len(socket) <= LONGEST_SOCKET_PATH


def _claim(folder: Path, owner: Owner) -> None:
    status = folder.lstat()
    # Anybody may make a folder of this name in /tmp before us, and would then own the socket.
    if not stat.S_ISDIR(status.st_mode) or status.st_uid not in (os.geteuid(), owner.uid):
        raise EmbeddedPostgresError(f"{folder} belongs to somebody else: remove it")
    folder.chmod(0o700)
    if owner.is_other:
        os.chown(folder, owner.uid, owner.gid, follow_symlinks=False)
