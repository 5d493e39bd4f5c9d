"""parlour health: what a container or a service manager asks whether the server can do its work."""

import socket
import ssl
import sys
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from homeserver.commands.options import config_option

if TYPE_CHECKING:
    from homeserver.config.listeners import Listener

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
    problem = _ask(listener, f"/health/{'live' if live else 'ready'}")
    if problem:
        sys.exit(f"{listener.base_url}: {problem}")


def _ask(listener: "Listener", path: str) -> str | None:
    """Return what is wrong, None if nothing is."""
    connection = _connection_to(listener)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read(1_000).decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    return None if response.status == 200 else f"{response.status} {text}"


def _connection_to(listener: "Listener") -> HTTPConnection:
    if listener.unix_path is not None:
        connection = HTTPConnection("localhost", timeout=TIMEOUT_S)
        connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.sock.settimeout(TIMEOUT_S)
        with suppress(OSError):  # the request says so
            connection.sock.connect(str(listener.unix_path))
        return connection
    parts = urlsplit(listener.base_url)
    assert parts.hostname is not None
    if parts.scheme == "http":
        return HTTPConnection(parts.hostname, parts.port, timeout=TIMEOUT_S)
    # It is this machine that is asked, by an address that the certificate does not name.
    unchecked = ssl._create_unverified_context()
    return HTTPSConnection(parts.hostname, parts.port, timeout=TIMEOUT_S, context=unchecked)
