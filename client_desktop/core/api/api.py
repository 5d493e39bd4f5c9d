"""One homeserver, spoken to as one account or as nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import IO, TypeAlias, TypeVar

import aiohttp
import orjson
from yarl import URL

from client_desktop.core.api.answers import (
    MAX_JSON_BYTES,
    decode_list,
    network_errors,
    read_body,
    read_json,
    read_refusal,
)
from client_desktop.core.api.backoff import backoff_s
from client_desktop.core.api.live import LiveRequests
from client_desktop.core.api.paths import Query, encode_query
from client_desktop.core.api.tokens import TokenSource
from client_desktop.core.errors import (
    ClientError,
    MatrixError,
    NetworkUnavailable,
    RateLimited,
    TokenRejected,
)
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject

TIMEOUT_S = 30.0
ATTEMPTS = 4
LONGEST_WAIT_S = 30.0
"""A server that asks for more patience than this is told to the user instead."""

T = TypeVar("T")
Body: TypeAlias = ReadonlyJsonObject | None
RawBody: TypeAlias = bytes | IO[bytes] | AsyncIterable[bytes] | None


class Api:
    """Send requests to one homeserver; answers are JSON objects, refusals `ClientError`s.

    Without `tokens` it speaks as nobody. An access token that is refused is renewed once, for all requests
    that wait, and the request repeated.
    """

    def __init__(
        self, base_url: str, session: aiohttp.ClientSession, tokens: TokenSource | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = session
        self.tokens = tokens
        self.live = LiveRequests()
        """What some requests may go over, while sync keeps a connection open."""
        self._refreshing = asyncio.Lock()

    async def get(
        self,
        path: str,
        query: Query | None = None,
        *,
        auth: bool = True,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
        max_bytes: int = MAX_JSON_BYTES,
    ) -> JsonObject:
        return await self.request(
            "GET", path, None, query, auth=auth, timeout_s=timeout_s, retry=retry, max_bytes=max_bytes
        )

    async def get_list(
        self,
        path: str,
        query: Query | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
    ) -> list[object]:
        """Ask for one of the few things that are answered with a list.

        Raises: ClientError.
        """
        body = await self._attempt("GET", path, None, query, read_body, True, timeout_s, retry)
        return decode_list(body)

    async def post(
        self,
        path: str,
        body: Body = None,
        query: Query | None = None,
        *,
        auth: bool = True,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
    ) -> JsonObject:
        return await self.request(
            "POST", path, body or {}, query, auth=auth, timeout_s=timeout_s, retry=retry
        )

    async def put(
        self,
        path: str,
        body: Body = None,
        query: Query | None = None,
        *,
        auth: bool = True,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
    ) -> JsonObject:
        return await self.request("PUT", path, body or {}, query, auth=auth, timeout_s=timeout_s, retry=retry)

    async def delete(
        self,
        path: str,
        body: Body = None,
        query: Query | None = None,
        *,
        auth: bool = True,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
    ) -> JsonObject:
        return await self.request("DELETE", path, body, query, auth=auth, timeout_s=timeout_s, retry=retry)

    async def request(
        self,
        method: str,
        path: str,
        body: Body = None,
        query: Query | None = None,
        *,
        auth: bool = True,
        timeout_s: float = TIMEOUT_S,
        retry: bool = False,
        max_bytes: int = MAX_JSON_BYTES,
    ) -> JsonObject:
        """Send one request and read its JSON answer; `path` is encoded already (`path()`).

        `timeout_s` bounds each attempt. `retry`: the request is idempotent and worth several attempts when
        the network, the server or its rate limit is in the way.

        Raises: ClientError.
        """
        data = None if body is None else orjson.dumps(body)
        read = partial(read_json, limit=max_bytes)
        return await self._attempt(method, path, data, query, read, auth, timeout_s, retry)

    async def _attempt(
        self,
        method: str,
        path: str,
        data: bytes | None,
        query: Query | None,
        read: Callable[[aiohttp.ClientResponse], Awaitable[T]],
        auth: bool,
        timeout_s: float,
        retry: bool,
    ) -> T:
        attempt = 0
        while True:
            try:
                async with self.stream(
                    method, path, query, data, content_type="application/json", auth=auth, timeout_s=timeout_s
                ) as response:
                    return await read(response)
            except ClientError as error:
                delay_s = _delay_before_retry_s(error, attempt) if retry else None
                if delay_s is None:
                    raise
            attempt += 1
            await asyncio.sleep(delay_s)

    @asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        data: RawBody = None,
        *,
        content_type: str = "application/octet-stream",
        auth: bool = True,
        timeout_s: float | None = TIMEOUT_S,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send a request whose body or answer is no JSON; the answer is read, and bounded, by the caller.

        `timeout_s` bounds everything from the first byte sent to the end of the block; None leaves that to
        the caller. A body that is an iterable or a file is not sent again after a token was renewed.

        Raises: ClientError, for a status of 400 or more as for what the network does, inside the block too.
        """
        all_headers = dict(headers or {})
        if data is not None:
            all_headers["Content-Type"] = content_type
        with network_errors():
            async with asyncio.timeout(timeout_s):
                response = await self._send(method, path + encode_query(query), data, all_headers, auth)
                async with response:
                    if response.status >= 400:
                        raise await read_refusal(response)
                    yield response

    async def _send(
        self, method: str, path: str, data: RawBody, headers: dict[str, str], auth: bool
    ) -> aiohttp.ClientResponse:
        """Send, and once more with a new token where the first is refused."""
        tokens = self.tokens if auth else None
        if tokens is None:
            return await self._send_once(method, path, data, headers, None)
        token = tokens.access_token
        response = await self._send_once(method, path, data, headers, token)
        if response.status != 401:
            return response
        async with response:
            error = await read_refusal(response)
        repeatable = data is None or isinstance(data, bytes)
        if not isinstance(error, TokenRejected) or not await self._renew(tokens, token) or not repeatable:
            raise error
        return await self._send_once(method, path, data, headers, tokens.access_token)

    async def _send_once(
        self, method: str, path: str, data: RawBody, headers: dict[str, str], token: str | None
    ) -> aiohttp.ClientResponse:
        if token is not None:
            headers = {**headers, "Authorization": f"Bearer {token}"}
        return await self.session.request(
            method, self.url(path), data=data, headers=headers, timeout=aiohttp.ClientTimeout(total=None)
        )

    def url(self, path: str) -> URL:
        """Give the address of an encoded path."""
        return URL(self.base_url + path, encoded=True)

    async def renew_token(self) -> bool:
        """Renew the access token now, for those who use it outside requests; tell whether there is one."""
        return self.tokens is not None and await self._renew(self.tokens, self.tokens.access_token)

    async def _renew(self, tokens: TokenSource, refused: str) -> bool:
        async with self._refreshing:
            if tokens.access_token != refused:  # somebody else has done it while we waited
                return True
            return await tokens.refresh()


def _delay_before_retry_s(error: ClientError, attempt: int) -> float | None:
    """Tell how long to wait before the next attempt; None when there is to be none."""
    if attempt + 1 >= ATTEMPTS:
        return None
    if isinstance(error, RateLimited):
        wait_s = error.retry_after_ms / 1000
        return wait_s if wait_s <= LONGEST_WAIT_S else None
    if isinstance(error, NetworkUnavailable) or (isinstance(error, MatrixError) and error.status >= 500):
        return backoff_s(attempt, first_s=0.5)
    return None
