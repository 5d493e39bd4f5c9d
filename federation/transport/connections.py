"""The connections to other servers, all of them: one pool, one TLS configuration, one guard.

What bounds it: `MAX_CONNECTIONS`, `MAX_CONNECTIONS_PER_HOST`, `CONNECT_WITHIN_S`; no redirects, no cookies,
no proxies, no compression (a small answer stays a small answer).
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from aiohttp.abc import AbstractResolver
from yarl import URL

from federation.transport.addresses import AddressDenied, is_public, open_public_socket
from federation.transport.resolver import NameUnresolved

MAX_CONNECTIONS: Final = 512
MAX_CONNECTIONS_PER_HOST: Final = 16
CONNECT_WITHIN_S: Final = 10.0
KEEP_ALIVE_S: Final = 30.0
NAMES_KEPT_S: Final = 60
READ_CHUNK_BYTES: Final = 64 * 1024
USER_AGENT: Final = "Parlour"


class BodyTooLong(ValueError):
    """An answer has more bytes than it may have."""


class UnusableAuthorities(Exception):
    """The file with further certificate authorities cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Security:
    """Whom to believe to be who they say, and which addresses may be connected to.

    `ca_file` names further certificate authorities, beside the system's.
    """

    ca_file: Path | None = None
    verify_tls: bool = True
    allow_private_addresses: bool = False


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a TLS handshake came to. `expires` is notAfter of a certificate that was checked, else empty."""

    version: str
    expires: str


class Connections:
    """Requests over HTTPS. The pool is opened with the first one."""

    def __init__(self, security: Security, resolver: AbstractResolver) -> None:
        self.security = security
        self._tls = _tls_context(security)
        self._resolver = resolver
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def request(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        tls_name: str | None = None,
    ) -> AsyncIterator[ClientResponse]:
        """Ask, and yield the answer once its headers are there. The caller sets the time it may take.

        The certificate must be valid for `tls_name`, or else for the URL's host.

        Raises: ClientError, OSError.
        """
        async with self._open().request(
            method, url, headers=headers, data=body, server_hostname=tls_name, allow_redirects=False
        ) as response:
            yield response

    async def greet(self, address: str, port: int, tls_name: str) -> Greeting:
        """Connect to an address for the sake of its certificate. Raises OSError."""
        if not self.security.allow_private_addresses and not is_public(address):
            raise AddressDenied(f"{address} is not an address of the open internet")
        _, writer = await asyncio.open_connection(address, port, ssl=self._tls, server_hostname=tls_name)
        try:
            session = writer.get_extra_info("ssl_object")
            certificate = session.getpeercert() or {}
            return Greeting(session.version(), certificate.get("notAfter", ""))
        finally:
            writer.transport.abort()

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
        await self._resolver.close()

    def _open(self) -> ClientSession:
        if self._session is None:
            self._session = ClientSession(
                connector=TCPConnector(
                    ssl=self._tls,
                    resolver=self._resolver,
                    socket_factory=None if self.security.allow_private_addresses else open_public_socket,
                    limit=MAX_CONNECTIONS,
                    limit_per_host=MAX_CONNECTIONS_PER_HOST,
                    keepalive_timeout=KEEP_ALIVE_S,
                    ttl_dns_cache=NAMES_KEPT_S,
                ),
                timeout=ClientTimeout(total=None, sock_connect=CONNECT_WITHIN_S),
                headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
                cookie_jar=DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


async def read_body(response: ClientResponse, max_bytes: int) -> bytes:
    """Read an answer to its end. Raises BodyTooLong as soon as it turns out to be."""
    if (response.content_length or 0) > max_bytes:
        raise BodyTooLong(f"the answer has more than {max_bytes} bytes")
    body = bytearray()
    async for chunk in response.content.iter_chunked(READ_CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            raise BodyTooLong(f"the answer has more than {max_bytes} bytes")
    return bytes(body)


def explain(error: BaseException) -> str:
    """Say in words why a request came to nothing."""
    causes = list(_causes(error))
    for cause in causes:
        if reason := getattr(cause, "verify_message", None):
            return f"its certificate is not accepted: {reason}"
        if isinstance(cause, AddressDenied | NameUnresolved):
            return str(cause)
    if isinstance(error, TimeoutError):
        return "it took too long"
    return str(causes[-1]) or type(causes[-1]).__name__


def _causes(error: BaseException | None) -> "list[BaseException]":
    causes: list[BaseException] = []
    while error is not None and error not in causes:
        causes.append(error)
        inner = getattr(error, "os_error", None) if isinstance(error, ClientError) else None
        error = inner if isinstance(inner, BaseException) else error.__cause__
    return causes


def _tls_context(security: Security) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if security.ca_file is not None:
        try:
            context.load_verify_locations(security.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise UnusableAuthorities(f"certificate authorities {security.ca_file}: {error}") from error
    if not security.verify_tls:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
