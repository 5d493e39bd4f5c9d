"""A lean HTTP/1.1 client: what the load generator costs is taken away from the server it measures."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import orjson

Item = TypeVar("Item")
Result = TypeVar("Result")


class RequestFailed(Exception):
    """The server answered with an error status, or hung up."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response; `received_at` is `time.perf_counter()` when its last byte arrived."""

    status: int
    body: bytes
    received_at: float

    def json(self) -> Any:
        return orjson.loads(self.body)


class Connection(asyncio.Protocol):
    """One keep-alive connection that carries one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._waiter: asyncio.Future[Response] | None = None

    async def request(self, method: str, path: str, token: str = "", body: object = None) -> Response:
        """Send one request and return its response.

        Raises: RequestFailed for any status but 2xx.
        """
        if self._transport is None:
            await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", self._port)
        assert self._transport is not None
        self._waiter = asyncio.get_running_loop().create_future()
        self._transport.write(_render_request(method, path, token, body))
        response = await self._waiter
        if not 200 <= response.status < 300:
            raise RequestFailed(f"{method} {path}: {response.status} {response.body[:500]!r}")
        return response

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._buffer.clear()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(RequestFailed(f"connection closed by the server: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        response = _take_response(self._buffer)
        if response is not None and self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(response)


class ConnectionPool:
    """Connections for the preparation of a workload, handed out one caller at a time."""

    def __init__(self, port: int, size: int) -> None:
        self._connections = [Connection(port) for _ in range(size)]
        self._free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
        for connection in self._connections:
            self._free.put_nowait(connection)
        self.size = size

    async def request(self, method: str, path: str, token: str = "", body: object = None) -> Any:
        """Send one request on a free connection and return the decoded JSON."""
        connection = await self._free.get()
        try:
            return (await connection.request(method, path, token, body)).json()
        finally:
            self._free.put_nowait(connection)

    def close(self) -> None:
        """Hang up; the next request connects anew."""
        for connection in self._connections:
            connection.close()


async def map_concurrently(
    function: Callable[[Item], Awaitable[Result]], items: Iterable[Item], concurrency: int
) -> list[Result]:
    """Apply an async function to all items, at most `concurrency` at once, keeping their order."""
    remaining = iter(enumerate(items))
    results: dict[int, Result] = {}

    async def work() -> None:
        for index, item in remaining:
            results[index] = await function(item)

    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    return [results[index] for index in sorted(results)]


def _render_request(method: str, path: str, token: str, body: object) -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    payload = orjson.dumps(body)
    head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    return head.encode() + payload


def _take_response(buffer: bytearray) -> Response | None:
    """Cut one whole response off the buffer's front; None while bytes are missing."""
    head_end = buffer.find(b"\r\n\r\n")
    if head_end < 0:
        return None
    status_line, *header_lines = bytes(buffer[:head_end]).split(b"\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (h.partition(b":") for h in header_lines)}
    body_start = head_end + 4
    if headers.get(b"transfer-encoding", b"").lower() == b"chunked":
        taken = _take_chunks(buffer, body_start)
    else:
        taken = _take_sized(buffer, body_start, int(headers.get(b"content-length", b"0")))
    if taken is None:
        return None
    body, end = taken
    del buffer[:end]
    return Response(int(status_line.split(b" ", 2)[1]), body, time.perf_counter())


def _take_sized(buffer: bytearray, start: int, length: int) -> tuple[bytes, int] | None:
    end = start + length
    return None if len(buffer) < end else (bytes(buffer[start:end]), end)


def _take_chunks(buffer: bytearray, start: int) -> tuple[bytes, int] | None:
    parts: list[bytes] = []
    while True:
        line_end = buffer.find(b"\r\n", start)
        if line_end < 0:
            return None
        size = int(bytes(buffer[start:line_end]).partition(b";")[0], 16)
        chunk_start, chunk_end = line_end + 2, line_end + 2 + size
        if len(buffer) < chunk_end + 2:
            return None
        if size == 0:
            return b"".join(parts), chunk_end + 2
        parts.append(bytes(buffer[chunk_start:chunk_end]))
        start = chunk_end + 2
