"""What a server name says about where its server is, and lists of server names.

Spec: https://spec.matrix.org/v1.19/appendices/#server-name
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import ServerName
from federation.transport.addresses import is_address

_PORT = re.compile(r":([0-9]{1,5})$")
MAX_PORT = 65_535


def split_server_name(name: ServerName) -> tuple[str, int | None]:
    """Return the host of a parsed server name, an IPv6 literal without its brackets, and the port it names.

    Raises: InvalidIdentifier where there is no such port.
    """
    match = _PORT.search(name)
    host = name[: match.start()] if match else name
    port = int(match[1]) if match else None
    if port is not None and not 0 < port <= MAX_PORT:
        raise InvalidIdentifier(f"{name} names no possible port")
    return host.removeprefix("[").removesuffix("]").lower(), port


def is_literal(host: str) -> bool:
    """Tell whether a host is an address rather than a name."""
    return is_address(host)


@dataclass(frozen=True, slots=True)
class ServerLists:
    """Which servers this one talks with: all, or those of `allow`; and never those of `deny`.

    `*.example.org` stands for all under a domain. An entry without a port means every port.
    """

    allow: Sequence[str] | None = None
    deny: Sequence[str] = ()

    def permit(self, server: ServerName) -> bool:
        """Tell whether we talk with a server."""
        forms = _forms(server.lower())
        if any(_is_meant(forms, entry) for entry in self.deny):
            return False
        return self.allow is None or any(_is_meant(forms, entry) for entry in self.allow)


def _forms(server: str) -> tuple[str, str]:
    return server, _PORT.sub("", server)


def _is_meant(forms: tuple[str, str], entry: str) -> bool:
    entry = entry.lower()
    if entry.startswith("*."):
        return any(form.endswith(entry[1:]) for form in forms)
    return entry in forms
