"""Who followed everything and who comes anew see the same, over whichever transport."""

from dataclasses import replace

from client_desktop.core.changes import Change, Changes
from client_desktop.core.client import Client
from client_desktop.core.values import RoomSummary, SyncTransport
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.desktop.clients import Heard, OpenClient


def seen(client: Client) -> dict[str, RoomSummary]:
    """What the list shows, without what only some transports tell."""
    # Whether a room that was left is listed at all is a question of when one came.
    rooms = [room for room in client.rooms.list() if room.membership in ("join", "invite", "knock")]
    return {room.room_id: replace(room, last_at_ms=0, unread=0, mentions=0) for room in rooms}


async def a_busy_hour(alice: Client, bob: ApiClient, carol: ApiClient) -> None:
    """Change about everything that a room list shows."""
    me, rooms = alice.me.user_id, alice.rooms
    hut = await create(bob, name="Hut", preset="public_chat")
    nameless = await create(bob, preset="public_chat")
    left = await create(bob, preset="public_chat", name="Left")
    for room_id in (hut, nameless, left):
        await rooms.join(room_id)
    await join(carol, nameless)
    invited = await create(bob, invite=[me], is_direct=True)
    gone = await create(bob, invite=[me])
    space = await create(bob, preset="public_chat", name="Club", creation_content={"type": "m.space"})
    await rooms.join(space)
    await set_state(bob, space, "m.space.child", {"via": ["example.org"]}, hut)
    for number in range(25):  # more than a timeline holds: a gap for whoever comes late
        await send(bob, hut, {"msgtype": "m.text", "body": f"message {number}"})
    await set_state(bob, hut, "m.room.topic", {"topic": "Wood"})
    await set_state(bob, hut, "m.room.encryption", {"algorithm": "m.megolm.v1.aes-sha2"})
    await set_state(
        carol, nameless, "m.room.member", {"membership": "join", "displayname": "Caro"}, carol.user_id
    )
    await rooms.set_tag(hut, "m.favourite", 0.5)
    await rooms.set_tag(nameless, "m.lowpriority")
    await rooms.set_muted(nameless, True)
    await rooms.mark_unread(hut, True)
    await rooms.leave(left)
    await rooms.leave(gone)
    await rooms.set_direct(invited, bob.user_id)
    upgraded = await create(bob, room_version="10", name="Old", preset="public_chat")
    await rooms.join(upgraded)
    new = (await bob.post(f"/rooms/{upgraded}/upgrade", {"new_version": "12"})).ok()["replacement_room"]
    await rooms.join(new)
    await act(bob, new, "kick", me)
    await rooms.join(new)
    await send(carol, nameless, {"msgtype": "m.text", "body": "the end"})


async def test_everybody_sees_the_same_in_the_end(
    open_client: OpenClient, nobody: ApiClient, changes: Changes
) -> None:
    bob, carol = await nobody.register("bob"), await nobody.register("carol")
    live = [await open_client("alice", only=kind) for kind in SyncTransport]
    with Heard(changes, Change) as heard:
        await a_busy_hour(live[0], bob, carol)
        fresh = [await open_client("alice", only=kind) for kind in SyncTransport]
        wanted = seen(fresh[-1])
        assert len(wanted) == 6
        for client in (*live, *fresh):
            await heard.until(lambda client=client: seen(client) == wanted)  # type: ignore[misc]
