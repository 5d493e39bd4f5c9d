"""What all commands share: `--config`, and errors as a sentence instead of a traceback."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

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
    from homeserver.signing_key_file import SigningKeyUnusable
    from homeserver.storage.db import UnsuitableDatabase
    from homeserver.storage.instance import InstanceMismatch
    from homeserver.storage.migrate import MigrationError
    from homeserver.supervisor import WorkerFailed

    match error:
        case ConfigProblems():
            return "the configuration cannot be used:\n" + "\n".join(f"  {line}" for line in error.problems)
        case MatrixError():
            return error.message
        case EmbeddedPostgresError() | UnsuitableDatabase() | InstanceMismatch() | MigrationError():
            return str(error)
        case SigningKeyUnusable() | UnusableAuthorities() | WorkerFailed():
            return str(error)
        case _:
            return None
