"""Typing notices."""

import pytest

from federation.protocol.ids import UserId
from homeserver.ephemeral.set_typing import MAX_TIMEOUT_MS
from homeserver.http.context import Services
from homeserver.json_types import JsonValue
from homeserver.rooms.send import send_event
from homeserver.storage.rooms import Room
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room


@pytest.fixture
async def room(alice: ApiClient, bob: ApiClient, services: Services) -> Room:
    return await make_room(services.rooms, UserId(alice.user_id), members=[UserId(bob.user_id)])


async def typing_in(viewer: ApiClient, room: Room, since: str) -> tuple[list[list[str]], str]:
    """Return the lists of who types that a sync shows, and its token."""
    sync = (await viewer.get("/sync", since=since)).ok()
    joined = sync.get("rooms", {}).get("join", {}).get(room.room_id, {})
    events = joined.get("ephemeral", {}).get("events", [])
    shown = [event["content"]["user_ids"] for event in events if event["type"] == "m.typing"]
    return shown, sync["next_batch"]


async def test_members_see_who_begins_and_who_stops(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    path = f"/rooms/{room.room_id}/typing/{alice.user_id}"
    since = (await bob.get("/sync")).ok()["next_batch"]
    (await alice.put(path, {"typing": True, "timeout": 30_000})).ok()
    shown, since = await typing_in(bob, room, since)
    assert shown == [[alice.user_id]]
    shown, since = await typing_in(bob, room, since)
    assert shown == [], "nothing has changed"
    (await alice.put(path, {"typing": False})).ok()
    shown, since = await typing_in(bob, room, since)
    assert shown == [[]]


async def test_typing_ends_by_itself_however_long_the_client_wants(
    alice: ApiClient, room: Room, services: Services, clock: FakeClock
) -> None:
    path = f"/rooms/{room.room_id}/typing/{alice.user_id}"
    (await alice.put(path, {"typing": True, "timeout": 10**15})).ok()
    assert services.ephemeral.typing.current(room.nid) == [alice.user_id]
    clock.advance(MAX_TIMEOUT_MS)
    services.ephemeral.typing.expire()  # type: ignore[attr-defined]
    assert services.ephemeral.typing.current(room.nid) == []


async def test_who_leaves_types_no_more(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    (await bob.put(f"/rooms/{room.room_id}/typing/{bob.user_id}", {"typing": True})).ok()
    (await alice.put(f"/rooms/{room.room_id}/typing/{alice.user_id}", {"typing": True})).ok()
    leave = {"membership": "leave"}
    await send_event(
        services.rooms, room.room_id, UserId(bob.user_id), "m.room.member", leave, state_key=bob.user_id
    )
    assert services.ephemeral.typing.current(room.nid) == [alice.user_id]


async def test_only_members_type_and_only_for_themselves(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    for path in (
        f"/rooms/{room.room_id}/typing/{bob.user_id}",
        f"/rooms/{room.room_id}/typing/{alice.user_id}",
        f"/rooms/!unknown:example.org/typing/{bob.user_id}",
    ):
        reply = await bob.put(path, {"typing": True})
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN"), path
    assert services.ephemeral.typing.current(room.nid) == []


async def test_malformed_typing_is_refused(alice: ApiClient, room: Room) -> None:
    path = f"/rooms/{room.room_id}/typing/{alice.user_id}"
    wrong: list[JsonValue] = [
        {},
        {"typing": "yes"},
        {"typing": True, "timeout": -1},
        {"typing": True, "timeout": "1"},
    ]
    for body in wrong:
        reply = await alice.put(path, body)
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON"), body
