"""Reading pages and pictures from hosts that anybody names.

What bounds it: the addresses of `AddressPolicy`, asked for every connection; http and https alone, no
credentials, no ports of other protocols; at most `MAX_REDIRECTS`, each checked like the first URL;
`ANSWER_WITHIN_S` for everything together; at most the asked number of bytes, counted after unpacking, and no
more are unpacked. No cookies, no referrer, no proxies.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from federation.transport.addresses import is_address
from federation.transport.resolver import Resolver
from homeserver.outgoing.address_policy import AddressPolicy
from homeserver.outgoing.trust import Trust

ANSWER_WITHIN_S: Final = 15.0
SILENT_FOR_S: Final = 8.0
MAX_REDIRECTS: Final = 5
MAX_URL_CHARS: Final = 2_048
MAX_CONNECTIONS: Final = 16
MAX_CONNECTIONS_PER_HOST: Final = 4
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

# Where other protocols are spoken: https://fetch.spec.whatwg.org/#port-blocking
BAD_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102),
        *(103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512),
        *(
            513,
            514,
            515,
            526,
            530,
            531,
            532,
            540,
            548,
            554,
            556,
            563,
            587,
            601,
            636,
            989,
            990,
            993,
            995,
            1719,
        ),
        *(
            1720,
            1723,
            2049,
            3659,
            4045,
            4190,
            5060,
            5061,
            6000,
            6566,
            6665,
            6666,
            6667,
            6668,
            6669,
            6679,
            6697,
        ),
        10080,
    }
)


class FetchFailed(Exception):
    """There was nothing that could be used; the message is for the log, not for who asked."""


class Answer:
    """What a URL led to; `media_type` is in lower case. The body can be read once, and within the block."""

    def __init__(self, response: ClientResponse) -> None:
        self._response = response
        self.url = response.url
        self.media_type = response.content_type.lower()
        self.charset = response.charset

    async def read(self, max_bytes: int, *, cut: bool = False) -> bytes:
        """Return the whole body. Raises FetchFailed where it is longer, unless the rest is to be cut off."""
        return b"".join([chunk async for chunk in self.chunks(max_bytes, cut=cut)])

    def chunks(self, max_bytes: int, *, cut: bool = False) -> AsyncIterator[bytes]:
        """Return the body piece by piece, as `read`."""
        return _unpacked(self._response, max_bytes, cut=cut)


class WebClient:
    """A session of its own, opened with the first request."""

    def __init__(
        self,
        policy: AddressPolicy,
        user_agent: str,
        denied_hosts: Collection[str] = frozenset(),
        trust: Trust | None = None,
    ) -> None:
        self._policy = policy
        self._trust = trust or Trust()
        self._user_agent = user_agent
        self._denied_hosts = frozenset(host.lower().strip(".") for host in denied_hosts)
        self._resolver = Resolver()
        self._session: ClientSession | None = None

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()
        await self._resolver.close()

    @asynccontextmanager
    async def open(self, url: str, *, accept: str, language: str) -> AsyncIterator[Answer]:
        """Ask for a URL and follow where it leads, for the length of the block, which is bounded.

        Raises: FetchFailed.
        """
        headers = {
            "User-Agent": self._user_agent,
            "Accept": accept,
            "Accept-Language": language,
            "Accept-Encoding": "gzip, deflate",
        }
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                response = await self._follow(self.check(url), headers)
                async with response:
                    yield Answer(response)
        except (ClientError, OSError, ValueError, zlib.error) as error:  # a TimeoutError is an OSError
            raise FetchFailed(f"{type(error).__name__}: {error}") from error

    def check(self, text: str) -> URL:
        """Return a URL. Raises FetchFailed where it is none that may be asked."""
        try:
            url = URL(text)
            port = url.port
        except ValueError as error:
            raise FetchFailed("This is not a URL") from error
        if len(text) > MAX_URL_CHARS or url.scheme not in ("http", "https") or not url.host:
            raise FetchFailed("Only http:// and https:// URLs are asked")
        if url.user is not None or url.password is not None or port in BAD_PORTS:
            raise FetchFailed("A URL with credentials, or with a port of another protocol")
        if is_address(url.host) and not self._policy.permits(url.host):
            raise FetchFailed("The address may not be connected to")
        if self._is_denied(url.host):
            raise FetchFailed("The host is denied by the configuration")
        return url.with_fragment(None)

    def _is_denied(self, host: str) -> bool:
        labels = host.lower().strip(".").split(".")
        return any(".".join(labels[start:]) in self._denied_hosts for start in range(len(labels)))

    async def _follow(self, url: URL, headers: dict[str, str]) -> ClientResponse:
        session = self._session = self._session or self._open_session()
        for _ in range(MAX_REDIRECTS + 1):
            response = await session.get(url, headers=headers, allow_redirects=False)
            if response.status == 200:
                return response
            location = response.headers.get("Location")
            response.close()
            if response.status not in REDIRECTS or location is None:
                raise FetchFailed(f"{url.host} answers {response.status}")
            url = self.check(str(url.join(URL(location))))
        raise FetchFailed(f"{url.host} redirects too often")

    def _open_session(self) -> ClientSession:
        connector = TCPConnector(
            ssl=self._trust.context(),
            resolver=self._resolver,
            socket_factory=self._policy.open_socket,
            limit=MAX_CONNECTIONS,
            limit_per_host=MAX_CONNECTIONS_PER_HOST,
            force_close=True,
        )
        timeout = ClientTimeout(total=None, sock_connect=SILENT_FOR_S, sock_read=SILENT_FOR_S)
        return ClientSession(
            connector=connector, timeout=timeout, cookie_jar=DummyCookieJar(), auto_decompress=False
        )


async def _unpacked(response: ClientResponse, max_bytes: int, *, cut: bool) -> AsyncIterator[bytes]:
    """Yield at most `max_bytes` of the body as it was before it was packed."""
    unpack = _unpacker(response.headers.get("Content-Encoding", "identity").strip().lower())
    left = max_bytes
    async for chunk in response.content.iter_any():
        for part in unpack(chunk, left + 1):
            left -= len(part)
            if left < 0 and not cut:
                raise FetchFailed("The body is too long")
            yield part[:left] if left < 0 else part
            if left <= 0 and cut:
                return


class _Plain:
    def __call__(self, chunk: bytes, at_most: int) -> list[bytes]:
        return [chunk]


class _Zipped:
    """Unpacks gzip and deflate, never more at once than may be used."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=47)

    def __call__(self, chunk: bytes, at_most: int) -> list[bytes]:
        parts: list[bytes] = []
        while at_most > 0 and (chunk or not parts):
            part = self._unpacker.decompress(chunk, at_most)
            parts.append(part)
            at_most -= len(part)
            chunk = self._unpacker.unconsumed_tail
        return parts


def _unpacker(encoding: str) -> _Plain | _Zipped:
    if encoding in ("", "identity"):
        return _Plain()
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _Zipped()
    raise FetchFailed("The body is packed in a way that was not asked for")
