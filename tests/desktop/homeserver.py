"""A Parlour in this process that can be taken down and comes back at the same address."""

from contextlib import AsyncExitStack
from typing import Self

from homeserver.app import RunningServer, running_server
from homeserver.clock import Clock
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from tests.support.ports import free_port


class Homeserver:
    """A real server. `url` stays the same over `stop()` and `start()`."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = _with_a_port(settings)
        self._clock = clock
        self._stack: AsyncExitStack | None = None
        self._server: RunningServer | None = None
        self.url = ""

    @property
    def services(self) -> Services:
        assert self._server is not None, "the server is down"
        return self._server.services

    async def start(self) -> Self:
        """Bring it up; at the port of the first time."""
        self._stack = AsyncExitStack()
        self._server = await self._stack.enter_async_context(running_server(self._settings, self._clock))
        self.url = self._server.listeners.base_urls[0]
        return self

    async def stop(self) -> None:
        """Take it down, if it is up."""
        stack, self._stack, self._server = self._stack, None, None
        if stack is not None:
            await stack.aclose()


def _with_a_port(settings: Settings) -> Settings:
    """Return settings whose first listener has a port that is free again after each stop.

    The server does not say that port to anybody: where it leads browsers stays what the settings made it.
    """
    first, *others = settings.listeners
    if first.port:
        return settings
    listeners = [first.model_copy(update={"port": free_port()}), *others]
    return settings.model_copy(update={"listeners": listeners, "public_baseurl": settings.base_url})
