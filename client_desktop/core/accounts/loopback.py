"""A door on this machine through which the system browser hands back what a sign-in gave.

Only 127.0.0.1 listens, for one answer, and only what carries the state of this sign-in is taken: another
program or web page that finds the port cannot slip in an account of its own.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sso-client-login, https://www.rfc-editor.org/rfc/rfc8252
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aiohttp import web


HOST: Final = "127.0.0.1"
PATH: Final = "/callback"
REGISTERED_URI: Final = f"http://{HOST}{PATH}"
"""As it is registered at OAuth servers: any port is accepted then."""
MAX_REQUEST_BYTES: Final = 16 * 1024
_SECURITY: Final = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class BrowserWords:
    """What the browser shows when it is done; words come from the catalogues."""

    title: str
    text: str


class Loopback:
    """One sign-in's door."""

    def __init__(self, words: BrowserWords) -> None:
        self.state = secrets.token_urlsafe(32)
        self.redirect_uri = ""
        """Set once it listens."""
        self._words = words
        self._answer: asyncio.Future[dict[str, str]] = asyncio.get_running_loop().create_future()

    async def answer(self, timeout_s: float) -> Mapping[str, str]:
        """Wait for the browser, and return the parameters it brought.

        Raises: TimeoutError.
        """
        async with asyncio.timeout(timeout_s):
            return await asyncio.shield(self._answer)

    async def handle(self, request: web.Request) -> web.Response:
        from aiohttp import web

        """GET /callback: take the answer, if it is of this sign-in."""
        state = request.query.get("state", "")
        if not hmac.compare_digest(state.encode(), self.state.encode()) or self._answer.done():
            return web.Response(status=400, headers=_SECURITY)
        # A parameter that is there twice is nobody's honest answer: the first counts.
        self._answer.set_result({name: request.query[name] for name in request.query})
        return web.Response(text=_page(self._words), content_type="text/html", headers=_SECURITY)


@asynccontextmanager
async def open_loopback(words: BrowserWords) -> AsyncIterator[Loopback]:
    """Listen on a port of the system's choice until the block ends.

    Raises: OSError.
    """
    from aiohttp import web  # a server, which most starts do without

    door = Loopback(words)
    app = web.Application(client_max_size=MAX_REQUEST_BYTES)
    app.router.add_get(PATH, door.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        _, port = runner.addresses[0]
        door.redirect_uri = f"http://{HOST}:{port}{PATH}"
        yield door
    finally:
        await runner.cleanup()


def _page(words: BrowserWords) -> str:
    title, text = escape(words.title), escape(words.text)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{text}</p></body></html>"
    )
