"""The transport, on a small internet of the test's own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from federation.protocol.ids import ServerName
from federation.protocol.signing import generate_signing_key
from federation.transport.connections import Connections, Security
from federation.transport.open_transport import Identity, Transport, TransportOptions, open_transport
from tests.federation.transport.network import Names, Site, running_site
from tests.federation.transport.ports import MemoryBackOff, MemoryKeys
from tests.support.authority import Authority
from tests.support.fake_clock import FakeClock

OURSELVES = ServerName("ours.example.org")

MakeSite = Callable[..., Awaitable[Site]]


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
async def site(authority: Authority) -> AsyncIterator[MakeSite]:
    """Start servers whose certificates are for the names given."""
    async with AsyncExitStack() as stack:

        async def start(*names: str, **options: object) -> Site:
            return await stack.enter_async_context(running_site(authority, *names, **options))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def security(authority: Authority) -> Security:
    return Security(authority.ca_file, allow_private_addresses=True)


@pytest.fixture
async def connections(security: Security, names: Names) -> AsyncIterator[Connections]:
    connections = Connections(security, names)
    yield connections
    await connections.close()


@pytest.fixture
def back_off() -> MemoryBackOff:
    return MemoryBackOff()


@pytest.fixture
def key_store() -> MemoryKeys:
    return MemoryKeys()


@pytest.fixture
def key_servers() -> list[ServerName]:
    return []


@pytest.fixture
def identity() -> Identity:
    return Identity(OURSELVES, generate_signing_key("ours", bytes(32)))


@pytest.fixture
async def transport(
    identity: Identity,
    security: Security,
    names: Names,
    clock: FakeClock,
    key_store: MemoryKeys,
    key_servers: list[ServerName],
    back_off: MemoryBackOff,
) -> AsyncIterator[Transport]:
    options = TransportOptions(security, key_servers=key_servers)
    async with open_transport(
        identity, options, clock.now_ms, key_store=key_store, back_off=back_off, resolver=names
    ) as transport:
        yield transport


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path
