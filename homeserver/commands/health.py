"""parlour health: what a container or a service manager asks whether the server can do its work."""

import ssl
import sys
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import click

from homeserver.commands.options import config_option

TIMEOUT_S = 4.0


@click.command
@config_option
@click.option("--live", is_flag=True, help="Ask whether the process answers, whatever its database does.")
def health(config: Path | None, live: bool) -> None:
    """Ask the running server on this machine whether it can do its work; the exit code is 1 if it cannot."""
    from homeserver.config import load_settings
    from homeserver.config.listeners import Resource

    settings = load_settings(config)
    listener = next((one for one in settings.listeners if Resource.HEALTH in one.serve), None)
    if listener is None:
        sys.exit("No listener serves `health`")
    problem = _ask(f"{listener.base_url}/health/{'live' if live else 'ready'}")
    if problem:
        sys.exit(problem)


def _ask(url: str) -> str | None:
    """Return what is wrong, None if nothing is."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)
    if parts.scheme == "https":
        # It is this machine that is asked, by an address that the certificate does not name.
        unchecked = ssl._create_unverified_context()
        connection = HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT_S, context=unchecked)
    try:
        connection.request("GET", parts.path)
        response = connection.getresponse()
        text = response.read(1_000).decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"{url}: {type(error).__name__}: {error}"
    finally:
        connection.close()
    return None if response.status == 200 else f"{url}: {response.status} {text}"
