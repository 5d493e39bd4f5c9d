"""Requests to application services.

An operator chose their addresses, so private networks are fine. What bounds a request: its time, and
`MAX_ANSWER_BYTES`; no redirects, no cookies, no proxies.

Spec: https://spec.matrix.org/v1.19/application-service-api/#homeserver---application-service-api
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from homeserver.appservices.registration import Registration
from homeserver.clock import Clock
from homeserver.outgoing.read_answer import read_answer
from homeserver.outgoing.trust import Trust

CONNECT_WITHIN_S: Final = 5.0
MAX_ANSWER_BYTES: Final = 1024 * 1024
MAX_CONNECTIONS_EACH: Final = 32

CURRENT: Final = "/_matrix/app/v1"
OLD_THIRD_PARTY: Final = "/_matrix/app/unstable"
LEGACY_FOR_S: Final = 3600.0
"""How long one that knows the old paths only is asked by them, before the current ones are tried again."""


class AppserviceUnreachable(Exception):
    """There was no answer; `timed_out`: not in time."""

    def __init__(self, reason: str, *, timed_out: bool = False) -> None:
        super().__init__(reason)
        self.timed_out = timed_out


@dataclass(frozen=True, slots=True)
class Answer:
    """What an application service answered."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> object:
        """Return the body's JSON; None where it is none."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    @property
    def is_unrecognized(self) -> bool:
        """Whether the path is not known there, as far as the answer tells."""
        if self.status not in (404, 405, 501):
            return False
        said = self.json()
        return not isinstance(said, dict) or said.get("errcode", "M_UNRECOGNIZED") == "M_UNRECOGNIZED"


class AppserviceClient:
    """A session for all application services. It is opened with the first request."""

    def __init__(self, clock: Clock, *, verify_tls: bool = True, ca_file: Path | None = None) -> None:
        self._clock = clock
        self._verify_tls = verify_tls
        self._ca_file = ca_file
        self._legacy_until: dict[str, float] = {}
        self._session: ClientSession | None = None

    async def ask(
        self,
        registration: Registration,
        method: str,
        path: str,
        *,
        within_s: float,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send a request; `path` is percent-encoded and counts from `/_matrix/app/v1`.

        Application services from before the paths had versions are asked by their old paths.

        Raises: AppserviceUnreachable.
        """
        now = self._clock.monotonic()
        if self._legacy_until.get(registration.id, 0.0) > now:
            answer = await self._ask_legacy(registration, method, path, within_s, query, body)
            if not answer.is_unrecognized:
                return answer
            del self._legacy_until[registration.id]
        answer = await self._send(registration, method, CURRENT + path, within_s, query, body)
        if not answer.is_unrecognized or path == "/ping":
            return answer
        legacy = await self._ask_legacy(registration, method, path, within_s, query, body)
        if legacy.is_success:
            self._legacy_until[registration.id] = now + LEGACY_FOR_S
        return answer if legacy.is_unrecognized else legacy

    async def close(self) -> None:
        """End all connections."""
        if self._session is not None:
            await self._session.close()

    async def _ask_legacy(
        self,
        registration: Registration,
        method: str,
        path: str,
        within_s: float,
        query: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Answer:
        """Ask by the old path, which goes with the token in the query."""
        old = OLD_THIRD_PARTY + path if path.startswith("/thirdparty/") else path
        with_token = {**(query or {}), "access_token": registration.hs_token}
        return await self._send(registration, method, old, within_s, with_token, body)

    async def _send(
        self,
        registration: Registration,
        method: str,
        path: str,
        within_s: float,
        query: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Answer:
        url = URL(f"{registration.url}{path}", encoded=True).update_query(query or {})
        headers = {"Authorization": f"Bearer {registration.hs_token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        session = self._session = self._session or self._open_session()
        try:
            async with (
                asyncio.timeout(within_s),
                session.request(method, url, data=body, headers=headers, allow_redirects=False) as response,
            ):
                return Answer(response.status, await read_answer(response.content, MAX_ANSWER_BYTES))
        except TimeoutError as error:
            raise AppserviceUnreachable("there was no answer in time", timed_out=True) from error
        except (ClientError, OSError, ValueError) as error:
            raise AppserviceUnreachable(f"there was no answer: {type(error).__name__}") from error

    def _open_session(self) -> ClientSession:
        return ClientSession(
            connector=TCPConnector(
                ssl=Trust(self._ca_file, self._verify_tls).context(),
                limit=0,
                limit_per_host=MAX_CONNECTIONS_EACH,
            ),
            timeout=ClientTimeout(total=None, sock_connect=CONNECT_WITHIN_S),
            cookie_jar=DummyCookieJar(),
        )
