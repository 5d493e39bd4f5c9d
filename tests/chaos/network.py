"""The network between servers of one process, whose links can be cut and healed.

A link has a direction: who asks whom. A request over a cut link fails; one that is under way when its link
is cut has reached the other server, but its answer is lost. Requests that nobody signs pass.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientConnectionError, ClientResponse
from yarl import URL

from federation.transport.connections import Connections

_ORIGIN = re.compile(r'origin="?([^",]+)')


class Network:
    """Which links are cut, as pairs of the server that asks and the one that is asked."""

    def __init__(self) -> None:
        self._cut: set[tuple[str, str]] = set()
        self.lost = 0

    def cut(self, asking: str, asked: str) -> None:
        """Cut the link of one server to another, in this direction alone."""
        self._cut.add((asking, asked))

    def split(self, groups: Iterable[Iterable[str]]) -> None:
        """Leave only the links within the groups."""
        groups = [list(group) for group in groups]
        for one in groups:
            for other in groups:
                if one is not other:
                    self._cut.update((asking, asked) for asking in one for asked in other)

    def heal(self) -> None:
        """Restore all links."""
        self._cut.clear()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put the network under every connection of this process."""
        request = Connections.request

        @asynccontextmanager
        async def over_network(
            connections: Connections,
            method: str,
            url: URL,
            *,
            headers: Mapping[str, str] | None = None,
            body: bytes | None = None,
            tls_name: str | None = None,
        ) -> AsyncIterator[ClientResponse]:
            link = (_origin_of(headers or {}), f"{url.host}:{url.port}")
            self._check(link)
            options = {"headers": headers, "body": body, "tls_name": tls_name}
            async with request(connections, method, url, **options) as response:  # type: ignore[arg-type]
                self._check(link)
                yield response

        monkeypatch.setattr(Connections, "request", over_network)

    def _check(self, link: tuple[str, str]) -> None:
        if link in self._cut:
            self.lost += 1
            raise ClientConnectionError(f"the link from {link[0]} to {link[1]} is cut")


def _origin_of(headers: Mapping[str, str]) -> str:
    match = _ORIGIN.search(headers.get("Authorization", ""))
    return match[1] if match else ""
