"""Devices that follow what happens, over each transport of the sync engine."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Protocol, Self

from aiohttp import ClientWebSocketResponse

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient

WAIT_MS = 100_000
SOCKET_PATH = "/_matrix/client/unstable/parlour.websocket/sync"


class Follower(Protocol):
    """A device that has seen everything up to `token`."""

    token: str
    first: JsonObject

    async def news(self) -> JsonObject:
        """Return the next delta, in the form of a /sync response; fail if none comes."""

    async def close(self) -> None: ...


@dataclass
class LongPoll:
    """A device that polls."""

    client: ApiClient
    params: dict[str, Any]
    token: str = ""
    first: JsonObject = field(default_factory=dict)

    @classmethod
    async def start(cls, client: ApiClient, **params: Any) -> Self:
        follower = cls(client, params)
        follower.first = await follower._sync(0)
        return follower

    async def news(self) -> JsonObject:
        return await self._sync(WAIT_MS)

    async def close(self) -> None:
        pass

    async def _sync(self, timeout_ms: int) -> JsonObject:
        since = {"since": self.token} if self.token else {}
        body = (await self.client.get("/sync", timeout=timeout_ms, **since, **self.params)).ok()
        self.token = body["next_batch"]
        return body


@dataclass
class Socket:
    """A device with a WebSocket."""

    socket: ClientWebSocketResponse
    token: str = ""
    first: JsonObject = field(default_factory=dict)
    acknowledges: bool = True
    results: list[JsonObject] = field(default_factory=list)

    @classmethod
    async def start(cls, client: ApiClient, **hello: Any) -> Self:
        socket = await client.session.ws_connect(client.base_url + SOCKET_PATH)
        await socket.send_json({"type": "hello", "access_token": client.access_token, **hello})
        ready = await socket.receive_json()
        assert ready["type"] == "ready", ready
        follower = cls(socket)
        follower.first = await follower.news()
        return follower

    async def news(self) -> JsonObject:
        rooms: JsonObject = {}
        while True:
            frame = await asyncio.wait_for(self.socket.receive_json(), WAIT_MS / 1000)
            if frame["type"] != "sync":
                self.results.append(frame)
                continue
            for section, found in frame["rooms"].items():
                rooms.setdefault(section, {}).update(found)
            if "next_batch" in frame:
                self.token = frame["next_batch"]
                if self.acknowledges:
                    await self.socket.send_json({"type": "ack", "next_batch": self.token})
                return {**frame, "rooms": rooms}

    async def request(self, **frame: Any) -> JsonObject:
        """Send a request frame and return its answer; deltas that come meanwhile are dropped."""
        await self.socket.send_json(frame)
        while not self.results:
            answer = await asyncio.wait_for(self.socket.receive_json(), WAIT_MS / 1000)
            if answer["type"] != "sync":
                return answer  # type: ignore[no-any-return]
        return self.results.pop(0)

    async def close(self) -> None:
        await self.socket.close()


def joined(body: JsonObject, room_id: str) -> JsonObject:
    """Return what a delta says of a joined room; empty where it says nothing."""
    return body["rooms"].get("join", {}).get(room_id, {})  # type: ignore[no-any-return]


def bodies(body: JsonObject, room_id: str) -> list[str]:
    """Return the texts of the messages in a delta's timeline."""
    events = joined(body, room_id).get("timeline", {}).get("events", [])
    return [event["content"].get("body", "") for event in events if event["type"] == "m.room.message"]
