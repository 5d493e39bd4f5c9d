"""The web client: its pages, its files, and what it has to know of this server before anybody signs in.

The client is one page, whichever path of its own is asked for; what was built is in `client_web.FILES`. Files
below `/code` have their content's hash in their names and are kept by browsers for good.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from client_web import FILES
from homeserver import __version__
from homeserver.client_api.capabilities import web_push_capability
from homeserver.config import Settings
from homeserver.errors import NotFound, Unrecognized
from homeserver.http.context import services
from homeserver.http.html_pages import html_page
from homeserver.http.params import json_response
from homeserver.http.routing import Routes, path_param
from homeserver.json_types import JsonObject
from homeserver.pushers.pusher import GATEWAY_PATH

routes = Routes("web", cors=False)

INDEX: Final = "index.html"
PAGES: Final = frozenset({"login", "register", "chat", "settings", "account", "admin"})
"""What the client's own paths begin with; it says itself what is wrong with any other."""

CONTENT_TYPES: Final = {
    ".css": "text/css", ".html": "text/html", ".ico": "image/x-icon", ".js": "text/javascript",
    ".json": "application/json", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain",
    ".wasm": "application/wasm", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
}  # fmt: skip

CODE: Final = "code"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
FOR_A_DAY: Final = "public, max-age=86400"
ASK_AGAIN: Final = "no-cache"


@routes.get("/")
async def get_start(request: web.Request) -> web.StreamResponse:
    """Show the client."""
    return _page(request)


@routes.get("/config.json")
async def get_config(request: web.Request) -> web.StreamResponse:
    """Tell the client where it is."""
    here = services(request)
    settings = here.settings
    known: JsonObject = {
        "server_name": settings.server_name,
        "base_url": settings.public_baseurl,
        "version": __version__,
        "homeservers": list(settings.web.homeservers),
        "registration": settings.registration.mode,
    }
    web_push = web_push_capability(here.pushers.ctx.vapid)
    if settings.push.gateway and web_push["enabled"]:
        # For accounts of other servers, which know nothing of this one's key.
        gateway = f"{settings.base_url}{GATEWAY_PATH}"
        known["web_push"] = {"vapid": web_push["vapid"], "gateway": gateway}
    response = json_response(known)
    response.headers["Cache-Control"] = ASK_AGAIN
    return response


@routes.get("/{page}")
async def get_page_or_file(request: web.Request) -> web.StreamResponse:
    """Show a page of the client, or serve one of the few files that have no folder."""
    name = path_param(request, "page")
    if name in _files() and name != INDEX:
        return _file(name, ASK_AGAIN)
    if name.startswith(("_", ".")):
        raise Unrecognized(f"There is nothing at {request.path}")
    return _page(request, status=200 if name in PAGES else 404)


@routes.get("/chat/{path*}")
@routes.get("/settings/{path*}")
@routes.get("/account/{path*}")
@routes.get("/admin/{path*}")
async def get_page(request: web.Request) -> web.StreamResponse:
    """Show a page of the client."""
    return _page(request)


@routes.get("/assets/{path*}")
async def get_asset(request: web.Request) -> web.StreamResponse:
    """Serve a picture."""
    return _file(f"assets/{path_param(request, 'path')}", FOR_A_DAY)


@routes.get("/code/{path*}")
async def get_code(request: web.Request) -> web.StreamResponse:
    """Serve a file whose name tells one build of it from another."""
    return _file(f"{CODE}/{path_param(request, 'path')}", FOR_GOOD)


def _page(request: web.Request, status: int = 200) -> web.StreamResponse:
    if INDEX not in _files():
        return html_page("homeserver.client_api", "web_client_missing", title="Parlour", status=503)
    response = _file(INDEX, ASK_AGAIN)
    response.set_status(status)
    response.headers["Content-Security-Policy"] = security_policy(services(request).settings)
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=()"
    response.headers["X-Frame-Options"] = "DENY"
    return response


def _file(name: str, cache_control: str) -> web.FileResponse:
    """Answer with a file that was built, compressed if the browser takes that. Raises: NotFound."""
    file = _files().get(name)
    if file is None:
        raise NotFound("There is no such file")
    headers = {
        "Content-Type": CONTENT_TYPES[file.suffix],
        "Cache-Control": cache_control,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(file, headers=headers)


def _files() -> dict[str, Path]:
    """Return the files that were built, as they are now; nothing else is ever served."""
    try:
        built_ns = (FILES / INDEX).stat().st_mtime_ns
    except OSError:
        return {}
    return _files_of(built_ns)


@lru_cache(maxsize=1)
def _files_of(built_ns: int) -> dict[str, Path]:
    return {
        file.relative_to(FILES).as_posix(): file
        for file in FILES.rglob("*")
        if file.suffix in CONTENT_TYPES and file.is_file()
    }


def security_policy(settings: Settings) -> str:
    """Return what the client's page may load: of this server only, and talk to homeservers.

    The operator's `web.homeservers` are then the only ones beside this one; else it may be any over TLS,
    since people choose their server by its name.
    """
    homeservers = settings.web.homeservers
    others = (
        [source for url in homeservers for source in _sources(url)] if homeservers else ["https:", "wss:"]
    )
    directives = {
        "default-src": "'none'",
        "script-src": "'self' 'wasm-unsafe-eval'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        "img-src": "'self' blob:",
        "media-src": "'self' blob:",
        "connect-src": " ".join(["'self'", *others]),
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


def _sources(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.netloc}",
        f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}",
    )
