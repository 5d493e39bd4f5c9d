"""The server's own two pages: where one is, and making an account with a registration token.

They are package data, need nothing from elsewhere, and run no inline code.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import web

from homeserver.errors import NotFound
from homeserver.http.routing import Routes, path_param

routes = Routes(serve="web")

CONTENT_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
STYLE: Final = "page.css"
ASSETS: Final = frozenset({STYLE, "register.js"})
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@routes.get("/")
async def get_index(request: web.Request) -> web.StreamResponse:
    """Say that a homeserver is here."""
    return _answer("index.html")


@routes.get("/register")
async def get_register(request: web.Request) -> web.StreamResponse:
    """Show the form that makes an account."""
    return _answer("register.html")


@routes.get("/pages/{file}")
async def get_asset(request: web.Request) -> web.StreamResponse:
    """Serve the pages' style and script."""
    name = path_param(request, "file")
    if name not in ASSETS:
        raise NotFound("There is no such file")
    return _answer(name)


def _answer(name: str) -> web.Response:
    content_type = CONTENT_TYPES[name.rpartition(".")[2]]
    return web.Response(body=_read(name), content_type=content_type, charset="utf-8", headers=HEADERS)


@cache
def _read(name: str) -> bytes:
    package = "homeserver.http" if name == STYLE else "homeserver.client_api"  # all pages have one style
    return files(package).joinpath("page_files", name).read_bytes()
