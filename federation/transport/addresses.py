"""Which addresses this server may be sent to by somebody else's word.

The check belongs to the moment of connecting, when the address is final: what a name resolved to a moment ago
says nothing, and an address that stands in a URL is resolved by nobody.
"""

import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from aiohttp import AddrInfoType

# The only IPv6 addresses that are given out for the open internet.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_DOCUMENTATION: Final = IPv6Network("3fff::/20")
_NAT64: Final = IPv6Network("64:ff9b::/96")
_RELAYS_OF_6TO4: Final = IPv4Network("192.88.99.0/24")
_ISATAP: Final = frozenset({0x0000_5EFE, 0x0200_5EFE})


class AddressDenied(OSError):
    """An address is not one of the open internet."""


def is_public(text: str) -> bool:
    """Tell whether an address is one of the open internet, also where it stands inside another.

    Raises: ValueError where it is no address.
    """
    address = ip_address(text.partition("%")[0])
    inner = _inside(address)
    return all(map(_is_public_ipv4, inner)) and (_is_translated(address) or _is_plainly_public(address))


def is_address(host: str) -> bool:
    """Tell whether a host is an address, so that no resolver is asked."""
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def open_public_socket(target: AddrInfoType) -> socket.socket:
    """Make the socket for a connection to a public address: a socket factory of aiohttp's connector.

    Raises: AddressDenied.
    """
    family, kind, protocol, _, address = target
    if not is_public(address[0]):
        raise AddressDenied(f"{address[0]} is not an address of the open internet")
    return socket.socket(family=family, type=kind, proto=protocol)


def _inside(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """Return the addresses that a tunnel or translator would take out of this one."""
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        found.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return [inner for inner in found if inner is not None]


def _is_translated(address: IPv4Address | IPv6Address) -> bool:
    return isinstance(address, IPv6Address) and (address.ipv4_mapped is not None or address in _NAT64)


def _is_plainly_public(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return _is_public_ipv4(address)
    return address.is_global and address in _GLOBAL_UNICAST and address not in _DOCUMENTATION


def _is_public_ipv4(address: IPv4Address) -> bool:
    return address.is_global and not address.is_multicast and address not in _RELAYS_OF_6TO4
