"""Which address a request comes from, when proxies that we trust stand before us."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from homeserver.config.values import Network

UNIX: Final = "unix"


class ClientAddresses:
    """Reads X-Forwarded-For from the right, and only as far as the hops are trusted proxies."""

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        self._is_trusted = lru_cache(maxsize=1024)(self._look_up)

    def of(self, request: web.Request) -> str:
        """Return the client's address; anything an untrusted peer says about itself is ignored."""
        # Who may open the socket in the file system is as good as a proxy that was named.
        address = request.remote or UNIX
        if address != UNIX and (not self._trusted or not self._is_trusted(address)):
            return address
        for hop in reversed(",".join(request.headers.getall("X-Forwarded-For", [])).split(",")):
            candidate = hop.strip()
            if not _is_address(candidate):
                return address
            address = candidate
            if not self._is_trusted(address):
                return address
        return address

    def _look_up(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._trusted)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
