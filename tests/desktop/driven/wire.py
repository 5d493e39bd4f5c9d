"""A network that can be cut: connections to one port go on to another, until they do not."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from tests.support.ports import free_port

HOST = "127.0.0.1"
CHUNK = 65_536


class Wire:
    """Leads from `url` to a server; the port stays the same over `cut()` and `mend()`."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._port = free_port()
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._connected, HOST, self._port)

    async def cut(self) -> None:
        """End all connections, and refuse new ones."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            there_reader, there_writer = await asyncio.open_connection(HOST, self._to_port)
            await asyncio.gather(_pass_on(reader, there_writer), _pass_on(there_reader, writer))
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._running.discard(task)
            writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        with suppress(OSError):
            writer.close()
