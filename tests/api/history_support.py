"""Rooms with a past: short ways to make them and to read them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import quote

import orjson

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply


@dataclass
class Room:
    """A room, and what people do in it."""

    room_id: str
    creator: ApiClient
    txn: "count[int]" = field(default_factory=count)

    @property
    def path(self) -> str:
        return f"/rooms/{quote(self.room_id, safe='')}"

    @property
    def path_v1(self) -> str:
        return f"/_matrix/client/v1{self.path}"

    async def say(self, body: str, by: ApiClient | None = None, **content: Any) -> str:
        """Send a message and return its event id."""
        return await self.send("m.room.message", {"msgtype": "m.text", "body": body, **content}, by)

    async def send(self, type_: str, content: JsonObject, by: ApiClient | None = None) -> str:
        sender = by or self.creator
        reply = await sender.put(f"{self.path}/send/{type_}/{next(self.txn)}", content)
        return str(reply.ok()["event_id"])

    async def set(self, type_: str, content: JsonObject, state_key: str = "") -> str:
        reply = await self.creator.put(f"{self.path}/state/{type_}/{quote(state_key, safe='')}", content)
        return str(reply.ok()["event_id"])

    async def set_visibility(self, visibility: str) -> str:
        return await self.set("m.room.history_visibility", {"history_visibility": visibility})

    async def relate(self, parent: str, rel_type: str, by: ApiClient | None = None, **content: Any) -> str:
        """Send a message that relates to another event."""
        relation = {"rel_type": rel_type, "event_id": parent}
        return await self.say(content.pop("body", rel_type), by, **content, **{"m.relates_to": relation})

    async def edit(self, parent: str, body: str, by: ApiClient | None = None) -> str:
        new = {"msgtype": "m.text", "body": body}
        return await self.relate(parent, "m.replace", by, body=f"* {body}", **{"m.new_content": new})

    async def redact(self, event_id: str) -> str:
        reply = await self.creator.put(f"{self.path}/redact/{quote(event_id)}/{next(self.txn)}", {})
        return str(reply.ok()["event_id"])

    async def invite(self, client: ApiClient) -> None:
        (await self.creator.post(f"{self.path}/invite", {"user_id": client.user_id})).ok()

    async def join(self, client: ApiClient) -> None:
        (await client.post(f"{self.path}/join")).ok()

    async def leave(self, client: ApiClient) -> None:
        (await client.post(f"{self.path}/leave")).ok()

    async def messages(self, client: ApiClient, dir_: str = "b", **params: str | int) -> JsonObject:
        return (await self.try_messages(client, dir_, **params)).ok()

    async def try_messages(self, client: ApiClient, dir_: str = "b", **params: str | int) -> Reply:
        return await client.get(f"{self.path}/messages", dir=dir_, **params)

    async def bodies(self, client: ApiClient, dir_: str = "b", **params: str | int) -> list[str]:
        """Return the texts of the messages on one page."""
        return texts((await self.messages(client, dir_, limit=100, **params))["chunk"])

    async def event(self, client: ApiClient, event_id: str) -> JsonObject:
        return (await self.try_event(client, event_id)).ok()

    async def try_event(self, client: ApiClient, event_id: str) -> Reply:
        return await client.get(f"{self.path}/event/{quote(event_id)}")

    async def context(self, client: ApiClient, event_id: str, **params: str | int) -> JsonObject:
        return (await client.get(f"{self.path}/context/{quote(event_id)}", **params)).ok()

    async def relations(
        self, client: ApiClient, event_id: str, rest: str = "", **params: str | int
    ) -> JsonObject:
        return (await client.get(f"{self.path_v1}/relations/{quote(event_id)}{rest}", **params)).ok()

    async def bundled(self, client: ApiClient, event_id: str) -> JsonObject:
        """Return what is bundled with an event."""
        found: JsonObject = (await self.event(client, event_id))["unsigned"].get("m.relations", {})
        return found


async def make_room(creator: ApiClient, *members: ApiClient, **options: Any) -> Room:
    """Create a public room that the members have joined."""
    made = await creator.post("/createRoom", {"preset": "public_chat", **options})
    room = Room(str(made.ok()["room_id"]), creator)
    for member in members:
        await room.join(member)
    return room


def texts(events: Iterable[JsonObject]) -> list[str]:
    return [event["content"]["body"] for event in events if "body" in event["content"]]


def ids(events: Iterable[JsonObject]) -> list[str]:
    return [event["event_id"] for event in events]


def as_list(reply: Reply) -> list[JsonObject]:
    """Return the JSON of a success that is a list."""
    assert reply.status == 200, reply.body
    events: list[JsonObject] = orjson.loads(reply.body)
    return events


async def ignore(client: ApiClient, *ignored: ApiClient) -> None:
    content: JsonObject = {"ignored_users": {user.user_id: {} for user in ignored}}
    path = f"/user/{quote(client.user_id)}/account_data/m.ignored_user_list"
    (await client.put(path, content)).ok()
