"""Which addresses this server may be sent to by somebody else's word."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

_NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressDenied(OSError):
    """All addresses of a host are in private networks."""


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, also where it stands inside another.

    Raises: ValueError where it is no address.
    """
    address = ip_address(text.partition("%")[0])
    return address.is_global and not address.is_multicast and all(map(_is_public, _inside(address)))


def is_address(host: str) -> bool:
    """Whether a host is an address, so that no resolver is asked."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only, in the moment of connecting."""

    def __init__(self) -> None:
        self._resolver = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the host's public addresses. Raises AddressDenied where it has no other ones."""
        found = await self._resolver.resolve(host, port, family)
        public = [result for result in found if is_public(result["host"])]
        if found and not public:
            raise AddressDenied(f"{host} is in a private network")
        return public

    async def close(self) -> None:
        await self._resolver.close()


def _is_public(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the addresses that a tunnel or translator would take out of this one."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [inner for inner in found if inner is not None]
