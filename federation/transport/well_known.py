"""`/.well-known/matrix/server`: to which server a domain delegates.

What bounds it: `MAX_REDIRECTS`, `MAX_BYTES`, `WITHIN_S`; HTTPS only, also after a redirect. What comes of it
is kept as the answer's headers say, between `SHORTEST_MS` and `LONGEST_MS`; a failure first for
`FIRST_FAILURE_MS`, twice as long each time, at most `LONGEST_FAILURE_MS`.

Spec: https://spec.matrix.org/v1.19/server-server-api/#resolving-server-names (step 3)
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

from aiohttp import ClientError, ClientResponse
from yarl import URL

from federation.protocol.canonical_json import decode_json
from federation.protocol.errors import ProtocolError
from federation.protocol.ids import ServerName, parse_server_name
from federation.transport.coalesce import AgingCache, Coalesced
from federation.transport.connections import Connections, explain, read_body

PATH: Final = "/.well-known/matrix/server"
MAX_REDIRECTS: Final = 5
MAX_BYTES: Final = 50 * 1024
WITHIN_S: Final = 10.0
MAX_KEPT: Final = 20_000

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
SHORTEST_MS: Final = 5 * MINUTE_MS
USUAL_MS: Final = 24 * HOUR_MS
LONGEST_MS: Final = 48 * HOUR_MS
FIRST_FAILURE_MS: Final = MINUTE_MS
LONGEST_FAILURE_MS: Final = HOUR_MS

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_AGE: Final = re.compile(r"max-age\s*=\s*\"?([0-9]{1,10})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WellKnown:
    """What a domain's file says: the server it delegates to, or why there is no such word.

    `fetched_ms` is when the delegation was read; a failure after it leaves it in place for a while.
    """

    delegated: ServerName | None
    problem: str = ""
    fetched_ms: int = 0
    failures: int = 0


class _Unusable(Exception):
    """There is no delegation. `passing` says that it may be there the next time."""

    def __init__(self, problem: str, *, passing: bool = False) -> None:
        super().__init__(problem)
        self.passing = passing


class WellKnownFiles:
    """The files of other domains, kept for as long as they should be."""

    def __init__(self, connections: Connections, now_ms: Callable[[], int]) -> None:
        self._connections = connections
        self._now_ms = now_ms
        self._kept: AgingCache[str, WellKnown] = AgingCache(MAX_KEPT, now_ms)
        self._fetches = Coalesced(self._fetch, "well-known of")

    async def look_up(self, host: str) -> WellKnown:
        """Return what the file of a host says. Never fails: a problem is an answer, too."""
        return self._kept.get(host) or await self._fetches.run(host)

    async def close(self) -> None:
        """Stop what is being fetched."""
        await self._fetches.close()

    async def _fetch(self, host: str) -> WellKnown:
        before = self._kept.get_expired(host) or WellKnown(None)
        now_ms = self._now_ms()
        try:
            async with asyncio.timeout(WITHIN_S):
                delegated, kept_for_ms = await self._follow(URL.build(scheme="https", host=host, path=PATH))
            found = WellKnown(delegated, fetched_ms=now_ms)
        except (_Unusable, ClientError, OSError, ValueError) as error:
            found = _after_failure(before, error, now_ms)
            kept_for_ms = min(FIRST_FAILURE_MS << min(found.failures - 1, 16), LONGEST_FAILURE_MS)
        self._kept.put(host, found, now_ms + kept_for_ms)
        return found

    async def _follow(self, url: URL) -> tuple[ServerName, int]:
        for _ in range(MAX_REDIRECTS + 1):
            async with self._connections.request("GET", url) as response:
                if response.status not in _REDIRECTS:
                    return await self._read(response)
                url = _redirected(url, response.headers)
        raise _Unusable(f"more than {MAX_REDIRECTS} redirects")

    async def _read(self, response: ClientResponse) -> tuple[ServerName, int]:
        if response.status != 200:
            raise _Unusable(f"status {response.status}", passing=response.status >= 500)
        body = await read_body(response, MAX_BYTES)
        return _delegated(body), _kept_for_ms(response.headers, self._now_ms())


def _after_failure(before: WellKnown, error: Exception, now_ms: int) -> WellKnown:
    """Return what counts after a failure: for a while the last good word, unless it was taken back."""
    passing = error.passing if isinstance(error, _Unusable) else isinstance(error, ClientError | OSError)
    stands = passing and before.delegated is not None and now_ms < before.fetched_ms + LONGEST_MS
    delegated = before.delegated if stands else None
    return WellKnown(delegated, explain(error), before.fetched_ms, before.failures + 1)


def _redirected(url: URL, headers: Mapping[str, str]) -> URL:
    target = url.join(URL(headers.get("Location", "")))
    if target.scheme != "https" or not target.host or target.user is not None or target.password is not None:
        raise _Unusable(f"a redirect to {target.human_repr()[:200]}, which is not followed")
    return target.with_fragment(None)


def _delegated(body: bytes) -> ServerName:
    try:
        content = decode_json(body)
        name = content.get("m.server") if isinstance(content, dict) else None
        if not isinstance(name, str):
            raise _Unusable("it has no m.server")
        return parse_server_name(name)
    except ProtocolError as error:
        raise _Unusable(str(error)) from error


def _kept_for_ms(headers: Mapping[str, str], now_ms: int) -> int:
    return max(SHORTEST_MS, min(_lifetime_ms(headers, now_ms), LONGEST_MS))


def _lifetime_ms(headers: Mapping[str, str], now_ms: int) -> int:
    control = headers.get("Cache-Control", "")
    if "no-store" in control.lower() or "no-cache" in control.lower():
        return 0
    if match := _MAX_AGE.search(control):
        return int(match[1]) * 1000
    if "Expires" in headers:
        try:
            return int(parsedate_to_datetime(headers["Expires"]).timestamp() * 1000) - now_ms
        except (ValueError, OverflowError):
            return 0  # as HTTP says of what is no date
    return USUAL_MS
