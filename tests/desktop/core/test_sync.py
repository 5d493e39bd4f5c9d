"""Following the server: every transport shows the same."""

import pytest

from client_desktop.core.changes import Changes, RoomsChanged
from client_desktop.core.values import Membership, RoomSection, SyncState, SyncTransport
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send
from tests.desktop.clients import Heard, OpenClient


@pytest.fixture(params=list(SyncTransport))
def only(request: pytest.FixtureRequest) -> SyncTransport:
    kind = request.param
    assert isinstance(kind, SyncTransport)
    return kind


async def test_rooms_of_the_account_are_listed(
    only: SyncTransport, nobody: ApiClient, open_client: OpenClient, changes: Changes
) -> None:
    bob = await nobody.register("bob")
    room_id = await create(bob, name="Mountain hut", topic="Who brings wood?", preset="public_chat")
    me = await open_client.sign_in("alice")
    await join(nobody.with_token(me.access_token), room_id)
    await send(bob, room_id, {"msgtype": "m.text", "body": "I do"})
    client = await open_client.resume(me, only=only)
    assert client.sync.transport is only
    (room,) = client.rooms.list()
    assert (room.name, room.topic, room.last_text, room.joined_members) == (
        "Mountain hut",
        "Who brings wood?",
        "I do",
        2,
    )
    assert (room.membership, room.section, room.room_version) == (Membership.JOIN, RoomSection.ROOMS, "12")
    with Heard(changes, RoomsChanged) as heard:
        await send(bob, room_id, {"msgtype": "m.text", "body": "and matches"})
        await heard.until(lambda: client.rooms.list()[0].last_text == "and matches")
    assert client.sync.state is SyncState.LIVE
