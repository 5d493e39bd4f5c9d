"""A web site of the test's own, on a loopback address, that notes what it is asked for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from aiohttp import web

Page: TypeAlias = web.Response | Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class WebSite:
    """What is served below `url`, by path, and the requests that came."""

    url: str
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[web.BaseRequest] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.asked]

    def html(self, path: str, page: str) -> str:
        """Serve a page and return its URL."""
        self.pages[path] = web.Response(text=page, content_type="text/html")
        return self.url + path

    def redirect(self, path: str, location: str) -> str:
        """Serve a redirect and return its URL."""
        self.pages[path] = web.Response(status=302, headers={"Location": location})
        return self.url + path


@asynccontextmanager
async def web_site(address: str = "127.0.0.1") -> AsyncIterator[WebSite]:
    """Serve a site for the length of the block."""
    site = WebSite("")

    async def handle(request: web.Request) -> web.StreamResponse:
        site.asked.append(request)
        page = site.pages.get(request.path)
        if callable(page):
            return await page(request)
        if page is None:
            return web.Response(status=404)
        return web.Response(status=page.status, headers=page.headers, body=page.body)

    app = web.Application()
    app.router.add_get("/{path:.*}", handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, address, 0).start()
    port = runner.addresses[0][1]
    site.url = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
    try:
        yield site
    finally:
        await runner.cleanup()
