"""The line through PostgreSQL's notifications, where there is no Redis: everybody hears everything."""

import asyncio
from typing import Final

import asyncpg
import msgspec

from homeserver.fanout.outgoing import Outgoing
from homeserver.fanout.shared import LineBroken, Watched
from homeserver.storage import worker_messages

MAX_WAITING: Final = 10_000


class PostgresLine:
    """A connection of its own, on which this worker listens and notifies."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._conn: asyncpg.Connection[asyncpg.Record] | None = None
        self._arrived: asyncio.Queue[tuple[str, bytes | None] | None] = asyncio.Queue(MAX_WAITING)

    async def connect(self, watched: Watched) -> None:
        self._arrived = asyncio.Queue(MAX_WAITING)
        try:
            self._conn = await worker_messages.open_line(self._url, self._take, self._broken)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LineBroken(str(error)) from error

    async def send(self, worker: str, outgoing: Outgoing) -> None:
        assert self._conn is not None
        try:
            if outgoing.has_commits:
                await worker_messages.notify_wakeup(self._conn, worker)
            for message in outgoing.messages:
                rest = msgspec.json.encode([worker, message.topic, message.body]).decode()[1:]
                await worker_messages.notify_message(self._conn, rest, in_order=message.in_order)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise LineBroken(str(error)) from error

    async def subscribe(self, added: Watched, removed: Watched) -> None:
        """Do nothing: notifications are not routed."""

    async def receive(self) -> tuple[str, bytes | None]:
        arrived = await self._arrived.get()
        if arrived is None:
            raise LineBroken("the connection is closed")
        return arrived

    async def close(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()

    def _take(self, payload: str) -> None:
        """Note what arrived; a worker that cannot keep up misses some, and looks by itself."""
        if self._arrived.full():
            return
        is_message = payload.startswith("[")
        self._arrived.put_nowait(("", payload.encode()) if is_message else (payload, None))

    def _broken(self) -> None:
        if self._arrived.full():
            self._arrived.get_nowait()
        self._arrived.put_nowait(None)
