"""The note that both devices read and replace, on a server that knows nothing of what it says."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp

from client_desktop.core.accounts.qr.errors import QrExpired, QrFailed
from client_desktop.core.accounts.web import WebAnswer, checked_url, is_loopback, send
from client_desktop.core.errors import BadAnswer, ClientError

CREATE: Final = "/_matrix/client/unstable/org.matrix.msc4108/rendezvous"
MAX_BYTES: Final = 4096
POLL_S: Final = 1.0
LIFETIME_S: Final = 15 * 60.0

_TEXT: Final = {"Content-Type": "text/plain"}


class Rendezvous:
    """One note, as one of its two sides sees it."""

    def __init__(
        self, http: aiohttp.ClientSession, url: str, etag: str | None = None, poll_s: float = POLL_S
    ) -> None:
        self._http = http
        self.url = url
        self._etag = etag
        self._poll_s = poll_s

    @classmethod
    async def create(
        cls, http: aiohttp.ClientSession, homeserver_url: str, poll_s: float = POLL_S
    ) -> Rendezvous:
        """Begin an empty note.

        Raises: QrFailed where the server has none, ClientError.
        """
        answer = await send(http, "POST", homeserver_url + CREATE, data=b"", headers=_TEXT)
        if answer.status not in (200, 201):
            raise QrFailed(f"no rendezvous: {answer.status}")
        url = answer.json().get("url")
        plain_http = isinstance(url, str) and is_loopback(url)
        return cls(http, checked_url(url, "the rendezvous", plain_http=plain_http), _etag(answer), poll_s)

    async def send(self, text: str) -> None:
        """Replace the note.

        Raises: QrExpired, QrFailed, ClientError.
        """
        if self._etag is None:
            await self._look()
        headers = {**_TEXT, "If-Match": self._etag or ""}
        answer = await send(self._http, "PUT", self.url, data=text.encode(), headers=headers)
        if answer.status not in (200, 202, 204):
            raise _refused(answer)
        self._etag = _etag(answer)

    async def receive(self) -> str:
        """Wait until the other side has replaced the note, and return it.

        Raises: QrExpired, QrFailed, ClientError.
        """
        try:
            async with asyncio.timeout(LIFETIME_S):
                while (text := await self._look()) is None:
                    await asyncio.sleep(self._poll_s)
        except TimeoutError:
            raise QrExpired("nobody came") from None
        return text

    async def close(self) -> None:
        """Delete the note; it expires by itself where that fails."""
        try:
            await send(self._http, "DELETE", self.url)
        except ClientError:
            return

    async def _look(self) -> str | None:
        """Read the note; None where it is the one we know."""
        headers = {} if self._etag is None else {"If-None-Match": self._etag}
        answer = await send(self._http, "GET", self.url, headers=headers)
        if answer.status == 304:
            return None
        if answer.status != 200:
            raise _refused(answer)
        self._etag = _etag(answer)
        if len(answer.body) > MAX_BYTES:
            raise BadAnswer("a note that is too long")
        return answer.body.decode("ascii", "replace") or None


def _etag(answer: WebAnswer) -> str:
    etag = answer.headers.get("ETag")
    if not etag:
        raise BadAnswer("a note without revision")
    return etag


def _refused(answer: WebAnswer) -> QrFailed:
    if answer.status == 404:
        return QrExpired("the note is gone")
    return QrFailed(f"the rendezvous answers {answer.status}")
