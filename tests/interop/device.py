"""A device that follows /sync and waits for what a test expects to come."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient

POLL_MS = 3_000
WAIT_LIMIT_S = 100

Found = TypeVar("Found")


@dataclass
class RoomView:
    """What a device knows of a room: its section, the timeline so far, the newest state and ephemera."""

    section: str = ""
    timeline: list[JsonObject] = field(default_factory=list)
    state: dict[tuple[str, str], JsonObject] = field(default_factory=dict)
    ephemeral: dict[str, JsonObject] = field(default_factory=dict)
    receipts: dict[str, JsonObject] = field(default_factory=dict)

    def membership(self, user_id: str) -> object:
        return self.content("m.room.member", user_id).get("membership")

    def content(self, event_type: str, state_key: str = "") -> JsonObject:
        event = self.state.get((event_type, state_key), {"content": {}})
        content: JsonObject = event["content"]
        return content

    def event(self, event_id: str) -> JsonObject | None:
        return next((event for event in self.timeline if event["event_id"] == event_id), None)


@dataclass
class Device:
    """A device that has synced up to `token`."""

    client: ApiClient
    token: str = ""
    rooms: dict[str, RoomView] = field(default_factory=dict)
    to_device: list[JsonObject] = field(default_factory=list)
    changed_devices: set[str] = field(default_factory=set)
    presence: dict[str, JsonObject] = field(default_factory=dict)

    @classmethod
    async def of(cls, client: ApiClient) -> Self:
        """Begin to follow what a user sees."""
        device = cls(client)
        await device.sync(0)
        return device

    def room(self, room_id: str) -> RoomView:
        return self.rooms.setdefault(room_id, RoomView())

    async def until(self, found: Callable[["Device"], Found]) -> Found:
        """Sync until something is found that is true; fail where it does not come in time."""
        try:
            async with asyncio.timeout(WAIT_LIMIT_S):
                while not (result := found(self)):
                    await self.sync(POLL_MS)
        except TimeoutError:
            raise AssertionError(f"{self.client.user_id} has not seen what was expected") from None
        return result

    async def until_member(self, room_id: str, user_id: str, membership: str) -> None:
        await self.until(lambda device: device.room(room_id).membership(user_id) == membership)

    async def until_event(self, room_id: str, event_id: str) -> JsonObject:
        return await self.until(lambda device: device.room(room_id).event(event_id)) or {}

    async def sync(self, timeout_ms: int) -> None:
        """Take in one /sync."""
        since = {"since": self.token} if self.token else {}
        body = (await self.client.get("/sync", timeout=timeout_ms, **since)).ok()
        self.token = body["next_batch"]
        for section, rooms in body.get("rooms", {}).items():
            for room_id, update in rooms.items():
                self._update(self.room(room_id), section, update)
        self.to_device += body.get("to_device", {}).get("events", [])
        self.changed_devices.update(body.get("device_lists", {}).get("changed", []))
        for event in body.get("presence", {}).get("events", []):
            self.presence[event["sender"]] = event["content"]

    def _update(self, room: RoomView, section: str, update: JsonObject) -> None:
        room.section = section
        stripped = update.get(f"{section}_state", {}).get("events", [])
        timeline = update.get("timeline", {}).get("events", [])
        for event in [*stripped, *update.get("state", {}).get("events", []), *timeline]:
            if "state_key" in event:
                room.state[event["type"], event["state_key"]] = event
        room.timeline += timeline
        for event in update.get("ephemeral", {}).get("events", []):
            room.ephemeral[event["type"]] = event["content"]
            if event["type"] == "m.receipt":
                _add_receipts(room.receipts, event["content"])


def _add_receipts(receipts: dict[str, JsonObject], content: JsonObject) -> None:
    for event_id, kinds in content.items():
        for kind, users in kinds.items():
            for user_id in users:
                receipts[f"{kind} {user_id}"] = {"event_id": event_id, **users[user_id]}
