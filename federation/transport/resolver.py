"""Asking the DNS, without a thread for every question."""

import socket
from dataclasses import dataclass
from typing import Final

import aiodns
import pycares
from aiodns.error import DNSError
from aiohttp.abc import AbstractResolver, ResolveResult

TRY_FOR_S: Final = 3.0
TRIES: Final = 2
MAX_SERVICES: Final = 32

_NOTHING_THERE: Final = frozenset({pycares.errno.ARES_ENODATA, pycares.errno.ARES_ENOTFOUND})


class NameUnresolved(OSError):
    """The DNS could not be asked, or has no address for a name."""


@dataclass(frozen=True, slots=True)
class Service:
    """One SRV record. `host` is empty where the domain says that it does not offer the service."""

    host: str
    port: int
    priority: int
    weight: int


class Resolver(AbstractResolver):
    """Addresses and services of names. Host files and the system's name servers count, as everywhere."""

    def __init__(self, name_servers: list[str] | None = None) -> None:
        """Take the system's name servers, or others, each as `address` or `address:port`."""
        self._name_servers = name_servers
        self._channel: aiodns.DNSResolver | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises NameUnresolved."""
        try:
            found = await self._open().getaddrinfo(host, port=port, family=family, type=socket.SOCK_STREAM)
        except DNSError as error:
            raise NameUnresolved(f"{host} has no address: {error.args[-1]}") from error
        return [_address(host, port, node) for node in found.nodes]

    async def services(self, name: str) -> list[Service]:
        """Return the SRV records of a name, none where there are none. Raises NameUnresolved."""
        try:
            found = await self._open().query_dns(name, "SRV")
        except DNSError as error:
            if error.args[0] in _NOTHING_THERE:
                return []
            raise NameUnresolved(f"the SRV record {name} cannot be looked up: {error.args[-1]}") from error
        records = [record.data for record in found.answer if isinstance(record.data, pycares.SRVRecordData)]
        return [
            Service(data.target.rstrip("."), data.port, data.priority, data.weight)
            for data in records[:MAX_SERVICES]
        ]

    async def close(self) -> None:
        """Give up all questions."""
        if self._channel is not None:
            await self._channel.close()
            self._channel = None

    def _open(self) -> aiodns.DNSResolver:
        if self._channel is None:
            self._channel = aiodns.DNSResolver(self._name_servers, timeout=TRY_FOR_S, tries=TRIES)
        return self._channel


def _address(host: str, port: int, node: pycares.AddrInfoNode) -> ResolveResult:
    text = node.addr[0]
    return ResolveResult(
        hostname=host,
        host=text.decode() if isinstance(text, bytes) else text,
        port=port,
        family=node.family,
        proto=0,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
