"""Which addresses may be connected to, by an operator's word on top of what is public.

It is asked with the address that is connected to, when the socket is made: what a name resolved to before
says nothing, and a redirect leads to another one.
"""

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final, TypeAlias

from aiohttp import AddrInfoType

from federation.transport.addresses import AddressDenied, is_public

Network: TypeAlias = IPv4Network | IPv6Network

NAT64: Final = IPv6Network("64:ff9b::/96")


class AddressPolicy:
    """Public addresses and those `allow` names, but for those `deny` names."""

    def __init__(self, allow: Sequence[Network] = (), deny: Sequence[Network] = ()) -> None:
        self._allow = allow
        self._deny = deny

    def permits(self, text: str) -> bool:
        """Tell whether an address may be connected to. Raises ValueError where it is none."""
        address = ip_address(text.partition("%")[0])
        forms = _forms(address)
        if _in_any(forms, self._deny):
            return False
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return _in_any([plain or address], self._allow) or is_public(text)

    def open_socket(self, target: AddrInfoType) -> socket.socket:
        """Make the socket for a connection: a socket factory of aiohttp's connector. Raises AddressDenied."""
        family, kind, protocol, _, address = target
        if not self.permits(address[0]):
            raise AddressDenied(f"{address[0]} is not an address that may be connected to")
        return socket.socket(family=family, type=kind, proto=protocol)


def _forms(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return an address with those that a tunnel or translator would take out of it."""
    if isinstance(address, IPv4Address):
        return [address]
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [address, *(found for found in inner if found is not None)]


def _in_any(addresses: Iterable[IPv4Address | IPv6Address], networks: Sequence[Network]) -> bool:
    return any(
        address.version == network.version and address in network
        for address in addresses
        for network in networks
    )
