"""The user that PostgreSQL's processes run as: ours, or, since PostgreSQL refuses root, one made for it."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from homeserver.embedded_postgres.errors import EmbeddedPostgresError

USER_NAME: Final = "parlour-postgres"
MAKE_USER: Final = (
    f"useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /bin/false {USER_NAME}",
    f"adduser -S -D -H -h /nonexistent -s /bin/false {USER_NAME}",  # BusyBox
)
TIMEOUT_S: Final = 30


@dataclass(frozen=True, slots=True)
class Owner:
    """A user of the system; `is_other` where it is not the one this process runs as."""

    name: str
    uid: int
    gid: int
    is_other: bool

    @property
    def process_arguments(self) -> dict[str, Any]:
        """The arguments that make `subprocess` start a process as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}


def choose_owner(cluster: Path) -> Owner:
    """Return the user for the cluster's processes.

    As root that is whoever owns the cluster already, else a system user made for the purpose.

    Raises: EmbeddedPostgresError.
    """
    if os.geteuid() != 0:
        return current_user()
    if cluster.exists() and (uid := cluster.stat().st_uid) != 0:
        return _owner(_entry_of(uid), is_other=True)
    return _owner(_find_or_make_user(), is_other=True)


def current_user() -> Owner:
    """Return the user that this process runs as. Raises: EmbeddedPostgresError."""
    return _owner(_entry_of(os.geteuid()), is_other=False)


def _owner(entry: pwd.struct_passwd, *, is_other: bool) -> Owner:
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid, is_other)


def _entry_of(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedPostgresError(
            f"user id {uid} has no name in this system, and PostgreSQL needs one: add it to /etc/passwd "
            "or set database_url"
        ) from None


def _find_or_make_user() -> pwd.struct_passwd:
    for command in (None, *MAKE_USER):
        if command is not None:
            _try(command.split())
        try:
            return pwd.getpwnam(USER_NAME)
        except KeyError:
            continue
    raise EmbeddedPostgresError(
        f"PostgreSQL does not run as root, and a user {USER_NAME} could not be made: make one, start the "
        "server as an ordinary user, or set database_url"
    )


def _try(command: list[str]) -> None:
    # Its failure shows in the look-up that follows: a server started at the same time may have succeeded.
    if shutil.which(command[0]):
        subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, check=False)
