"""A secret that a browser holds while somebody signs in, so that nobody else can finish what it began."""

import re
from secrets import token_urlsafe
from typing import Final

from aiohttp import web

from homeserver.http.context import services

NAME: Final = "parlour-sign-in"
LIFETIME_S: Final = 3600
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def browser_of(request: web.Request) -> str | None:
    """Return the browser's secret, if it has one."""
    secret = request.cookies.get(_name(request), "")
    return secret if SECRET.fullmatch(secret) else None


def browser_or_new(request: web.Request) -> str:
    """Return the browser's secret, or a new one for `remember_browser`.

    One secret serves all tabs, each of which can be signing in.
    """
    return browser_of(request) or token_urlsafe(32)


def remember_browser(request: web.Request, response: web.StreamResponse, secret: str) -> None:
    """Have the browser hold its secret; scripts cannot read it, and requests from other sites lack it."""
    response.set_cookie(
        _name(request),
        secret,
        max_age=LIFETIME_S,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite="Lax",  # the provider leads the browser back from its own site
    )


def is_secure(request: web.Request) -> bool:
    """Tell whether browsers find this server by https, so that cookies need never go without it."""
    return services(request).settings.base_url.startswith("https:")


def _name(request: web.Request) -> str:
    # With this prefix browsers take the cookie from this very host alone, not from its neighbours.
    return f"__Host-{NAME}" if is_secure(request) else NAME
