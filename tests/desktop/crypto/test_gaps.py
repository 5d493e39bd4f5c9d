"""Who was away while this client was: nobody keeps a key that they should have lost, whatever a gap hides."""

from __future__ import annotations

from typing import Any

import pytest

from client_desktop.core.changes import Changes, RoomsChanged
from client_desktop.core.client import Client
from client_desktop.core.rooms.create import Access, CreateRoom
from client_desktop.core.rooms.returned import returned_unseen
from client_desktop.core.values import SyncTransport
from tests.api.client import ApiClient
from tests.desktop.clients import Heard, OpenClient

MORE_THAN_A_BATCH = 25


async def a_room_of_three(
    open_client: OpenClient, nobody: ApiClient, changes: Changes, only: SyncTransport
) -> tuple[Client, ApiClient, ApiClient, str]:
    """Alice's client, and Bob and Carol, who are in her encrypted room, which anybody may join."""
    alice = await open_client("alice", only=only)
    bob, carol = await nobody.register("bob"), await nobody.register("carol")
    room_id = await alice.rooms.create(CreateRoom(name="Hut", access=Access.PUBLIC))
    for guest in (bob, carol):
        (await guest.post(f"/join/{room_id}")).ok()
    with Heard(changes, RoomsChanged) as heard:
        await heard.until(lambda: alice.rooms.summary(room_id) is not None)
    return alice, bob, carol, room_id


async def session_of_next_message(client: Client, room_id: str) -> str:
    _, content = await client.crypto.encrypt(room_id, "m.room.message", {"msgtype": "m.text", "body": "x"})
    return str(content["session_id"])


async def away(open_client: OpenClient, alice: Client) -> Any:
    """Close a client; what it returns opens it again."""
    me = alice.me
    await open_client.close(alice)
    return me


async def chatter(guest: ApiClient, room_id: str) -> None:
    """Say so much that the next sync has a gap."""
    for number in range(MORE_THAN_A_BATCH):
        body = {"msgtype": "m.text", "body": str(number)}
        (await guest.put(f"/rooms/{room_id}/send/m.room.message/{number}", body)).ok()


TRANSPORTS = [SyncTransport.WEBSOCKET, SyncTransport.SLIDING, SyncTransport.LONG_POLL]


@pytest.mark.parametrize("only", TRANSPORTS)
async def test_who_left_and_came_back_in_a_gap_makes_a_new_session(
    open_client: OpenClient, nobody: ApiClient, changes: Changes, only: SyncTransport
) -> None:
    alice, bob, carol, room_id = await a_room_of_three(open_client, nobody, changes, only)
    first = await session_of_next_message(alice, room_id)
    assert await session_of_next_message(alice, room_id) == first
    me = await away(open_client, alice)
    (await bob.post(f"/rooms/{room_id}/leave")).ok()
    (await bob.post(f"/join/{room_id}")).ok()
    await chatter(carol, room_id)
    alice = await open_client.resume(me, only=only)
    assert await session_of_next_message(alice, room_id) != first


async def test_who_was_replaced_by_another_in_a_gap_reads_nothing_more(
    open_client: OpenClient, nobody: ApiClient, changes: Changes
) -> None:
    alice, bob, carol, room_id = await a_room_of_three(open_client, nobody, changes, SyncTransport.LONG_POLL)
    first = await session_of_next_message(alice, room_id)
    me = await away(open_client, alice)
    (await bob.post(f"/rooms/{room_id}/leave")).ok()
    dave = await nobody.register("dave")
    (await dave.post(f"/join/{room_id}")).ok()
    await chatter(carol, room_id)
    alice = await open_client.resume(me, only=SyncTransport.LONG_POLL)
    assert await session_of_next_message(alice, room_id) != first
    present = await alice.rooms.keyholders(room_id)
    assert set(present) == {me.user_id, carol.user_id, dave.user_id}


async def test_a_gap_in_which_nobody_came_or_went_keeps_the_session(
    open_client: OpenClient, nobody: ApiClient, changes: Changes
) -> None:
    alice, _, carol, room_id = await a_room_of_three(open_client, nobody, changes, SyncTransport.LONG_POLL)
    first = await session_of_next_message(alice, room_id)
    me = await away(open_client, alice)
    await chatter(carol, room_id)
    alice = await open_client.resume(me, only=SyncTransport.LONG_POLL)
    assert await session_of_next_message(alice, room_id) == first


def a_member(event_id: str, membership: str, was: str | None = None, user: str = "@bob:x") -> dict[str, Any]:
    unsigned = {} if was is None else {"prev_content": {"membership": was}}
    return {
        "state_key": user,
        "event_id": event_id,
        "content": {"membership": membership},
        "unsigned": unsigned,
    }


def test_only_who_may_have_been_away_counts_as_returned() -> None:
    before = [a_member("$1", "join")]
    assert returned_unseen(before, [a_member("$1", "join")]) == frozenset()
    assert returned_unseen(before, [a_member("$2", "join", "join")]) == frozenset()
    assert returned_unseen(before, [a_member("$2", "join", "leave")]) == {"@bob:x"}
    assert returned_unseen(before, [a_member("$2", "join")]) == {"@bob:x"}
    assert returned_unseen(before, [a_member("$2", "leave", "join")]) == frozenset()
    assert returned_unseen([], [a_member("$2", "join")]) == frozenset()
    assert returned_unseen([a_member("$1", "invite")], [a_member("$2", "join", "invite")]) == frozenset()
