"""What all commands share: `--config`, and errors as a sentence instead of a traceback."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

REMEDIES: Final = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room on that disk",
    errno.EROFS: "mount it so that it can be written, or set `data_dir` to a folder elsewhere",
    errno.EACCES: "this user may not; run as the user that the file belongs to, or give it to this one",
    errno.EPERM: "this user may not; run as the user that the file belongs to, or give it to this one",
}
"""What an operator can do about a file that cannot be read or written."""

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add `--config`, handed to the command as `config: Path | None`."""
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        envvar="PARLOUR_CONFIG",
        help="Configuration file; environment variables alone, or nothing, are enough.",
    )(command)


class ErrorReportingGroup(click.Group):
    """A group whose commands end with exit code 1 and a sentence where an operator can mend what is wrong."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if message := _message_for_operator(error):
                raise click.ClickException(message) from error
            raise


def _message_for_operator(error: Exception) -> str | None:
    from federation.transport.connections import UnusableAuthorities
    from homeserver.config import ConfigProblems
    from homeserver.embedded_postgres import EmbeddedPostgresError
    from homeserver.errors import MatrixError
    from homeserver.http.sockets import AddressUnusable
    from homeserver.http.tls import CertificateUnusable
    from homeserver.signing_key_file import SigningKeyUnusable
    from homeserver.storage.db import DatabaseUnavailable, UnsuitableDatabase
    from homeserver.storage.instance import InstanceMismatch
    from homeserver.storage.migrate import MigrationError
    from homeserver.supervisor import WorkerFailed

    match error:
        case ConfigProblems():
            return "the configuration cannot be used:\n" + "\n".join(f"  {line}" for line in error.problems)
        case DatabaseUnavailable():
            reason = str(error.__cause__ or "") or "no answer in time"
            return f"{error.message} ({reason}): does PostgreSQL run, and is database_url right?"
        case MatrixError():
            return error.message
        case EmbeddedPostgresError() | UnsuitableDatabase() | InstanceMismatch() | MigrationError():
            return str(error)
        case SigningKeyUnusable() | UnusableAuthorities() | WorkerFailed():
            return str(error)
        case AddressUnusable() | CertificateUnusable():
            return str(error)
        case OSError() if error.errno in REMEDIES:
            file = f"{os.fsdecode(error.filename)}: " if error.filename else ""
            return f"{file}{error.strerror}: {REMEDIES[error.errno]}"
        case _:
            return None
