"""Asking other services for JSON: identity servers, push gateways; and handing push services their bytes.

What bounds it: `ANSWER_WITHIN_S`, `MAX_ANSWER_BYTES`; HTTPS only, no redirects, no cookies, no proxies.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import orjson
from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from federation.transport.addresses import is_address, is_public, open_public_socket
from federation.transport.resolver import Resolver
from homeserver.json_types import JsonObject
from homeserver.outgoing.read_answer import read_answer
from homeserver.outgoing.trust import Trust

ANSWER_WITHIN_S: Final = 8.0
MAX_ANSWER_BYTES: Final = 64 * 1024
MAX_CONNECTIONS: Final = 32


class RemoteFailed(Exception):
    """There was no answer that could be used."""


class RemoteRefused(RemoteFailed):
    """The answer is an error; `errcode` is empty where it names none."""

    def __init__(self, status: int, errcode: str) -> None:
        super().__init__(f"status {status} {errcode}".rstrip())
        self.status = status
        self.errcode = errcode


class JsonClient:
    """A session for requests to hosts that somebody else names. It is opened with the first request."""

    def __init__(self, *, allow_private_addresses: bool, verify_tls: bool, ca_file: Path | None) -> None:
        self._allow_private = allow_private_addresses
        self._verify_tls = verify_tls
        self._ca_file = ca_file
        self._resolver = Resolver()
        self._session: ClientSession | None = None

    async def get(self, url: str, query: Mapping[str, str] | None = None, token: str = "") -> JsonObject:
        """Ask for a JSON object. Raises RemoteFailed, RemoteRefused."""
        return await self._ask("GET", url, query, None, f"Bearer {token}" if token else "")

    async def post(
        self, url: str, body: JsonObject, token: str = "", *, authorization: str = ""
    ) -> JsonObject:
        """Send a JSON object and return the one that is answered, with a token or a header made elsewhere.

        Raises: RemoteFailed, RemoteRefused.
        """
        header = f"Bearer {token}" if token else authorization
        return await self._ask("POST", url, None, orjson.dumps(body), header)

    async def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """POST bytes, and return the status of the answer, which is all that is read. Raises RemoteFailed."""
        checked = self._check(url)
        session = self._session = self._session or self._open()
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN_S),
                session.post(checked, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return response.status
        except (ClientError, OSError, ValueError) as error:
            raise RemoteFailed(f"{checked.host} cannot be asked: {type(error).__name__}") from error

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
        await self._resolver.close()

    async def _ask(
        self, method: str, text: str, query: Mapping[str, str] | None, body: bytes | None, authorization: str
    ) -> JsonObject:
        url = self._check(text).update_query(query or {})
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if authorization:
            headers["Authorization"] = authorization
        session = self._session = self._session or self._open()
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN_S),
                session.request(method, url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                raw = await read_answer(response.content, MAX_ANSWER_BYTES)
                return _decode(response.status, raw)
        except (ClientError, OSError, ValueError) as error:  # a TimeoutError is an OSError
            raise RemoteFailed(f"{url.host} cannot be asked: {type(error).__name__}") from error

    def _check(self, text: str) -> URL:
        """Return a URL. Raises RemoteFailed where it is none that may be asked."""
        try:
            url = URL(text)
        except ValueError as error:
            raise RemoteFailed("This is not a URL") from error
        if url.scheme != "https" or not url.host or url.user is not None or url.password is not None:
            raise RemoteFailed("Only https:// URLs without credentials are asked")
        if not self._allow_private and is_address(url.host) and not is_public(url.host):
            raise RemoteFailed("The address is in a private network")
        return url

    def _open(self) -> ClientSession:
        return ClientSession(
            connector=TCPConnector(
                ssl=Trust(self._ca_file, self._verify_tls).context(),
                resolver=self._resolver,
                socket_factory=None if self._allow_private else open_public_socket,
                limit=MAX_CONNECTIONS,
            ),
            timeout=ClientTimeout(total=ANSWER_WITHIN_S),
            cookie_jar=DummyCookieJar(),
        )


def _decode(status: int, raw: bytes) -> JsonObject:
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError:
        answer = None
    if status != 200:
        errcode = answer.get("errcode") if isinstance(answer, dict) else None
        raise RemoteRefused(status, errcode if isinstance(errcode, str) else "")
    if not isinstance(answer, dict):
        raise RemoteFailed("The answer is not a JSON object")
    return answer
