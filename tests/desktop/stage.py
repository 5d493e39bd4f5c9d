"""A server that says what a test wants: for what no honest server would say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
from aiohttp import web

from client_desktop.core.accounts.session import Session
from client_desktop.core.json_types import JsonObject

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ME = "@alice:stage.org"


class Stage:
    """Answers each request with `answer`; everything that was asked is kept."""

    def __init__(self) -> None:
        self.answer: Handler = self._empty
        self.asked: list[web.Request] = []
        self.url = ""
        self._news = asyncio.Event()

    async def _empty(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        self._news.set()
        return await self.answer(request)

    async def until_asked(self, end: str, times: int) -> None:
        """Wait until a path with this end has been asked for so often."""
        while sum(request.path.endswith(end) for request in self.asked) < times:
            self._news.clear()
            await self._news.wait()

    def says(self, *answers: web.Response) -> None:
        """Give these answers, one after the other."""
        left = list(answers)

        async def answer(request: web.Request) -> web.StreamResponse:
            return left.pop(0)

        self.answer = answer


class ScriptedHomeserver(Stage):
    """Answers `/sync` with what is put into `syncs`, one after the other; without any it lets wait."""

    def __init__(self, unstable: JsonObject | None = None) -> None:
        super().__init__()
        self.answer = self._route
        self.syncs: asyncio.Queue[object] = asyncio.Queue()
        self.others: dict[str, object] = {}
        """End of a path to what is answered there."""
        self.unstable = unstable or {}

    def session(self) -> Session:
        return Session(ME, "STAGE", self.url, "token")

    async def _route(self, request: web.Request) -> web.StreamResponse:
        if request.path.endswith("/versions"):
            return _json({"versions": ["v1.11"], "unstable_features": self.unstable})
        if request.path.endswith("/sync"):
            return _json(await self.syncs.get())
        for end, body in self.others.items():
            if request.path.endswith(end):
                return _json(await body if isinstance(body, asyncio.Future) else body)
        return web.json_response({"errcode": "M_NOT_FOUND"}, status=404)


@asynccontextmanager
async def on_stage(stage: Stage) -> AsyncIterator[None]:
    """Let it be reached at `stage.url` for the length of the block."""
    app = web.Application(client_max_size=10**8)
    app.router.add_route("*", "/{tail:.*}", stage.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.01)  # 0 would be for ever
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield
    finally:
        await runner.cleanup()


def _json(body: object) -> web.Response:
    if isinstance(body, web.Response):
        return body
    return web.Response(body=orjson.dumps(body), content_type="application/json")
