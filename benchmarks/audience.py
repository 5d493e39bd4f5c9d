"""Long-polling clients that note when each message of one sender reached each of them."""

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from benchmarks.homeserver import Account
from benchmarks.load_client import Connection
from benchmarks.matrix import send_message, sync_path

POLL_TIMEOUT_MS = 30_000
# Everybody is polling again by then, so that each message meets the whole audience.
PAUSE_S = 0.05
MESSAGE_LIMIT_S = 60

NEXT_BATCH = re.compile(rb'"next_batch":\s?"([^"]+)"')


class Audience:
    """Clients in one room, each in a /sync of its own."""

    def __init__(self, port: int, sync_filter: str) -> None:
        self._port = port
        self._filter = sync_filter
        self._run = secrets.token_hex(4)
        self._marker = re.compile(rb"%b-(\d+)-" % self._run.encode())
        self._sent_at: dict[int, float] = {}
        self._size = 0
        self._missing = 0
        self._all_received = asyncio.Event()
        self.delays_ms: list[float] = []

    async def hear(self, connection: Connection, sender: Account, room_id: str) -> float:
        """Send one message, wait until everybody has it, and return what the send took in milliseconds."""
        await asyncio.sleep(PAUSE_S)
        number = len(self._sent_at)
        marker = f"{self._run}-{number}-"
        self._missing = self._size
        self._all_received.clear()
        self._sent_at[number] = time.perf_counter()
        answer = await send_message(connection, sender, room_id, marker, marker)
        if self._missing:
            await asyncio.wait_for(self._all_received.wait(), MESSAGE_LIMIT_S)
        return (answer.received_at - self._sent_at[number]) * 1000

    async def attend(self, member: Account, listening: asyncio.Event) -> None:
        """Sync as one member until cancelled; `listening` is set once what was there before has arrived."""
        self._size += 1
        connection = Connection(self._port)
        try:
            # Synapse answers an initial sync from a cache of responses, of which the time-out is a key.
            path = sync_path(None, secrets.randbelow(1_000_000))
            while True:
                answer = await connection.request("GET", path + self._filter, member.access_token)
                self._note(answer.body, answer.received_at)
                found = NEXT_BATCH.search(answer.body)
                assert found is not None, "a sync without next_batch"
                path = sync_path(found[1].decode(), POLL_TIMEOUT_MS)
                listening.set()
        finally:
            connection.close()

    def _note(self, body: bytes, received_at: float) -> None:
        for marker in self._marker.finditer(body):
            self.delays_ms.append((received_at - self._sent_at[int(marker[1])]) * 1000)
            self._missing -= 1
            if not self._missing:
                self._all_received.set()


@asynccontextmanager
async def gather_audience(
    port: int, members: Sequence[Account], sync_filter: str = ""
) -> AsyncIterator[Audience]:
    """Let every member sync until the block is left."""
    audience = Audience(port, sync_filter)
    async with asyncio.TaskGroup() as group:
        listening = [asyncio.Event() for _ in members]
        pollers = [
            group.create_task(audience.attend(member, ready))
            for member, ready in zip(members, listening, strict=True)
        ]
        for ready in listening:
            await ready.wait()
        try:
            yield audience
        finally:
            for poller in pollers:
                poller.cancel()
