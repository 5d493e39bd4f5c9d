"""A burst of sends that a kill may interrupt anywhere, and the record of what was acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply

SENDERS = 8


class Burst:
    """Messages whose body is their transaction id; `acknowledged` maps it to its event id."""

    def __init__(self, rooms: list[str]) -> None:
        self._rooms = rooms
        self._sent = 0
        self.acknowledged: dict[str, str] = {}
        self.unanswered: set[str] = set()

    async def run(self, client: ApiClient, kill_after: int, kill: Callable[[], None]) -> None:
        """Send from several tasks, kill once so many are acknowledged, and return when no task can send."""
        goal = len(self.acknowledged) + kill_after
        killed = asyncio.Event()

        async def send_until_killed() -> None:
            while not killed.is_set() and await self._send_next(client):
                if len(self.acknowledged) >= goal and not killed.is_set():
                    killed.set()
                    await asyncio.to_thread(kill)

        async with asyncio.TaskGroup() as group:
            for _ in range(SENDERS):
                group.create_task(send_until_killed())

    async def repeat_unanswered(self, client: ApiClient) -> None:
        """Send again, under the same transaction ids, what the kill left open: all is acknowledged now."""
        for txn in sorted(self.unanswered):
            await self.repeat(client, txn)

    async def repeat(self, client: ApiClient, txn: str) -> None:
        """Send one message again; fail if it becomes another event than it was."""
        reply = await self._send(client, txn)
        assert self.acknowledged[txn] == reply.ok()["event_id"], f"{txn} has become two events"

    async def _send_next(self, client: ApiClient) -> bool:
        """Send a new message; False once the server, or the database under it, is gone."""
        self._sent += 1
        try:
            reply = await self._send(client, f"txn{self._sent}")
        except aiohttp.ClientError:
            return False
        assert reply.status in (200, 503), reply.body
        return reply.status == 200

    async def _send(self, client: ApiClient, txn: str) -> Reply:
        self.unanswered.add(txn)
        room_id = self._rooms[int(txn.removeprefix("txn")) % len(self._rooms)]
        body: JsonObject = {"msgtype": "m.text", "body": txn}
        reply = await client.put(f"/rooms/{room_id}/send/m.room.message/{txn}", body)
        if reply.status == 200:
            self.acknowledged.setdefault(txn, reply.json["event_id"])
            self.unanswered.discard(txn)
        return reply


@asynccontextmanager
async def connected(base_url: str) -> AsyncIterator[ApiClient]:
    """Give a client with connections of its own, to a server that was just started."""
    async with aiohttp.ClientSession() as session:
        yield ApiClient(session, base_url)


async def read_history(client: ApiClient, room_id: str) -> list[tuple[str, str]]:
    """Return (body, event id) of every message of a room, oldest first, by paginating."""
    found: list[tuple[str, str]] = []
    page: dict[str, str | int] = {"dir": "f", "limit": 1000}
    while True:
        answer = (await client.get(f"/rooms/{room_id}/messages", **page)).ok()
        messages = [event for event in answer["chunk"] if event["type"] == "m.room.message"]
        found += [(event["content"]["body"], event["event_id"]) for event in messages]
        if "end" not in answer:
            return found
        page["from"] = answer["end"]
