"""parlour run; and parlour worker, which it starts where there are to be several."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.config import Settings


@click.command
@config_option
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes share the work.")
def run(config: Path | None, workers: int | None) -> None:
    """Run the homeserver until SIGTERM or SIGINT.

    The first line on standard output says `ready` and the base URL, once clients can connect. With several
    workers, SIGHUP replaces them one after another, and nobody notices; one alone takes up renewed
    certificates.
    """
    settings = _load(config)
    if workers is not None:
        settings = settings.model_copy(update={"workers": workers})
    if settings.workers > 1:
        from homeserver.supervisor import run_workers

        run_workers(settings, config)
    else:
        from homeserver.app import run as run_server

        run_server(settings)


@click.command(hidden=True)
@config_option
@click.option("--number", type=int, required=True)
@click.option("--socket", "sockets", type=int, multiple=True)
def worker(config: Path | None, number: int, sockets: tuple[int, ...]) -> None:
    """Run one of several workers, on sockets that `parlour run` opened: a file descriptor per listener."""
    from homeserver.app import run as run_server
    from homeserver.http.sockets import WorkerPlace, inherited_sockets

    run_server(_load(config), WorkerPlace(number, inherited_sockets(sockets)))


def _load(config: Path | None) -> "Settings":
    from homeserver.config import load_settings
    from homeserver.logging import configure_logging

    settings = load_settings(config)
    configure_logging(settings.log_level.value, settings.log_format.value)
    return settings
