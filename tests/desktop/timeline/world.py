"""A room as an account's store knows it, without a server: sync is written straight into the timelines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import aiohttp

from client_desktop.core.api import Api
from client_desktop.core.changes import Change, Changes, TimelineChanged
from client_desktop.core.events import ENCRYPTED, ClearEvent, DecryptedFrom
from client_desktop.core.json_types import JsonObject, ReadonlyJsonObject
from client_desktop.core.rooms.permissions import Permissions, read_permissions
from client_desktop.core.store import Store
from client_desktop.core.store.account_data import upsert_account_data
from client_desktop.core.store.members import upsert_members
from client_desktop.core.store.room_state import select_state_event, upsert_state
from client_desktop.core.timeline import Timelines, open_timelines
from client_desktop.core.timeline.differences import apply
from client_desktop.core.values import Shield, ShieldColor, TimelineItem, TimelineOperation
from tests.support.fake_clock import FakeClock

ROOM = "!room:x"
ME = "@me:x"
BOB = "@bob:x"
CAROL = "@carol:x"
START_MS = 1_700_000_000_000


class Keys:
    """What encryption says: of each event that is encrypted, what was put here under its id."""

    def __init__(self) -> None:
        self.clear: dict[str, JsonObject] = {}
        self.shield = Shield(ShieldColor.NONE, "")

    async def decrypt_events(
        self, room_id: str, events: Sequence[ReadonlyJsonObject]
    ) -> Sequence[ClearEvent]:
        return [self.decrypt(event) for event in events]

    def decrypt(self, event: ReadonlyJsonObject) -> ClearEvent:
        if event["type"] != ENCRYPTED:
            return ClearEvent(event)
        clear = self.clear.get(event["event_id"])
        if clear is None:
            return ClearEvent(event, failure_word="no_key")
        return ClearEvent(event, clear, DecryptedFrom("s", "k", "D", self.shield))


class World:
    """One account in one room."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.store = Store.open_in_memory()
        self.changes = Changes()
        self.clock = FakeClock()
        self.keys = Keys()
        self.published: list[Change] = []
        self.changes.listen(Change, self.published.append)
        self.timelines: Timelines = open_timelines(
            ME,
            Api("http://127.0.0.1:9", http),
            self.store,
            self.changes,
            self.clock,
            self.keys,
            self.permissions,
            zone=UTC,
        )
        self._count = 0
        self.state("m.room.create", {"room_version": "11"}, sender=ME)
        self.state("m.room.power_levels", {"users": {ME: 100, BOB: 0}})
        for user_id, name in ((ME, "Me"), (BOB, "Bob"), (CAROL, "Carol")):
            self.member(user_id, {"membership": "join", "displayname": name})

    def permissions(self, room_id: str) -> Permissions:
        create = select_state_event(self.store.db, room_id, "m.room.create", "") or {}
        levels = select_state_event(self.store.db, room_id, "m.room.power_levels", "") or {}
        return read_permissions(ME, True, create, levels.get("content"))

    def event(
        self,
        content: Any,
        event_type: str = "m.room.message",
        sender: str = BOB,
        *,
        event_id: str | None = None,
        **more: Any,
    ) -> JsonObject:
        """Make an event; each a second after the one before."""
        self._count += 1
        return {
            "event_id": event_id or f"$e{self._count}",
            "room_id": ROOM,
            "type": event_type,
            "sender": sender,
            "origin_server_ts": START_MS + self._count * 1000,
            "content": content,
            **more,
        }

    def text(self, body: str, sender: str = BOB, **more: Any) -> JsonObject:
        return self.event({"msgtype": "m.text", "body": body}, sender=sender, **more)

    def related(
        self,
        rel_type: str,
        target: str,
        event_type: Any = "m.room.message",
        sender: Any = BOB,
        **content: Any,
    ) -> JsonObject:
        """Make an event that relates to another."""
        key = content.pop("key", None)
        relates = {"rel_type": rel_type, "event_id": target, **({"key": key} if key else {})}
        event_id = content.pop("event_id", None)
        return self.event({**content, "m.relates_to": relates}, event_type, sender, event_id=event_id)

    def edit(self, target: str, body: str, sender: Any = BOB, **more: Any) -> JsonObject:
        new = {"msgtype": "m.text", "body": body, **more}
        return self.related(
            "m.replace", target, sender=sender, msgtype="m.text", body=f"* {body}", **{"m.new_content": new}
        )

    def reaction(self, target: str, key: str, sender: str = BOB) -> JsonObject:
        return self.related("m.annotation", target, "m.reaction", sender, key=key)

    def reply_in(self, root: str, body: str, sender: str = BOB, **more: Any) -> JsonObject:
        return self.related("m.thread", root, sender=sender, msgtype="m.text", body=body, **more)

    def redaction(self, target: str, sender: str = BOB, reason: str = "") -> JsonObject:
        return self.event({"redacts": target, "reason": reason}, "m.room.redaction", sender)

    def encrypted(self, clear: JsonObject, *, readable: bool = True, session_id: str = "s1") -> JsonObject:
        """Make an event that came encrypted; `clear`: another event, as it was before."""
        content = dict(clear["content"])
        relates = content.pop("m.relates_to", None)
        outer: JsonObject = {"algorithm": "m.megolm.v1.aes-sha2", "session_id": session_id}
        if relates is not None:
            outer["m.relates_to"] = relates
        if readable:
            self.keys.clear[clear["event_id"]] = {"type": clear["type"], "content": content}
        return {**clear, "type": ENCRYPTED, "content": outer}

    def state(self, event_type: str, content: JsonObject, key: str = "", sender: str = BOB) -> JsonObject:
        """Make a state event that is the room's state now."""
        event = self.event(content, event_type, sender, state_key=key)
        with self.store.transaction() as db:
            upsert_state(db, ROOM, [event])
        return event

    def member(self, user_id: str, content: JsonObject) -> JsonObject:
        event = self.event(content, "m.room.member", user_id, state_key=user_id)
        with self.store.transaction() as db:
            upsert_members(db, ROOM, [event])
        return event

    def account_data(self, event_type: str, content: JsonObject, room_id: str = "") -> None:
        with self.store.transaction() as db:
            upsert_account_data(db, room_id, event_type, content)

    def sync(
        self, *events: JsonObject, limited: bool = False, prev_batch: str | None = "p", receipts: Any = None
    ) -> None:
        """Let a sync bring events, oldest first."""
        clear = [self.keys.decrypt(event) for event in events]
        with self.store.transaction() as db:
            if events or limited:
                self.timelines.write_sync(db, ROOM, clear, limited, prev_batch, "t")
            if receipts is not None:
                self.timelines.write_receipts(db, ROOM, receipts)
        self.timelines.publish(ROOM, clear)

    async def items(self, **where: Any) -> list[TimelineItem]:
        """Give what a timeline that is opened now shows."""
        timeline = await self.timelines.open(ROOM, **where)
        self.timelines.close_timeline(timeline.number)
        return list(timeline.items)

    def operations(self) -> list[TimelineOperation]:
        """Give everything that timelines have told."""
        changes = [change for change in self.published if isinstance(change, TimelineChanged)]
        return [operation for change in changes for operation in change.operations]

    async def settle(self) -> None:
        """Let everything finish that was begun in the background."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def close(self) -> None:
        await self.timelines.close()
        self.store.close()


class Follower:
    """Keeps a list as a view model does: by operations alone."""

    def __init__(self, world: World, number: int, items: Sequence[TimelineItem]) -> None:
        self.items = list(items)
        self._number = number
        world.changes.listen(TimelineChanged, self._apply)

    def _apply(self, change: Change) -> None:
        assert isinstance(change, TimelineChanged)
        if change.timeline == self._number:
            apply(self.items, change.operations)
