"""Asking a DNS server that the test plays itself."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator

import pytest

from federation.transport.resolver import NameUnresolved, Resolver, Service

A, AAAA, SRV = 1, 28, 33
NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME = 0, 2, 3


class NameServer(asyncio.DatagramProtocol):
    """Answers from `records`, by name and type; other names do not exist. `fails` makes it fail."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int], list[bytes]] = {}
        self.fails = False
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport is not None
        end = data.index(b"\0", 12) + 5
        name, kind = _read_name(data[12:]), struct.unpack("!H", data[end - 4 : end - 2])[0]
        found = [] if self.fails else self.records.get((name, kind), [])
        exists = any(known == name for known, _ in self.records)
        code = SERVER_FAILURE if self.fails else NO_ERROR if exists else NO_SUCH_NAME
        header = data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0)
        answers = b"".join(struct.pack("!HHHIH", 0xC00C, kind, 1, 60, len(one)) + one for one in found)
        self._transport.sendto(header + data[12:end] + answers, addr)


@pytest.fixture
async def server() -> AsyncIterator[tuple[NameServer, Resolver]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    resolver = Resolver([f"127.0.0.1:{port}"])
    yield protocol, resolver
    await resolver.close()
    transport.close()


async def test_addresses_of_both_families_are_found(server: tuple[NameServer, Resolver]) -> None:
    dns, resolver = server
    dns.records[("example.org", A)] = [bytes([1, 2, 3, 4])]
    dns.records[("example.org", AAAA)] = [socket.inet_pton(socket.AF_INET6, "2001:db8::1")]
    found = await resolver.resolve("example.org", 8448)
    assert {(result["host"], result["port"], result["family"]) for result in found} == {
        ("1.2.3.4", 8448, socket.AF_INET),
        ("2001:db8::1", 8448, socket.AF_INET6),
    }


async def test_srv_records_are_read(server: tuple[NameServer, Resolver]) -> None:
    dns, resolver = server
    target = b"\6target\3net\0"
    dns.records[("_matrix-fed._tcp.example.org", SRV)] = [
        struct.pack("!HHH", 10, 5, 1234) + target,
        struct.pack("!HHH", 0, 0, 0) + b"\0",
    ]
    assert await resolver.services("_matrix-fed._tcp.example.org") == [
        Service("target.net", 1234, 10, 5),
        Service("", 0, 0, 0),
    ]


async def test_a_name_without_records_has_no_services(server: tuple[NameServer, Resolver]) -> None:
    dns, resolver = server
    dns.records[("example.org", A)] = []
    assert await resolver.services("example.org") == []
    assert await resolver.services("_matrix._tcp.nowhere.org") == []


async def test_a_name_that_does_not_exist_is_unresolved(server: tuple[NameServer, Resolver]) -> None:
    _, resolver = server
    with pytest.raises(NameUnresolved, match=r"nowhere\.org has no address"):
        await resolver.resolve("nowhere.org", 8448)


async def test_a_name_server_that_fails_is_not_a_name_without_services(
    server: tuple[NameServer, Resolver],
) -> None:
    dns, resolver = server
    dns.fails = True
    with pytest.raises(NameUnresolved, match="cannot be looked up"):
        await resolver.services("_matrix._tcp.example.org")


async def test_names_of_this_machine_are_known() -> None:
    resolver = Resolver()
    assert "127.0.0.1" in [result["host"] for result in await resolver.resolve("localhost", 1)]
    await resolver.close()


def _read_name(data: bytes) -> str:
    labels = []
    while data[0]:
        labels.append(data[1 : data[0] + 1].decode())
        data = data[data[0] + 1 :]
    return ".".join(labels).lower()
