"""Somebody at the desktop client's engine and somebody in a browser, in an encrypted room of theirs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from client_desktop.core.accounts.session import Session
from client_desktop.core.changes import Change, Changes, SendQueueChanged, SyncStateChanged
from client_desktop.core.client import Client
from client_desktop.core.clock import SystemClock
from client_desktop.core.engine import STORE_FILE
from client_desktop.core.store import Store
from client_desktop.core.timeline.timeline import Timeline
from client_desktop.core.values import ItemKind, SendState, SyncState
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, membership
from tests.desktop.clients import make_client
from tests.desktop.js_partner import JsPartner

ROOM = "Mountain hut"
ENCRYPTED: JsonObject = {
    "type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}  # fmt: skip
HANGING_AFTER_S = 300.0
LOOK_EVERY_S = 0.02
NO_IDENTITY = "Sent from a device that its owner has not verified."
"""The engine is given no recovery key here, and so has nothing to sign its device with."""
LAST = 8
"""So many of the newest messages are in sight in any window."""


class Desktop:
    """Somebody at the desktop client. `offline_s` is how long each time there was no connection."""

    def __init__(self, client: Client, changes: Changes) -> None:
        self.client = client
        self.states: list[SyncState] = []
        self.failed: list[str] = []
        self.offline_s: list[float] = []
        self._offline_since: float | None = None
        self.timeline: Timeline
        changes.listen(SyncStateChanged, self._hear)
        changes.listen(SendQueueChanged, self._hear)

    def texts(self) -> list[str]:
        return [item.body for item in self.timeline.items if item.kind is ItemKind.TEXT]

    def kinds(self) -> set[ItemKind]:
        return {item.kind for item in self.timeline.items}

    async def reads(self, text: str) -> None:
        async with asyncio.timeout(HANGING_AFTER_S):
            while text not in self.texts():
                await asyncio.sleep(LOOK_EVERY_S)

    def _hear(self, change: Change) -> None:
        now = asyncio.get_running_loop().time()
        if isinstance(change, SendQueueChanged):
            self.failed += [item.error_word for item in change.items if item.state is SendState.FAILED]
        elif isinstance(change, SyncStateChanged):
            self.states.append(change.state)
            if change.state is SyncState.OFFLINE and self._offline_since is None:
                self._offline_since = now
            elif change.state is SyncState.LIVE and self._offline_since is not None:
                self.offline_s.append(now - self._offline_since)
                self._offline_since = None


@asynccontextmanager
async def at_the_desktop(
    user: ApiClient, http: aiohttp.ClientSession, folder: Path
) -> AsyncIterator[Desktop]:
    assert user.access_token is not None
    me, changes = Session(user.user_id, user.device_id, user.base_url, user.access_token), Changes()
    store = Store.open(folder / STORE_FILE)
    client = make_client(me, http, changes, folder, store, SystemClock())
    desktop = Desktop(client, changes)
    await client.start()
    try:
        async with asyncio.timeout(HANGING_AFTER_S):
            await client.sync.until(SyncState.LIVE)
        yield desktop
    finally:
        await client.close()


async def meet(alice: ApiClient, desktop: Desktop, web: JsPartner) -> str:
    """Have both in an encrypted room."""
    carol = (await web.do("arrive", name="carol"))["userId"]
    room_id = await create(alice, name=ROOM, preset="private_chat", initial_state=[ENCRYPTED])
    (await act(alice, room_id, "invite", carol)).ok()
    await web.do("joinWherever")
    async with asyncio.timeout(HANGING_AFTER_S):
        while await membership(alice, room_id, carol) != "join" or not desktop.client.rooms.summary(room_id):
            await asyncio.sleep(LOOK_EVERY_S)
    desktop.timeline = await desktop.client.timelines.open(room_id)
    return room_id


async def talk(
    desktop: Desktop, web: JsPartner, room_id: str, stop: asyncio.Event, first: int = 0
) -> list[str]:
    """Let both say something at the same time, and read each other; return all that was said.

    `first` is how much they have said before.
    """
    said: list[str] = []
    while not stop.is_set() or not said:
        number = (first + len(said)) // 2
        ours, theirs = f"from the desktop, {number}", f"from the web, {number}"
        said += [ours, theirs]
        desktop.client.outbox.send_text(room_id, ours)
        await web.do("say", text=theirs)
        await desktop.reads(theirs)
        for text in (ours, theirs):
            assert await web.do("count", within_s=HANGING_AFTER_S, text=text) == 1, text
    return said


async def check(desktop: Desktop, web: JsPartner, said: list[str]) -> None:
    async with asyncio.timeout(HANGING_AFTER_S):
        await desktop.client.sync.until(SyncState.LIVE)
    await web.do("isConnected")
    assert set(await web.do("shields")) <= {NO_IDENTITY}
    seen = await web.do("seen")
    sys.stdout.write(
        f"{len(said)} messages; without a connection: desktop {_times(desktop.offline_s)}, "
        f"web {_times([ms / 1_000 for ms in seen['offline']])}\n"
    )
    assert seen["alarms"] == []
    await web.do("expectNoFaults")
    assert SyncState.SIGNED_OUT not in desktop.states
    assert desktop.failed == []
    assert ItemKind.UNDECRYPTABLE not in desktop.kinds()
    while not desktop.timeline.at_beginning and not desktop.texts()[0].endswith(", 0"):
        await desktop.timeline.back()
    texts = desktop.texts()
    assert sorted(texts) == sorted(said)
    written = await web.do("written")
    assert [label.rpartition(": ")[2] for label in written][-LAST:] == texts[-LAST:]


def _times(seconds: list[float]) -> str:
    return f"{len(seconds)} times, {max(seconds, default=0):.1f} s at most"
