"""EDUs of other servers: for whom they may speak, where, and that nothing malformed does harm."""

import pytest

from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from homeserver.errors import Unavailable
from homeserver.json_types import JsonObject
from homeserver.peers.edu_receivers import EduReceivers
from homeserver.storage.events import EventStatus
from homeserver.storage.receipts import StoredReceipt, select_receipts
from homeserver.storage.rooms import Room
from tests.federation.inbound.world import BOB, CAROL, OTHER, PEER, World
from tests.support.fake_room import FakeRoom
from tests.support.rooms import ALICE

MALLORY = UserId(f"@mallory:{PEER}")


def typing(room: Room, user_id: UserId, is_typing: object = True) -> JsonObject:
    content = {"room_id": room.room_id, "user_id": user_id, "typing": is_typing}
    return {"edu_type": "m.typing", "content": content}


def receipt(room: Room, user_id: UserId, event_id: str, **data: object) -> JsonObject:
    told = {"event_ids": [event_id], "data": {"ts": 5, **data}}
    return {"edu_type": "m.receipt", "content": {room.room_id: {"m.read": {user_id: told}}}}


def presence(*updates: JsonObject) -> JsonObject:
    return {"edu_type": "m.presence", "content": {"push": list(updates)}}


async def receipts(world: World, room: Room) -> list[StoredReceipt]:
    async with world.rooms.db.acquire() as conn:
        return (await select_receipts(conn, [room.nid], 0, 2**60, 0)).get(room.nid, [])


async def room_with_message(world: World) -> tuple[Room, FakeRoom, Pdu]:
    room, seen = await world.make_room(members=(BOB, CAROL))
    message = seen.message(BOB)
    await world.send([message])
    return room, seen, message


async def content_of(world: World, user_id: UserId) -> dict[str, object] | None:
    nid = await world.rooms.names.intern_user(user_id)
    return world.ephemeral.presence.content(nid)  # type: ignore[return-value]


async def test_typing_of_a_member_is_shown_until_they_stop(world: World) -> None:
    room, _ = await world.make_room()
    await world.send(edus=[typing(room, BOB)])
    assert world.ephemeral.typing.current(room.nid) == [BOB]
    await world.send(edus=[typing(room, BOB, False)])
    assert world.ephemeral.typing.current(room.nid) == []


async def test_typing_of_others_users_and_of_strangers_is_ignored(world: World) -> None:
    room, _ = await world.make_room(members=(BOB, CAROL))
    await world.send(edus=[typing(room, CAROL), typing(room, ALICE), typing(room, MALLORY)])
    assert world.ephemeral.typing.current(room.nid) == []


async def test_typing_of_a_denied_server_is_ignored(world: World) -> None:
    room, _ = await world.make_room(members=(BOB, CAROL))
    await world.set_state(room, "m.room.server_acl", {"allow": ["*"], "deny": [PEER]})
    await world.send(edus=[typing(room, BOB)])
    await world.send(edus=[typing(room, CAROL)], origin=OTHER)
    assert world.ephemeral.typing.current(room.nid) == [CAROL]


async def test_receipt_of_a_member_is_stored(world: World) -> None:
    room, _, message = await room_with_message(world)
    await world.send(edus=[receipt(room, BOB, message.event_id)])
    [stored] = await receipts(world, room)
    assert (stored.user_id, stored.event_id, stored.ts) == (BOB, message.event_id, 5)


async def test_receipts_in_threads_are_kept_apart(world: World) -> None:
    room, _, message = await room_with_message(world)
    await world.send(edus=[receipt(room, BOB, message.event_id, thread_id="main")])
    await world.send(edus=[receipt(room, BOB, message.event_id)])
    assert sorted(stored.thread for stored in await receipts(world, room)) == ["", "main"]


async def test_synapse_1_2_1_receipts_cannot_be_forged_for_others(world: World) -> None:
    room, _, message = await room_with_message(world)
    _, elsewhere = await world.make_room(members=(BOB,))
    forged = [
        receipt(room, CAROL, message.event_id),
        receipt(room, ALICE, message.event_id),
        receipt(room, MALLORY, message.event_id),
        receipt(room, BOB, elsewhere.heads[0]),
    ]
    await world.send(edus=forged)
    assert await receipts(world, room) == []


async def test_receipts_of_a_denied_server_are_ignored(world: World) -> None:
    room, _, message = await room_with_message(world)
    await world.set_state(room, "m.room.server_acl", {"allow": ["*"], "deny": [PEER]})
    await world.send(edus=[receipt(room, BOB, message.event_id)])
    assert await receipts(world, room) == []


async def test_receipt_in_the_transaction_of_its_event_waits_for_it(world: World) -> None:
    room, seen = await world.make_room(members=(BOB, CAROL))
    message = seen.message(BOB)
    await world.send(edus=[receipt(room, CAROL, message.event_id)], origin=OTHER)
    assert await receipts(world, room) == []
    await world.send([message], [receipt(room, BOB, message.event_id)])
    assert await world.status(message) is EventStatus.ACCEPTED
    stored = await world.event(message.event_id)
    assert stored is not None
    await world.rooms.tailer.wait_for(stored.position or 0)
    await world.parts.late_receipts.stop()
    assert {r.user_id for r in await receipts(world, room)} == {BOB, CAROL}


async def test_presence_of_users_in_shared_rooms_is_shown(world: World) -> None:
    await world.make_room()
    update = {"user_id": BOB, "presence": "unavailable", "status_msg": "out", "last_active_ago": 9_000_000}
    await world.send(edus=[presence(update)])
    shown = await content_of(world, BOB)
    assert shown is not None
    assert (shown["presence"], shown["status_msg"]) == ("unavailable", "out")
    assert shown["last_active_ago"] >= 9_000_000  # type: ignore[operator]


async def test_presence_of_somebody_known_is_kept_for_the_room_that_comes_after_it(world: World) -> None:
    await world.rooms.names.intern_user(BOB)
    await world.send(edus=[presence({"user_id": BOB, "presence": "online", "last_active_ago": 1})])
    assert (await content_of(world, BOB) or {})["presence"] == "online"


async def test_presence_of_others_users_and_of_strangers_is_ignored(world: World) -> None:
    await world.make_room(members=(BOB, CAROL))
    told = [{"user_id": user, "presence": "online", "last_active_ago": 1} for user in (CAROL, ALICE, MALLORY)]
    good = {"user_id": BOB, "presence": "online", "last_active_ago": 1, "currently_active": True}
    await world.send(edus=[presence(*told, {"user_id": BOB, "presence": "asleep"}, good)])
    assert [await content_of(world, user) for user in (CAROL, ALICE, MALLORY)] == [None, None, None]
    assert (await content_of(world, BOB) or {})["currently_active"] is True


@pytest.mark.parametrize("edu_type", ["m.typing", "m.receipt", "m.presence", "m.unheard_of"])
async def test_malformed_edus_never_fail_a_transaction(world: World, edu_type: str) -> None:
    room, seen = await world.make_room()
    bad: list[object] = [None, 3, [], {}, {"edu_type": 3, "content": {}}, {"edu_type": edu_type}]
    contents: list[object] = [
        {}, {"room_id": 3, "user_id": {}}, {"room_id": "\0", "user_id": "@\0:x"},
        {"push": {}}, {"push": [3, {}]},
        {room.room_id: 3}, {room.room_id: {"m.read": []}}, {room.room_id: {"m.read": {BOB: 3, "x": {}}}},
        {room.room_id: {"m.read": {BOB: {"event_ids": 3, "data": 3}}}},
        {room.room_id: {"m.read": {BOB: {"event_ids": ["$x"], "data": {"ts": "x", "thread_id": {}}}}}},
        {"push": [{"user_id": BOB, "presence": {}, "status_msg": [], "last_active_ago": "x"}]},
    ]  # fmt: skip
    bad += [{"edu_type": edu_type, "content": content} for content in contents]
    message = seen.message(BOB)
    assert await world.send([message], bad) == {"pdus": {message.event_id: {}}}
    assert await world.status(message) is EventStatus.ACCEPTED


async def test_transaction_is_not_answered_while_an_edu_cannot_be_kept() -> None:
    async def away(_origin: str, _content: JsonObject) -> None:
        raise Unavailable("the database is away")

    async def buggy(_origin: str, _content: JsonObject) -> None:
        raise KeyError("a bug")

    receivers = EduReceivers({"m.away": away, "m.buggy": buggy})
    await receivers.receive_edu(PEER, "m.buggy", {})
    with pytest.raises(Unavailable):
        await receivers.receive_edu(PEER, "m.away", {})
