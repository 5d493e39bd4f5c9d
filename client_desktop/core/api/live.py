"""Requests over the connection that sync keeps open: no new one, no headers, an answer in one round.

Spec: docs/websocket-sync.md, "Requests"
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Final, TypeAlias

import orjson

from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.shapes import as_int

log = logging.getLogger(__name__)

MOST_AT_ONCE: Final = 12
"""The server works on 16; one more would be refused."""
MAX_FRAME_BYTES: Final = 60_000
"""A larger frame would end the connection."""
TIMEOUT_S: Final = 8.0

SendFrame: TypeAlias = Callable[[str], Awaitable[None]]


class LiveRequests:
    """`ask` returns None where the connection is not there, does not answer, or the server refuses.

    Whoever asks goes on with HTTP then: requests are the same when they are repeated, and HTTP says precisely
    why something is refused.
    """

    def __init__(self) -> None:
        self._send: SendFrame | None = None
        self._waiting: dict[int, asyncio.Future[JsonObject | None]] = {}
        self._numbers = count(1)

    def opened(self, send: SendFrame) -> None:
        """Use this connection from now on."""
        self.closed()
        self._send = send

    def closed(self) -> None:
        """There is no connection any more: nobody waits for its answers."""
        self._send = None
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_result(None)

    def answered(self, frame: ReadonlyJsonObject) -> None:
        """Take in a `result`, or an `error` with an `id`."""
        future = self._waiting.pop(as_int(frame.get("id"), -1), None)
        if future is not None and not future.done():
            future.set_result(dict(frame) if frame.get("type") == "result" else None)

    async def ask(self, kind: str, members: ReadonlyJsonObject) -> JsonObject | None:
        """Make a request and return its result; None: ask by HTTP."""
        send = self._send
        if send is None or len(self._waiting) >= MOST_AT_ONCE:
            return None
        number = next(self._numbers)
        frame = orjson.dumps({**members, "type": kind, "id": number})
        if len(frame) > MAX_FRAME_BYTES:
            return None
        answer: asyncio.Future[JsonObject | None] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await send(frame.decode())
                return await answer
        except (TimeoutError, OSError, ClientError) as error:
            log.info("a request over the WebSocket goes by HTTP: %s", type(error).__name__)
            return None
        finally:
            self._waiting.pop(number, None)
