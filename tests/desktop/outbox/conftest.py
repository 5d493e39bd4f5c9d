"""An account with a send queue of its own, that can be taken down and opened again."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from client_desktop.core.accounts.session import Session
from client_desktop.core.api import Api, FixedToken
from client_desktop.core.changes import Changes
from client_desktop.core.json_types import JsonObject
from client_desktop.core.outbox.outbox import Outbox
from client_desktop.core.outbox.ports import Encryption, KnownEvents
from client_desktop.core.store import Store
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock


@dataclass
class Desk:
    """One device and its queue."""

    me: Session
    http: aiohttp.ClientSession
    changes: Changes
    clock: FakeClock
    folder: Path
    plain: ApiClient
    options: dict[str, object] = field(default_factory=dict)
    outbox: Outbox = field(init=False)
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.prepare()

    def prepare(self, encryption: Encryption | None = None, events: KnownEvents | None = None) -> Outbox:
        """Make the queue, which does not send yet."""
        self.store = Store.open(self.folder / "account.db")
        self.outbox = Outbox(
            self.me.user_id,
            Api(self.me.homeserver_url, self.http, FixedToken(self.me.access_token)),
            self.store,
            self.changes,
            self.clock,
            self.folder / "outbox",
            encryption=encryption,
            events=events,
        )
        return self.outbox

    async def open(self, encryption: Encryption | None = None, events: KnownEvents | None = None) -> Outbox:
        """Take it down, and open it again from what was written down."""
        await self.close()
        outbox = self.prepare(encryption, events)
        await outbox.start()
        return outbox

    async def close(self) -> None:
        await self.outbox.close()
        self.store.close()

    async def room(self) -> str:
        return str((await self.plain.post("/createRoom")).ok()["room_id"])

    async def said(self, room_id: str) -> list[JsonObject]:
        """Return the room's events that are no state, oldest first."""
        answer = (await self.plain.get(f"/rooms/{room_id}/messages", dir="b", limit=200)).ok()
        return [event for event in reversed(answer["chunk"]) if "state_key" not in event]

    async def bodies(self, room_id: str) -> list[str]:
        return [event["content"].get("body", event["type"]) for event in await self.said(room_id)]


@pytest.fixture
async def desk(
    nobody: ApiClient, http: aiohttp.ClientSession, changes: Changes, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[Desk]:
    alice = await nobody.register("alice")
    assert alice.access_token is not None
    me = Session(alice.user_id, alice.device_id, nobody.base_url, alice.access_token)
    desk = Desk(me, http, changes, clock, tmp_path / "desk", alice)
    await desk.outbox.start()
    yield desk
    await desk.close()


@pytest.fixture
async def room_id(desk: Desk) -> str:
    return await desk.room()
