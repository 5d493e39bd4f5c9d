"""Following the server: every transport shows the same."""

import pytest

from client_desktop.core.changes import (
    AccountDataChanged,
    Changes,
    RoomsChanged,
    SyncStateChanged,
    TypingChanged,
)
from client_desktop.core.client import Client
from client_desktop.core.errors import NotAllowed
from client_desktop.core.json_types import JsonObject
from client_desktop.core.values import (
    Membership,
    RoomKind,
    RoomSection,
    RoomSummary,
    SyncState,
    SyncTransport,
)
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path, send, set_state
from tests.desktop.clients import Heard, OpenClient
from tests.desktop.homeserver import Homeserver

TRANSPORTS = pytest.mark.parametrize("only", list(SyncTransport))


@pytest.fixture
async def bob(nobody: ApiClient) -> ApiClient:
    return await nobody.register("bob")


def room_of(client: Client, room_id: str) -> RoomSummary:
    found = client.rooms.summary(room_id)
    assert found is not None
    return found


@TRANSPORTS
async def test_what_happens_in_rooms_is_seen(
    only: SyncTransport, nobody: ApiClient, bob: ApiClient, open_client: OpenClient, changes: Changes
) -> None:
    room_id = await create(bob, name="Mountain hut", topic="Who brings wood?", preset="public_chat")
    me = await open_client.sign_in("alice")
    alice = nobody.with_token(me.access_token)
    await join(alice, room_id)
    await send(bob, room_id, {"msgtype": "m.text", "body": "I do"})
    client = await open_client.resume(me, only=only)
    assert client.sync.transport is only
    (room,) = client.rooms.list()
    assert (room.name, room.topic) == ("Mountain hut", "Who brings wood?")
    assert (room.last_text, room.last_sender_name, room.joined_members) == ("I do", "bob", 2)
    assert (room.membership, room.section, room.room_version) == (Membership.JOIN, RoomSection.ROOMS, "12")
    with Heard(changes, RoomsChanged) as heard:
        mentions: JsonObject = {"user_ids": [client.me.user_id]}
        await send(bob, room_id, {"msgtype": "m.text", "body": "and matches, alice", "m.mentions": mentions})
        await heard.until(lambda: room_of(client, room_id).last_text == "and matches, alice")
        assert room_of(client, room_id).unread == 2
        assert room_of(client, room_id).mentions == 1
        await set_state(bob, room_id, "m.room.name", {"name": "Hut"})
        await heard.until(lambda: room_of(client, room_id).name == "Hut")
        await client.rooms.set_tag(room_id, "m.favourite", 0.25)
        await heard.until(lambda: room_of(client, room_id).section is RoomSection.FAVOURITES)
        assert room_of(client, room_id).order == 0.25
        await client.rooms.set_muted(room_id, True)
        await heard.until(lambda: room_of(client, room_id).muted)
    with Heard(changes, TypingChanged) as typing:
        await bob.put(room_path(room_id, f"/typing/{bob.user_id}"), {"typing": True, "timeout": 30000})
        await typing.until(lambda: room_of(client, room_id).typing == ("bob",))
        assert typing.all[-1].user_ids == (bob.user_id,)
    assert client.sync.state is SyncState.LIVE


@TRANSPORTS
async def test_invitations_come_and_go(
    only: SyncTransport, bob: ApiClient, open_client: OpenClient, changes: Changes
) -> None:
    client = await open_client("alice", only=only)
    me = client.me.user_id
    with Heard(changes, RoomsChanged) as heard:
        room_id = await create(bob, preset="private_chat", is_direct=True, invite=[me])
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
        room = room_of(client, room_id)
        assert (room.membership, room.section, room.kind) == (
            Membership.INVITE,
            RoomSection.INVITES,
            RoomKind.DIRECT,
        )
        assert room.invite is not None
        assert (room.name, room.invite.inviter, room.invite.inviter_name) == ("bob", bob.user_id, "bob")
        await client.rooms.join(room_id)
        await heard.until(lambda: room_of(client, room_id).membership is Membership.JOIN)
        assert (room_of(client, room_id).invite, room_of(client, room_id).joined_members) == (None, 2)
        await act(bob, room_id, "kick", me)
        await heard.until(lambda: room_of(client, room_id).membership is Membership.LEAVE)
        assert room_of(client, room_id).section is RoomSection.HIDDEN
        await act(bob, room_id, "ban", me)
        await act(bob, room_id, "unban", me)
        await act(bob, room_id, "invite", me)
        await heard.until(lambda: room_of(client, room_id).membership is Membership.INVITE)
        await client.rooms.leave(room_id)
        await heard.until(lambda: room_of(client, room_id).membership is Membership.LEAVE)
        await client.rooms.forget(room_id)
    assert client.rooms.list() == ()
    assert heard.all[-1].gone == (room_id,)


@TRANSPORTS
async def test_a_restart_shows_what_was_known_and_catches_up(
    only: SyncTransport, bob: ApiClient, open_client: OpenClient, homeserver: Homeserver, changes: Changes
) -> None:
    client = await open_client("alice", only=only)
    room_id = await create(bob, name="Hut", preset="public_chat")
    with Heard(changes, RoomsChanged) as heard:
        await client.rooms.join(room_id)
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
    before = client.rooms.list()
    me = client.me
    await open_client.close(client)
    await homeserver.stop()
    client = await open_client.resume(me, start=False, only=only)
    assert client.rooms.list() == before
    await client.start()
    await client.sync.until(SyncState.OFFLINE)
    await homeserver.start()
    await send(bob, room_id, {"msgtype": "m.text", "body": "while you were away"})
    with Heard(changes, RoomsChanged) as heard:
        client.sync.wake()
        await heard.until(lambda: room_of(client, room_id).last_text == "while you were away")
    assert client.rooms.summary(room_id) is not None


@TRANSPORTS
async def test_a_lost_server_is_found_again(
    only: SyncTransport, bob: ApiClient, open_client: OpenClient, homeserver: Homeserver, changes: Changes
) -> None:
    client = await open_client("alice", only=only)
    room_id = await create(bob, preset="public_chat")
    with Heard(changes, SyncStateChanged) as states:
        await homeserver.stop()
        await states.until(lambda: client.sync.state is SyncState.OFFLINE)
        await homeserver.start()
        await bob.post(f"/rooms/{room_id}/invite", {"user_id": client.me.user_id})
        client.sync.wake()
        await states.until(lambda: client.sync.state is SyncState.LIVE)
    assert states.all[0].state is SyncState.OFFLINE
    with Heard(changes, RoomsChanged) as heard:
        await heard.until(lambda: client.rooms.summary(room_id) is not None)


@TRANSPORTS
async def test_a_revoked_token_signs_out(
    only: SyncTransport, nobody: ApiClient, open_client: OpenClient
) -> None:
    client = await open_client("alice", only=only)
    await nobody.with_token(client.me.access_token).post("/logout")
    await client.sync.until(SyncState.SIGNED_OUT)
    assert not client.sync.signed_out_softly


@TRANSPORTS
async def test_a_token_that_the_server_forgot_begins_anew(
    only: SyncTransport, bob: ApiClient, open_client: OpenClient, changes: Changes
) -> None:
    client = await open_client("alice", only=only)
    room_id = await create(bob, preset="public_chat", name="Hut")
    with Heard(changes, RoomsChanged) as heard:
        await client.rooms.join(room_id)
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
    await open_client.close(client)
    client = await open_client.resume(client.me, start=False, only=only)
    with client.store.transaction() as db:
        db.execute("UPDATE facts SET value = ? WHERE name = 'sync.token'", ('["nonsense", ""]',))
        # A room that the server does not have goes when everything is known anew.
        db.execute("INSERT INTO rooms SELECT '!gone:example.org', summary, record FROM rooms")
    await client.start()
    await client.sync.until(SyncState.LIVE)
    assert [room.room_id for room in client.rooms.list()] == [room_id]


async def test_an_accepted_invitation_and_one_that_is_sent_are_told_to_encryption(
    bob: ApiClient, open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await open_client("alice")
    told: list[tuple[str, str, str]] = []

    async def refuse(room_id: str, user_id: str) -> None:
        told.append(("invite", room_id, user_id))
        raise NotAllowed("nothing to share")

    client.rooms._ctx.accepted_invite = lambda room_id, user_id: told.append(("join", room_id, user_id))
    client.rooms._ctx.before_invite = refuse
    options: dict[str, object] = {"invite": [client.me.user_id], "room_alias_name": "hut"}
    room_id = (await bob.post("/createRoom", options)).ok()["room_id"]
    with Heard(changes, RoomsChanged) as heard:
        await heard.until(lambda: client.rooms.summary(room_id) is not None)
    await client.rooms.join("#hut:example.org")
    await client.rooms.invite(room_id, "@carol:example.org")
    assert told == [("join", room_id, bob.user_id), ("invite", room_id, "@carol:example.org")]


async def test_transports_of_one_kind_go_on_from_each_other(
    bob: ApiClient, open_client: OpenClient, changes: Changes
) -> None:
    client = await open_client("alice", only=SyncTransport.WEBSOCKET)
    await client.people.set_account_data("org.example", {"a": 1})
    with Heard(changes, AccountDataChanged) as heard:
        await heard.until(lambda: client.people.account_data("org.example") == {"a": 1})
    await open_client.close(client)
    with Heard(changes, AccountDataChanged) as heard:
        client = await open_client.resume(client.me, only=SyncTransport.LONG_POLL)
    assert not any("org.example" in change.types for change in heard.all)
    await open_client.close(client)
    with Heard(changes, AccountDataChanged) as heard:
        client = await open_client.resume(client.me, only=SyncTransport.SLIDING)
    assert any("org.example" in change.types for change in heard.all)


async def test_our_own_server_is_followed_over_the_websocket(open_client: OpenClient) -> None:
    assert (await open_client("alice")).sync.transport is SyncTransport.WEBSOCKET


async def test_sliding_sync_brings_all_rooms_window_by_window(
    nobody: ApiClient, open_client: OpenClient, changes: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_desktop.core.sync.sliding.FIRST_WINDOW", 2)
    monkeypatch.setattr("client_desktop.core.sync.sliding.WINDOW_STEP", 2)
    me = await open_client.sign_in("alice")
    alice = nobody.with_token(me.access_token)
    rooms = {await create(alice, name=f"Room {number}") for number in range(7)}
    with Heard(changes, SyncStateChanged) as states:
        client = await open_client.resume(me, only=SyncTransport.SLIDING)
    assert {room.room_id for room in client.rooms.list()} == rooms
    assert [change.state for change in states.all] == [
        SyncState.STARTING,
        SyncState.CATCHING_UP,
        SyncState.LIVE,
    ]
