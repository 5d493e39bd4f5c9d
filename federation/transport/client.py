"""Asking other servers: requests that are signed, bounded, and made where the server really is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final, TypeAlias

from aiohttp import (
    ClientConnectorError,
    ClientResponse,
    ConnectionTimeoutError,
)
from yarl import URL

from federation.errors import PeerAnsweredBadly, PeerFailed, PeerRefused, PeerUnreachable
from federation.ports.destinations import BackOff
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey
from federation.transport.answers import LARGE_BYTES, Stream, decode, failures_of, refused
from federation.transport.connections import (
    Connections,
    read_body,
)
from federation.transport.discovery import Discovery
from federation.transport.limits import DEFAULT, Limits
from federation.transport.paths import Query, request_target
from federation.transport.signed_requests import authorization_header, encode_content

NO_SUCH_ENDPOINT: Final = frozenset({404, 405})

Body: TypeAlias = JsonObject | bytes
"""What is sent: an object, or canonical JSON that is encoded already."""


class FederationClient:
    """Sends requests to other servers in the name of this one."""

    def __init__(
        self,
        server_name: ServerName,
        signing_key: SigningKey,
        connections: Connections,
        discovery: Discovery,
        back_off: BackOff,
        permit: Callable[[ServerName], bool] = lambda server: True,
    ) -> None:
        """`permit` says which servers are talked with at all."""
        self._server_name = server_name
        self._signing_key = signing_key
        self._connections = connections
        self._discovery = discovery
        self._back_off = back_off
        self._permit = permit
        self.on_answer: Callable[[ServerName, float], None] = lambda destination, seconds: None
        """Called with every server that answered, and how many seconds that took, to the last byte."""

    async def get(
        self, destination: ServerName, path: str, query: Query | None = None, *, limits: Limits = DEFAULT
    ) -> JsonObject:
        """Ask for a JSON object. Raises PeerFailed."""
        return await self._object(destination, "GET", request_target(path, query), None, limits)

    async def put(
        self,
        destination: ServerName,
        path: str,
        body: Body,
        query: Query | None = None,
        *,
        limits: Limits = DEFAULT,
    ) -> JsonObject:
        """Send something and return the JSON object that is answered. Raises PeerFailed."""
        return await self._object(destination, "PUT", request_target(path, query), body, limits)

    async def put_any(
        self, destination: ServerName, path: str, body: Body, *, limits: Limits = DEFAULT
    ) -> JsonValue:
        """Send something and return any JSON, since old endpoints answer lists. Raises PeerFailed."""
        return await decode(destination, await self._exchange(destination, "PUT", path, body, limits))

    async def post(
        self,
        destination: ServerName,
        path: str,
        body: Body,
        query: Query | None = None,
        *,
        limits: Limits = DEFAULT,
    ) -> JsonObject:
        """Ask with a body, and return the JSON object that is answered. Raises PeerFailed."""
        return await self._object(destination, "POST", request_target(path, query), body, limits)

    async def get_bytes(
        self, destination: ServerName, path: str, query: Query | None = None, *, limits: Limits = DEFAULT
    ) -> bytes:
        """Ask for JSON that the caller decodes, since it is large. Raises PeerFailed."""
        return await self._exchange(destination, "GET", request_target(path, query), None, limits)

    @asynccontextmanager
    async def stream(
        self, destination: ServerName, path: str, query: Query | None = None, *, limits: Limits = DEFAULT
    ) -> AsyncIterator[Stream]:
        """Ask for a body that is read piece by piece, such as media.

        The limits hold from the question to the last piece. What the caller's block raises is left alone.

        Raises: PeerFailed.
        """
        deadline = asyncio.get_running_loop().time() + limits.timeout_s
        target = request_target(path, query)
        async with AsyncExitStack() as stack:
            async with self._noting(destination, limits), asyncio.timeout_at(deadline):
                response = await stack.enter_async_context(self._ask(destination, "GET", target, None))
                if response.status != 200:
                    raise refused(destination, response.status, await read_body(response, LARGE_BYTES))
            yield Stream(destination, response, limits.max_bytes, deadline)

    @asynccontextmanager
    async def stream_url(
        self, told_by: ServerName, text: str, *, limits: Limits = DEFAULT
    ) -> AsyncIterator[Stream]:
        """Fetch what a server says is kept elsewhere: over HTTPS, unsigned, without further redirects.

        Raises: PeerFailed, in the name of the server that told of it.
        """
        deadline = asyncio.get_running_loop().time() + limits.timeout_s
        try:
            url = URL(text)
        except ValueError as error:
            raise PeerAnsweredBadly(told_by, "it names no URL") from error
        if url.scheme != "https" or not url.host or url.user is not None or url.password is not None:
            raise PeerAnsweredBadly(told_by, "it names a URL that is not asked")
        async with AsyncExitStack() as stack:
            with failures_of(told_by):
                async with asyncio.timeout_at(deadline):
                    response = await stack.enter_async_context(self._connections.request("GET", url))
            if response.status != 200:
                raise PeerAnsweredBadly(told_by, f"what it named answered status {response.status}")
            yield Stream(told_by, response, limits.max_bytes, deadline)

    async def _object(
        self, destination: ServerName, method: str, target: str, body: Body | None, limits: Limits
    ) -> JsonObject:
        answer = await decode(destination, await self._exchange(destination, method, target, body, limits))
        if not isinstance(answer, dict):
            raise PeerAnsweredBadly(destination, "the answer is not a JSON object")
        return answer

    async def _exchange(
        self, destination: ServerName, method: str, target: str, body: Body | None, limits: Limits
    ) -> bytes:
        content = body if body is None or isinstance(body, bytes) else encode_content(body)
        started = asyncio.get_running_loop().time()
        async with (
            self._noting(destination, limits),
            asyncio.timeout(limits.timeout_s),
            self._ask(destination, method, target, content) as response,
        ):
            raw = await read_body(response, limits.max_bytes)
            self.on_answer(destination, asyncio.get_running_loop().time() - started)
            if response.status != 200:
                raise refused(destination, response.status, raw)
        return raw

    @asynccontextmanager
    async def _noting(self, destination: ServerName, limits: Limits) -> AsyncIterator[None]:
        """Turn what goes wrong in the block into a PeerFailed, and remember how it ended."""
        await self._check(destination, limits)
        try:
            with failures_of(destination):
                yield
        except PeerFailed as failure:
            if _is_its_own_word(failure):
                await self._back_off.succeeded(destination)
            elif not limits.ignore_back_off:
                await self._back_off.failed(destination, failure.message)
            raise
        await self._back_off.succeeded(destination)

    async def _check(self, destination: ServerName, limits: Limits) -> None:
        if destination == self._server_name:
            raise PeerUnreachable(destination, "this is ourselves")
        if not self._permit(destination):
            raise PeerUnreachable(destination, "the configuration keeps this server away from it")
        if not limits.ignore_back_off:
            await self._back_off.check(destination)

    @asynccontextmanager
    async def _ask(
        self, destination: ServerName, method: str, target: str, content: bytes | None
    ) -> AsyncIterator[ClientResponse]:
        """Yield the answer of the first of a server's endpoints that takes a connection."""
        route = await self._discovery.find(destination)
        signature = self._sign(destination, method, target, content)
        headers = {"Host": route.host_header, "Authorization": signature}
        if content is not None:
            headers["Content-Type"] = "application/json"
        async with AsyncExitStack() as stack:
            for endpoint in route.endpoints:
                url = URL(f"https://{endpoint.authority}{target}", encoded=True)
                request = self._connections.request(
                    method, url, headers=headers, body=content, tls_name=route.tls_name
                )
                try:
                    response = await stack.enter_async_context(request)
                except (ClientConnectorError, ConnectionTimeoutError):
                    if endpoint is route.endpoints[-1]:
                        raise
                else:
                    break
            yield response

    def _sign(self, destination: ServerName, method: str, target: str, content: bytes | None) -> str:
        return authorization_header(
            self._signing_key, method, target, self._server_name, destination, content
        )


def _is_its_own_word(failure: PeerFailed) -> bool:
    """Tell whether a Matrix server answered, rather than what stands in its place while it is down.

    Many servers do not answer in JSON that they lack an endpoint: what they do have can still be asked for.
    """
    if isinstance(failure, PeerRefused):
        return failure.status < 500 and (bool(failure.errcode) or failure.status in NO_SUCH_ENDPOINT)
    return isinstance(failure, PeerAnsweredBadly)
