"""What can be done to rooms, done on a real server and seen through sync."""

from math import inf

import pytest

from client_desktop.core.changes import (
    Changes,
    RoomsChanged,
)
from client_desktop.core.client import Client
from client_desktop.core.rooms.create import Access, CreateRoom
from client_desktop.core.values import RoomKind, RoomSection, RoomSummary
from tests.api.client import ApiClient
from tests.api.room_calls import join
from tests.desktop.clients import Heard, OpenClient


@pytest.fixture
async def alice(open_client: OpenClient) -> Client:
    return await open_client("alice")


@pytest.fixture
async def bob(nobody: ApiClient) -> ApiClient:
    return await nobody.register("bob")


@pytest.fixture
def rooms_heard(changes: Changes) -> Heard[RoomsChanged]:
    return Heard(changes, RoomsChanged)


def summary(client: Client, room_id: str) -> RoomSummary:
    found = client.rooms.summary(room_id)
    assert found is not None
    return found


async def made(client: Client, heard: Heard[RoomsChanged], options: CreateRoom) -> str:
    """Make a room, and wait until sync has brought it."""
    room_id = await client.rooms.create(options)
    await heard.until(lambda: client.rooms.summary(room_id) is not None)
    return room_id


async def test_a_room_is_what_was_asked_for(
    alice: Client, bob: ApiClient, rooms_heard: Heard[RoomsChanged]
) -> None:
    with rooms_heard:
        room_id = await made(
            alice,
            rooms_heard,
            CreateRoom(
                name="Hut",
                topic="Wood",
                access=Access.PUBLIC,
                published=True,
                alias_localpart="hut",
                encrypted=True,
                invite=(bob.user_id,),
                history_visibility="joined",
                federated=False,
            ),
        )
    room = summary(alice, room_id)
    assert (room.name, room.topic, room.encrypted, room.canonical_alias) == (
        "Hut",
        "Wood",
        True,
        "#hut:example.org",
    )
    assert (room.joined_members, room.invited_members, room.kind) == (1, 1, RoomKind.ROOM)
    assert alice.rooms.state(room_id, "m.room.history_visibility") == {"history_visibility": "joined"}
    assert (alice.rooms.state(room_id, "m.room.create") or {})["m.federate"] is False
    assert await alice.rooms.is_published(room_id)
    assert await alice.rooms.aliases(room_id) == ("#hut:example.org",)


async def test_creators_of_version_12_have_infinite_power(
    alice: Client, bob: ApiClient, rooms_heard: Heard[RoomsChanged]
) -> None:
    with rooms_heard:
        room_id = await made(alice, rooms_heard, CreateRoom(access=Access.PUBLIC, encrypted=False))
        old_id = await made(alice, rooms_heard, CreateRoom(room_version="11", encrypted=False))
    await join(bob, room_id)
    new, old = alice.rooms.permissions(room_id), alice.rooms.permissions(old_id)
    assert (new.own_level, old.own_level) == (inf, 100)
    assert new.may_upgrade()
    assert not new.may_set_level(alice.me.user_id, 50)
    assert old.may_set_level(alice.me.user_id, 50)
    assert not old.may_set_level(bob.user_id, 101)
    members = {member.user_id: member for member in await alice.rooms.members(room_id)}
    assert members[alice.me.user_id].power_level == inf
    assert members[bob.user_id].power_level == 0
    await alice.rooms.set_power_level(room_id, bob.user_id, 50)
    await rooms_heard_until(
        alice, rooms_heard, lambda: alice.rooms.permissions(room_id).level_of(bob.user_id) == 50
    )


async def rooms_heard_until(client: Client, heard: Heard[RoomsChanged], holds: object) -> None:
    assert callable(holds)
    with heard:
        await heard.until(holds)


async def test_a_direct_chat_is_found_again(
    alice: Client, bob: ApiClient, rooms_heard: Heard[RoomsChanged]
) -> None:
    with rooms_heard:
        room_id = await alice.rooms.start_direct(bob.user_id, encrypted=False)
        await rooms_heard.until(lambda: alice.rooms.direct_room(bob.user_id) == room_id)
        assert await alice.rooms.start_direct(bob.user_id) == room_id
        room = summary(alice, room_id)
        assert (room.kind, room.section, room.direct_user, room.name) == (
            RoomKind.DIRECT,
            RoomSection.PEOPLE,
            bob.user_id,
            "bob",
        )
        await alice.rooms.set_direct(room_id, None)
        await rooms_heard.until(lambda: summary(alice, room_id).kind is RoomKind.ROOM)
