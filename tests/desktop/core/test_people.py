"""Profiles, presence, ignoring, finding people."""

import pytest

from client_desktop.core.changes import Change, Changes, PresenceChanged, ProfilesChanged
from client_desktop.core.errors import MatrixError
from client_desktop.core.values import Presence, RoomSection, SyncTransport
from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.desktop.clients import Heard, OpenClient
from tests.support.fake_clock import FakeClock


async def test_profiles_are_fetched_once_and_again_when_they_are_old(
    open_client: OpenClient, nobody: ApiClient, clock: FakeClock, changes: Changes
) -> None:
    bob = await nobody.register("bob")
    people = (await open_client("alice")).people
    assert people.known_profile(bob.user_id).display_name == bob.user_id
    assert (await people.profile(bob.user_id)).display_name == "bob"
    await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Bob \u202eeb"})
    assert (await people.profile(bob.user_id)).display_name == "bob"
    clock.advance(11 * 60 * 1000)
    with Heard(changes, ProfilesChanged) as heard:
        assert (await people.profile(bob.user_id)).display_name == "Bob eb"
    assert heard.all[0].user_ids == {bob.user_id}
    assert people.known_profile(bob.user_id).display_name == "Bob eb"
    with pytest.raises(MatrixError):
        await people.profile("@none:example.org")


async def test_the_own_profile_is_changed(open_client: OpenClient) -> None:
    client = await open_client("alice")
    await client.people.set_display_name("Alice")
    await client.people.set_avatar("mxc://example.org/a")
    await client.people.set_profile_field("m.tz", "Europe/Berlin")
    profile = client.people.known_profile(client.me.user_id)
    assert (profile.display_name, profile.avatar_url) == ("Alice", "mxc://example.org/a")
    assert (await client.people.profile_fields(client.me.user_id))["m.tz"] == "Europe/Berlin"
    await client.people.set_profile_field("m.tz", None)
    assert "m.tz" not in await client.people.profile_fields(client.me.user_id)
    assert client.summary().display_name == "Alice"


async def test_ignoring_hides_invitations(
    open_client: OpenClient, nobody: ApiClient, changes: Changes
) -> None:
    bob = await nobody.register("bob")
    client = await open_client("alice")
    with Heard(changes, Change) as heard:
        room_id = await create(bob, invite=[client.me.user_id])
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
        assert client.summary().unread == 1
        await client.people.ignore(bob.user_id)
        await heard.until(lambda: client.people.ignored() == {bob.user_id})
        await heard.until(lambda: client.rooms.list()[0].section is RoomSection.HIDDEN)
        assert client.summary().unread == 0
        await client.people.unignore(bob.user_id)
        await heard.until(lambda: client.people.ignored() == frozenset())


async def test_people_are_found_and_shared_rooms_are_known(
    open_client: OpenClient, nobody: ApiClient, changes: Changes
) -> None:
    bob = await nobody.register("bob")
    client = await open_client("alice")
    room_id = await create(bob, preset="public_chat")
    await client.rooms.join(room_id)
    found = await client.people.search("bob")
    while not found.people:  # the directory follows a moment after the room
        found = await client.people.search("bob")
    assert [(person.user_id, person.display_name) for person in found.people] == [(bob.user_id, "bob")]
    assert not found.limited
    assert await client.people.mutual_rooms(bob.user_id) == (room_id,)
    await client.people.report(bob.user_id, "spam")


async def test_presence_comes_with_sync(
    open_client: OpenClient, nobody: ApiClient, changes: Changes, clock: FakeClock
) -> None:
    bob = await nobody.register("bob")
    client = await open_client("alice", only=SyncTransport.LONG_POLL)
    room_id = await create(bob, preset="public_chat")
    with Heard(changes, PresenceChanged) as heard:
        await client.rooms.join(room_id)
        body = {"presence": "unavailable", "status_msg": "at lunch"}
        await bob.put(f"/presence/{bob.user_id}/status", body)
        await heard.until(lambda: _status(client.people.presence(bob.user_id)) == "at lunch")
    said = {"presence": "online", "last_active_ago": 1000, "currently_active": True}
    client.people.receive_presence([{"type": "m.presence", "sender": bob.user_id, "content": said}])
    clock.advance(5000)
    assert client.people.presence(bob.user_id) == Presence("online", "", 6000, True)
    await client.people.set_presence("offline", "gone")
    assert (await bob.get(f"/presence/{client.me.user_id}/status")).ok()["status_msg"] == "gone"
    assert client.people.presence("@none:example.org") is None


@pytest.mark.parametrize("only", list(SyncTransport))
async def test_who_wants_to_look_away_does_so_at_once(
    only: SyncTransport, open_client: OpenClient, nobody: ApiClient
) -> None:
    bob = await nobody.register("bob")
    client = await open_client("alice", only=only)
    room_id = await create(bob, preset="public_chat")
    await client.rooms.join(room_id)
    await client.people.set_presence("unavailable")
    path = f"/presence/{client.me.user_id}/status"
    while (await bob.get(path)).ok()["presence"] != "unavailable":
        pass


def _status(presence: Presence | None) -> str:
    return "" if presence is None else presence.status_message
