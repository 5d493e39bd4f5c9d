"""Asking identity providers.

What bounds it: `ANSWER_WITHIN_S`, `MAX_ANSWER_BYTES`, `MAX_CONNECTIONS`; no redirects, no cookies, no
proxies. Providers are named by the operator, so they may be in a private network.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

import orjson
from aiohttp import ClientError, ClientSession, DummyCookieJar, TCPConnector

from homeserver.json_types import JsonObject
from homeserver.outgoing.read_answer import read_answer
from homeserver.sso.errors import ProviderFailed

ANSWER_WITHIN_S: Final = 10.0
MAX_ANSWER_BYTES: Final = 256 * 1024
MAX_CONNECTIONS: Final = 16


class ProviderClient:
    """A session for requests to providers. It is opened with the first request."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    async def get(self, url: str, token: str = "") -> JsonObject:
        """Ask for a JSON object. Raises ProviderFailed."""
        return await self._ask("GET", url, {"Authorization": f"Bearer {token}"} if token else {})

    async def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> JsonObject:
        """Send a form and return the JSON object that is answered. Raises ProviderFailed."""
        return await self._ask("POST", url, headers, form)

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], form: Mapping[str, str] | None = None
    ) -> JsonObject:
        session = self._session = self._session or ClientSession(
            connector=TCPConnector(limit=MAX_CONNECTIONS), cookie_jar=DummyCookieJar()
        )
        sent = {"Accept": "application/json", **headers}
        try:
            async with (
                asyncio.timeout(ANSWER_WITHIN_S),
                session.request(method, url, data=form, headers=sent, allow_redirects=False) as response,
            ):
                raw = await read_answer(response.content, MAX_ANSWER_BYTES)
        except (ClientError, OSError, ValueError) as error:  # a TimeoutError is an OSError
            raise ProviderFailed(f"{method} {url}: {type(error).__name__}: {error}") from error
        if response.status != 200:
            raise ProviderFailed(f"{method} {url}: status {response.status}")
        return _decode(raw, f"{method} {url}")


def _decode(raw: bytes, asked: str) -> JsonObject:
    try:
        answer = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ProviderFailed(f"{asked}: the answer is not JSON") from error
    if not isinstance(answer, dict):
        raise ProviderFailed(f"{asked}: the answer is not a JSON object")
    return answer
