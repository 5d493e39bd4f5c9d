"""Requests to addresses that are not (yet) an account's server: discovery, OAuth endpoints, rendezvous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

import aiohttp
import orjson
from multidict import CIMultiDictProxy

from client_desktop.core.api.answers import decode_object, network_errors, read_bounded
from client_desktop.core.errors import BadAnswer
from client_desktop.core.json_types import JsonObject

MAX_BYTES: Final = 1024**2
TIMEOUT_S: Final = 20.0
MAX_REDIRECTS: Final = 5
MAX_URL_CHARACTERS: Final = 2048
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """What came back, whatever its status."""

    status: int
    body: bytes
    headers: CIMultiDictProxy[str]

    def json(self) -> JsonObject:
        """Return the body as an object.

        Raises: BadAnswer.
        """
        return decode_object(self.body)


async def send(
    session: aiohttp.ClientSession,
    method: str,
    url: str,
    *,
    form: dict[str, str] | None = None,
    json: JsonObject | None = None,
    data: bytes | None = None,
    headers: dict[str, str] | None = None,
    follow: bool = False,
    timeout_s: float = TIMEOUT_S,
) -> WebAnswer:
    """Send one request without an access token.

    A redirect is an answer unless `follow`; none leads from https to http.

    Raises: NetworkUnavailable, CertificateRefused; BadAnswer for one larger than `MAX_BYTES`.
    """
    sent = dict(headers or {})
    if json is not None:
        data, sent["Content-Type"] = orjson.dumps(json), "application/json"
    timeout = aiohttp.ClientTimeout(total=timeout_s)
    body = form if form is not None else data
    for _ in range(MAX_REDIRECTS + 1):
        with network_errors():
            async with session.request(
                method, url, data=body, headers=sent, allow_redirects=False, timeout=timeout
            ) as response:
                location = response.headers.get("Location")
                if not follow or not 300 <= response.status < 400 or location is None:
                    return WebAnswer(
                        response.status, await read_bounded(response, MAX_BYTES), response.headers
                    )
        url = checked_url(urljoin(url, location), "a redirect", plain_http=url.startswith("http:"))
    raise BadAnswer("redirects without end")


def checked_url(value: object, what: str, *, plain_http: bool = False) -> str:
    """Return an address that a server named, if tokens may be sent there: https, or http where allowed.

    Raises: BadAnswer.
    """
    if not isinstance(value, str) or len(value) > MAX_URL_CHARACTERS or not value.isprintable():
        raise BadAnswer(f"{what} is no address")
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise BadAnswer(f"{what} is no address") from None
    schemes = {"https", "http"} if plain_http else {"https"}
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None or not port_is_fine:
        raise BadAnswer(f"{what} is no address to send anything to")
    return value


def is_loopback(url: str) -> bool:
    """Whether an address is of this machine."""
    try:
        return (urlsplit(url).hostname or "") in LOOPBACK_HOSTS
    except ValueError:
        return False
