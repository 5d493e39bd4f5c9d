"""Puts together what reaches other servers and knows their keys."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from federation.ports.destinations import BackOff
from federation.ports.keys import KeyStore
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey
from federation.transport.client import FederationClient
from federation.transport.connections import Connections, Security
from federation.transport.discovery import Discovery
from federation.transport.key_requests import KeyRequests
from federation.transport.keyring import Keyring
from federation.transport.notaries import Notaries
from federation.transport.own_keys import OwnKeys, RetiredKey
from federation.transport.resolver import Resolver
from federation.transport.server_names import ServerLists
from federation.transport.well_known import WellKnownFiles


@dataclass(frozen=True, slots=True)
class Transport:
    """How other servers are reached, and how they prove who they are."""

    client: FederationClient
    keyring: Keyring
    discovery: Discovery
    connections: Connections
    resolver: Resolver


@dataclass(frozen=True, slots=True)
class Identity:
    """In whose name requests are made. `retired_keys` are those it signed with before."""

    server_name: ServerName
    signing_key: SigningKey
    retired_keys: Sequence[RetiredKey] = ()


@dataclass(frozen=True, slots=True)
class TransportOptions:
    """What an operator decides. `key_servers` are asked for keys of servers that do not answer."""

    security: Security = field(default_factory=Security)
    servers: ServerLists = field(default_factory=ServerLists)
    key_servers: Sequence[ServerName] = ()


@asynccontextmanager
async def open_transport(
    identity: Identity,
    options: TransportOptions,
    now_ms: Callable[[], int],
    *,
    key_store: KeyStore,
    back_off: BackOff,
    resolver: Resolver | None = None,
) -> AsyncIterator[Transport]:
    """Open the way to other servers for the length of the block."""
    async with AsyncExitStack() as stack:
        resolver = resolver or Resolver()
        connections = Connections(options.security, resolver)
        stack.push_async_callback(connections.close)
        well_known = WellKnownFiles(connections, now_ms)
        stack.push_async_callback(well_known.close)
        discovery = Discovery(well_known, resolver, now_ms)
        stack.push_async_callback(discovery.close)
        name, key = identity.server_name, identity.signing_key
        client = FederationClient(name, key, connections, discovery, back_off, options.servers.permit)
        key_servers = [server for server in options.key_servers if server != name]
        requests = KeyRequests(client, Notaries(client, key_servers, now_ms), now_ms)
        own = OwnKeys(name, key, identity.retired_keys, now_ms)
        keyring = Keyring(own, key_store, requests, now_ms, options.servers.permit)
        stack.push_async_callback(keyring.close)
        yield Transport(client, keyring, discovery, connections, resolver)
