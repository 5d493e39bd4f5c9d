"""Rooms that were joined without their members get them in the background, whatever comes between."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from homeserver.json_types import JsonObject
from homeserver.peers import complete_joins
from tests.api.client import ApiClient
from tests.api.room_calls import room_path, send
from tests.federation.handshakes.forged import SEND_JOIN
from tests.federation.handshakes.rooms_of_two import VERSIONS, join_via
from tests.support.fake_peer import FakePeer, PeerAnswer, PeerRequest
from tests.support.fake_room import FakeRoom
from tests.support.federation_servers import FederationServer

STATE = "/_matrix/federation/v1/state/{roomId}"
MEMBERS = 30


def large_room(peer: FakePeer, version: str = "12") -> FakeRoom:
    """Make a room with some members, which a peer serves without them."""
    room = FakeRoom.of(peer, version)
    for n in range(MEMBERS):
        room.join(peer.user(f"member{n}"))
    room.serve_on(peer)

    async def answer(request: PeerRequest) -> PeerAnswer:
        before = dict(room.state)
        full = await room._send_join(request)
        assert isinstance(full, dict)
        told = {key: event_id for key, event_id in before.items() if key[0] != "m.room.member"}
        state = [room.events[event_id].json for event_id in told.values()]
        chain = [pdu.json for pdu in room.auth_chain([*told.values(), room.heads[-1]])]
        in_state = set(told.values())
        return {
            **full,
            "state": state,
            "auth_chain": [e for e in chain if room.learn(e).event_id not in in_state],
            "members_omitted": True,
            "servers_in_room": [peer.name, "127.0.0.1:1"],
        }

    peer.answer(SEND_JOIN, answer)
    return room


async def joined(user: ApiClient, room_id: str) -> set[str]:
    return set((await user.get(room_path(room_id, "/joined_members"))).ok()["joined"])


async def until_complete(server: FederationServer, user: ApiClient, room_id: str) -> None:
    async with asyncio.timeout(60):
        while room_id in server.services.rooms.gateway.joins.progress:
            await user.get("/sync", timeout=100)
    assert len(await joined(user, room_id)) == MEMBERS + 2


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete_joins, "FIRST_PAUSE_S", 0.05)


async def test_members_that_the_answer_omitted_are_fetched(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    for version in VERSIONS:
        room = large_room(fake_peer, version)
        released = asyncio.Event()
        fake_peer.answer(STATE, _held_back(room, released))
        (await join_via(alice, room.id, fake_peer.name)).ok()
        assert (await send(alice, room.id)).status == 200, "before the members are known"
        assert room.id in one_server.services.rooms.gateway.joins.progress
        assert one_server.services.rooms.gateway.joins.progress.keys() == {room.id}
        released.set()
        await until_complete(one_server, alice, room.id)
    assert one_server.services.rooms.gateway.joins.progress == {}
    assert one_server.services.rooms.gateway.joins.completed == len(VERSIONS)


@pytest.mark.usefixtures("short_pauses")
async def test_completion_goes_on_after_failures_and_lies(
    one_server: FederationServer, fake_peer: FakePeer
) -> None:
    alice = await one_server.user("alice")
    room = large_room(fake_peer)
    other = FakeRoom.of(fake_peer, creator="other")
    lies: list[JsonObject] = [
        {},
        {"pdus": "all", "auth_chain": []},
        {"pdus": [], "auth_chain": []},
        {"pdus": [5, "x", None, [], {}], "auth_chain": [[[]]]},
        {"pdus": [pdu.json for pdu in other.events.values()], "auth_chain": []},
    ]
    waiting = list(lies)

    async def answer(request: PeerRequest) -> PeerAnswer:
        return waiting.pop(0) if waiting else await room._state(request)

    fake_peer.answer(STATE, answer)
    (await join_via(alice, room.id, fake_peer.name)).ok()
    await until_complete(one_server, alice, room.id)
    assert waiting == []
    assert await joined(alice, room.id) == {
        alice.user_id,
        fake_peer.user("creator"),
        *(fake_peer.user(f"member{n}") for n in range(MEMBERS)),
    }


async def test_completion_goes_on_after_a_restart(one_server: FederationServer, fake_peer: FakePeer) -> None:
    alice = await one_server.user("alice")
    room = large_room(fake_peer)
    asked = asyncio.Event()

    async def never(request: PeerRequest) -> PeerAnswer:
        asked.set()
        await asyncio.Event().wait()
        return {}

    fake_peer.answer(STATE, never)
    (await join_via(alice, room.id, fake_peer.name)).ok()
    await asked.wait()
    await one_server.stop()
    fake_peer.answer(STATE, room._state)
    await one_server.start()
    await until_complete(one_server, alice, room.id)


def _held_back(room: FakeRoom, released: asyncio.Event) -> Callable[[PeerRequest], Awaitable[PeerAnswer]]:
    async def answer(request: PeerRequest) -> PeerAnswer:
        await released.wait()
        return await room._state(request)

    return answer
