"""Typing and presence as two workers see them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from federation.protocol.ids import UserId
from homeserver.clock import SystemClock
from homeserver.ephemeral.presence import PresenceInMemory
from homeserver.ephemeral.presence_state import PresenceState, RemotePresence
from homeserver.ephemeral.typing import TypingInMemory
from tests.fanout.conftest import Worker

ROOM, ALICE_NID = 7, 9
ALICE = UserId("@alice:test")
ONLINE, UNAVAILABLE, OFFLINE = PresenceState.ONLINE, PresenceState.UNAVAILABLE, PresenceState.OFFLINE


@dataclass
class Place:
    """A worker with what it remembers."""

    worker: Worker
    typing: TypingInMemory
    presence: PresenceInMemory

    def state(self) -> str | None:
        content = self.presence.content(ALICE_NID)
        return None if content is None else str(content["presence"])

    async def shows(self, state: PresenceState, status: str | None = None) -> None:
        await self.worker.until(lambda: self.state() == state)
        content = self.presence.content(ALICE_NID) or {}
        assert content.get("status_msg") == status


@pytest.fixture
async def places(pair: tuple[Worker, Worker]) -> AsyncIterator[list[Place]]:
    clock = SystemClock()
    places = [
        Place(worker, TypingInMemory(clock, worker.fanout), PresenceInMemory(clock, worker.fanout))
        for worker in pair
    ]
    yield places
    for place in places:
        place.typing.stop()
        place.presence.stop()


async def test_typing_is_seen_everywhere_with_one_version(places: list[Place]) -> None:
    here, there = places
    here.typing.start_typing(ROOM, ALICE_NID, ALICE, 60_000)
    for place in places:
        await place.worker.until(lambda place=place: place.typing.current(ROOM) == [ALICE])  # type: ignore[misc]
    assert here.typing.version(ROOM) == there.typing.version(ROOM) > 0
    there.typing.stop_typing(ROOM, ALICE_NID)
    for place in places:
        await place.worker.until(lambda place=place: place.typing.current(ROOM) == [])  # type: ignore[misc]


async def test_most_present_device_counts_wherever_it_is_connected(places: list[Place]) -> None:
    here, there = places
    with here.presence.syncing(ALICE_NID, ALICE, 1, UNAVAILABLE):
        await there.shows(UNAVAILABLE)
        with there.presence.syncing(ALICE_NID, ALICE, 2, ONLINE):
            await here.shows(ONLINE)
            await there.shows(ONLINE)
            there.presence.put(ALICE_NID, ALICE, 2, OFFLINE, "away")
            await here.shows(UNAVAILABLE, "away")
            await there.shows(UNAVAILABLE, "away")


async def test_word_of_another_server_counts_everywhere(places: list[Place]) -> None:
    here, there = places
    here.presence.put_remote(ALICE_NID, ALICE, RemotePresence(ONLINE, True, "hi", 5_000))
    await there.shows(ONLINE, "hi")
    await here.shows(ONLINE, "hi")
    assert abs(int((there.presence.content(ALICE_NID) or {})["last_active_ago"]) - 5_000) < 4_000


async def test_what_a_worker_told_goes_with_it(places: list[Place]) -> None:
    here, there = places
    with there.presence.syncing(ALICE_NID, ALICE, 1, ONLINE):
        await here.shows(ONLINE)
        await there.worker.fanout.stop()
        await here.worker.fanout.company.look()
        assert here.state() == OFFLINE
