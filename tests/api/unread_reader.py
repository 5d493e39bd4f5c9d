"""Somebody who syncs all the while, and people who talk in the same room."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from federation.protocol.ids import UserId
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.push.user_rules import UserRules
from tests.api.client import ApiClient
from tests.api.room_calls import room_path, send

BY_THREAD = orjson.dumps({"room": {"timeline": {"unread_thread_notifications": True}}}).decode()


@dataclass
class Reader:
    """Somebody who syncs all the while, and what the syncs said last of each room."""

    user: ApiClient
    services: Services
    since: str = ""
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)

    async def counts(self, room_id: str) -> tuple[int, int]:
        """Return notifications and highlights of a room, after checking that all ways to know them agree."""
        sync = await self._sync(**({"since": self.since} if self.since else {}))
        self.since = sync["next_batch"]
        self.seen |= counts_in(sync)
        from_memory = counts_in(await self._sync())
        self.services.sync.unread.clear()
        self.services.sync.evaluated.clear()
        self.services.sync.tails.clear()
        from_database = counts_in(await self._sync())
        assert self.seen[room_id] == from_memory[room_id] == from_database[room_id]
        return from_memory[room_id]

    async def threads(self, room_id: str) -> dict[str, tuple[int, int]]:
        """Return notifications and highlights by thread, after checking that memory and database agree."""
        from_memory = threads_in(await self._sync(filter=BY_THREAD))[room_id]
        total = await self.counts(room_id)
        from_database = threads_in(await self._sync(filter=BY_THREAD))[room_id]
        assert from_memory == from_database
        assert total == (sum(n for n, _ in from_memory.values()), sum(h for _, h in from_memory.values()))
        return from_memory

    async def put_rule(self, kind: str, rule_id: str, body: JsonObject) -> None:
        path = f"/pushrules/global/{kind}/{quote(rule_id, safe='')}"
        (await self.user.put(path, {"actions": ["notify"], **body})).ok()

    async def disable(self, kind: str, *rule_ids: str) -> None:
        for rule_id in rule_ids:
            path = f"/pushrules/global/{kind}/{rule_id}/enabled"
            (await self.user.put(path, {"enabled": False})).ok()

    async def read(self, room_id: str, event_id: str, thread: str | None = None) -> None:
        path = room_path(room_id, f"/receipt/m.read/{quote(event_id, safe='')}")
        (await self.user.post(path, {} if thread is None else {"thread_id": thread})).ok()

    async def rules(self) -> UserRules:
        user_nid = await self.services.rooms.names.intern_user(UserId(self.user.user_id))
        return await self.services.push.rules.of_user(user_nid)

    async def _sync(self, **params: str) -> JsonObject:
        return (await self.user.get("/sync", **params)).ok()


def counts_in(sync: JsonObject) -> dict[str, tuple[int, int]]:
    rooms = sync["rooms"]["join"]
    unread = {room_id: room["unread_notifications"] for room_id, room in rooms.items()}
    return {
        room_id: (found["notification_count"], found["highlight_count"]) for room_id, found in unread.items()
    }


def threads_in(sync: JsonObject) -> dict[str, dict[str, tuple[int, int]]]:
    """Return, by room, the counts of the main timeline (as "main") and of the threads that have any."""
    found = {}
    for room_id, room in sync["rooms"]["join"].items():
        counts = {"main": room["unread_notifications"], **room.get("unread_thread_notifications", {})}
        found[room_id] = {t: (c["notification_count"], c["highlight_count"]) for t, c in counts.items()}
    return found


async def say(
    user: ApiClient,
    room_id: str,
    body: str = "hello",
    *,
    mentions: JsonObject | None = None,
    **content: Any,
) -> str:
    sent: JsonObject = {"msgtype": "m.text", "body": body, "m.mentions": mentions or {}, **content}
    event_id = (await send(user, room_id, sent)).ok()["event_id"]
    assert isinstance(event_id, str)
    return event_id


def mentioning(*users: ApiClient, room: bool = False) -> JsonObject:
    return {"user_ids": [user.user_id for user in users], **({"room": True} if room else {})}
