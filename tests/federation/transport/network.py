"""A small internet on loopback: names, SRV records, and servers with certificates."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import PROTOCOL_TLS_SERVER, SSLContext, SSLObject, SSLSocket

import trustme
from aiohttp import web
from aiohttp.abc import ResolveResult

from federation.transport.resolver import NameUnresolved, Resolver, Service
from tests.support.authority import Authority

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Names(Resolver):
    """A DNS of the test's own. `ports` say where on loopback a host and port really are."""

    def __init__(self) -> None:
        super().__init__()
        self.ports: dict[tuple[str, int], int] = {}
        self.addresses: dict[str, str] = {}
        self.records: dict[str, list[Service]] = {}
        self.asked: list[str] = []
        self.fails = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        address = self.addresses.get(host, "127.0.0.1")
        if (host, port) not in self.ports and host not in self.addresses:
            raise NameUnresolved(f"{host} has no address")
        real = self.ports.get((host, port), port)
        return [
            ResolveResult(
                hostname=host, host=address, port=real, family=socket.AF_INET, proto=0,
                flags=socket.AI_NUMERICHOST,
            )
        ]  # fmt: skip

    async def services(self, name: str) -> list[Service]:
        self.asked.append(name)
        if self.fails:
            raise NameUnresolved("the name server does not answer")
        return self.records.get(name, [])


@dataclass
class Site:
    """A server with a certificate. `asked` are the host headers and paths of its requests."""

    port: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)
    server_names: list[str | None] = field(default_factory=list)
    answer: Handler | None = None

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.headers["Host"], request.raw_path))
        if self.answer is None:
            return web.json_response({"errcode": "M_NOT_FOUND", "error": "nothing here"}, status=404)
        return await self.answer(request)

    def note_server_name(self, _: SSLSocket | SSLObject, name: str | None, __: SSLContext) -> None:
        self.server_names.append(name)


@asynccontextmanager
async def running_site(
    authority: Authority, *names: str, ca: trustme.CA | None = None
) -> AsyncIterator[Site]:
    """Run a server whose certificate is for some names."""
    site = Site()
    context = SSLContext(PROTOCOL_TLS_SERVER)
    (ca or authority.ca).issue_cert(*names).configure_cert(context)
    context.sni_callback = site.note_server_name
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", site.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    site.port = runner.addresses[0][1]
    try:
        yield site
    finally:
        await runner.cleanup()


def answering(body: object, **headers: str) -> Handler:
    """Return a handler that answers JSON."""

    async def handle(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, headers=headers)

    return handle


def answering_text(text: str | bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Handler:
    """Return a handler that answers anything."""

    async def handle(_: web.Request) -> web.StreamResponse:
        body = text.encode() if isinstance(text, str) else text
        return web.Response(body=body, status=status, headers=headers)

    return handle


async def endless(request: web.Request) -> web.StreamResponse:
    """Answer without an end, as fast as it is read."""
    response = web.StreamResponse()
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await response.write(b" " * 64 * 1024)
        await asyncio.sleep(0)
    return response


async def slow(request: web.Request) -> web.StreamResponse:
    """Answer without an end, a byte now and then."""
    response = web.StreamResponse()
    await response.prepare(request)
    while request.transport is not None and not request.transport.is_closing():
        await response.write(b" ")
        await asyncio.sleep(0.02)
    return response
