"""Receipts and read markers."""

import asyncio
from urllib.parse import quote

import pytest

from federation.protocol.ids import EventId, UserId
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.rooms.send import send_event
from homeserver.storage.receipts import select_read_positions
from homeserver.storage.rooms import Room
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room


@pytest.fixture
async def room(alice: ApiClient, bob: ApiClient, services: Services) -> Room:
    return await make_room(services.rooms, UserId(alice.user_id), members=[UserId(bob.user_id)])


async def say(services: Services, room: Room, sender: ApiClient, **content: object) -> EventId:
    text: JsonObject = {"msgtype": "m.text", "body": "hello", **content}
    return (
        await send_event(services.rooms, room.room_id, UserId(sender.user_id), "m.room.message", text)
    ).event_id


async def read(
    reader: ApiClient, room: Room, event_id: str, type_: str = "m.read", body: JsonObject | None = None
) -> Reply:
    return await reader.post(f"/rooms/{room.room_id}/receipt/{type_}/{quote(event_id)}", body)


async def shown(viewer: ApiClient, room: Room, since: str | None = None) -> list[JsonObject]:
    """Return the contents of the receipts that a sync shows."""
    params = {} if since is None else {"since": since}
    joined = (await viewer.get("/sync", **params)).ok().get("rooms", {}).get("join", {})
    events = joined.get(room.room_id, {}).get("ephemeral", {}).get("events", [])
    return [event["content"] for event in events if event["type"] == "m.receipt"]


async def test_a_receipt_is_shown_to_the_members_of_the_room(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    event_id = await say(services, room, bob)
    since = (await bob.get("/sync")).ok()["next_batch"]
    assert (await read(alice, room, event_id)).ok() == {}
    receipt = {event_id: {"m.read": {alice.user_id: {"ts": services.clock.now_ms()}}}}
    assert await shown(bob, room, since) == [receipt]
    assert await shown(alice, room) == [receipt]


async def test_a_private_receipt_is_shown_to_nobody_else(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    event_id = await say(services, room, bob)
    of_bob = (await bob.get("/sync")).ok()["next_batch"]
    of_alice = (await alice.get("/sync")).ok()["next_batch"]
    (await read(alice, room, event_id, "m.read.private")).ok()
    assert await shown(bob, room, of_bob) == []
    assert await shown(bob, room) == []
    (await read(bob, room, event_id)).ok()
    for since in (of_bob, None):
        (content,) = await shown(bob, room, since)
        assert list(content[event_id]) == ["m.read"], "beside a public receipt it is hidden too"
    for since in (of_alice, None):
        (content,) = await shown(alice, room, since)
        assert list(content[event_id]["m.read.private"]) == [alice.user_id]


async def test_a_receipt_does_not_go_backwards(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    first, second = await say(services, room, bob), await say(services, room, bob)
    (await read(alice, room, second)).ok()
    since = (await bob.get("/sync")).ok()["next_batch"]
    (await read(alice, room, first)).ok()
    (await read(alice, room, second)).ok()
    assert await shown(bob, room, since) == []
    (content,) = await shown(bob, room)
    assert list(content) == [second]


async def test_receipts_sent_at_the_same_time_end_at_the_latest_event(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    events = [await say(services, room, bob) for _ in range(8)]
    replies = await asyncio.gather(
        *(read(reader, room, event) for event in reversed(events) for reader in (alice, bob))
    )
    assert {reply.status for reply in replies} == {200}
    (content,) = await shown(alice, room)
    assert {event: set(of_event["m.read"]) for event, of_event in content.items()} == {
        events[-1]: {alice.user_id, bob.user_id}
    }


async def test_receipts_of_threads_stand_beside_each_other(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    root = await say(services, room, bob)
    reply = await say(services, room, bob, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    reaction = await say(
        services, room, bob, **{"m.relates_to": {"rel_type": "m.reference", "event_id": reply}}
    )
    last = await say(services, room, bob)
    for event_id, thread in ((root, None), (last, "main"), (reply, root), (reaction, root), (root, "main")):
        (await read(alice, room, event_id, body={} if thread is None else {"thread_id": thread})).ok()
    (content,) = await shown(alice, room)
    assert {
        event: of_event["m.read"][alice.user_id].get("thread_id") for event, of_event in content.items()
    } == {root: None, last: "main", reaction: root}
    alice_nid = await services.rooms.names.intern_user(UserId(alice.user_id))
    async with services.db.acquire() as conn:
        positions = (await select_read_positions(conn, alice_nid, [room.nid]))[room.nid]
    assert positions[""] < positions[root] < positions["main"]


async def test_an_event_outside_the_thread_named_is_refused(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    root, other = await say(services, room, bob), await say(services, room, bob)
    reply = await say(services, room, bob, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    for event_id, thread in ((reply, "main"), (reply, other), (other, root)):
        refused = await read(alice, room, event_id, body={"thread_id": thread})
        assert (refused.status, refused.errcode) == (400, "M_INVALID_PARAM"), (event_id, thread)


async def test_malformed_receipts_are_refused(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    event_id = await say(services, room, bob)
    for wrong in (7, "", None, "nonsense", ["main"]):
        refused = await read(alice, room, event_id, body={"thread_id": wrong})
        assert (refused.status, refused.errcode) == (400, "M_INVALID_PARAM"), wrong
    threaded = await read(alice, room, event_id, "m.fully_read", {"thread_id": "main"})
    assert (threaded.status, threaded.errcode) == (400, "M_INVALID_PARAM")
    unknown = await read(alice, room, event_id, "org.example.read")
    assert (unknown.status, unknown.errcode) == (400, "M_INVALID_PARAM")
    path = f"/rooms/{room.room_id}/receipt/m.read/{quote(event_id)}"
    assert (await alice.request("POST", path)).status == 200, "clients from before threads send no body"


async def test_what_one_may_not_see_one_cannot_have_read(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services, clock: FakeClock
) -> None:
    """CVE-2023-42453: receipts for events of rooms that one was never in."""
    clock.advance(1)
    private = await make_room(services.rooms, UserId(alice.user_id))
    elsewhere = await say(services, private, alice)
    outside = await read(bob, private, elsewhere)
    nowhere = await bob.post(f"/rooms/!unknown:example.org/receipt/m.read/{quote(elsewhere)}")
    assert (outside.status, outside.json) == (nowhere.status, nowhere.json)
    assert outside.errcode == "M_FORBIDDEN"
    other_room, unknown = await read(bob, room, elsewhere), await read(bob, room, "$unknown")
    assert (other_room.status, other_room.json) == (unknown.status, unknown.json)
    assert (unknown.status, unknown.errcode) == (404, "M_NOT_FOUND")
    markers = await bob.post(f"/rooms/{room.room_id}/read_markers", {"m.read": elsewhere})
    assert (markers.status, markers.errcode) == (404, "M_NOT_FOUND")


async def test_an_event_hidden_by_history_visibility_cannot_have_been_read(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    visibility = {"history_visibility": "joined"}
    await send_event(
        services.rooms,
        room.room_id,
        UserId(alice.user_id),
        "m.room.history_visibility",
        visibility,
        state_key="",
    )
    hidden = await say(services, room, alice)
    joins = {"membership": "join"}
    await send_event(
        services.rooms, room.room_id, UserId(bob.user_id), "m.room.member", joins, state_key=bob.user_id
    )
    assert (await read(bob, room, hidden)).errcode == "M_NOT_FOUND"
    assert (await read(bob, room, await say(services, room, alice))).status == 200


async def test_the_fully_read_marker_is_account_data_that_goes_forwards(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    first, second = await say(services, room, bob), await say(services, room, bob)
    data = f"/user/{alice.user_id}/rooms/{room.room_id}/account_data/m.fully_read"
    since = (await alice.get("/sync")).ok()["next_batch"]
    (await read(alice, room, second, "m.fully_read")).ok()
    assert (await alice.get(data)).ok() == {"event_id": second}
    (await read(alice, room, first, "m.fully_read")).ok()
    assert (await alice.get(data)).ok() == {"event_id": second}
    joined = (await alice.get("/sync", since=since)).ok()["rooms"]["join"][room.room_id]
    assert joined["account_data"]["events"] == [{"type": "m.fully_read", "content": {"event_id": second}}]
    assert await shown(bob, room) == [], "nobody else is told"


async def test_read_markers_move_together_or_not_at_all(
    alice: ApiClient, bob: ApiClient, room: Room, services: Services
) -> None:
    event_id = await say(services, room, bob)
    path = f"/rooms/{room.room_id}/read_markers"
    assert (await alice.post(path, {"m.read": event_id, "m.fully_read": "$unknown"})).status == 404
    assert await shown(alice, room) == []
    assert (await alice.post(path, {"m.read": 7})).errcode == "M_BAD_JSON"
    (await alice.post(path, {})).ok()
    all_three: JsonObject = {"m.read": event_id, "m.read.private": event_id, "m.fully_read": event_id}
    (await alice.post(path, all_three)).ok()
    (content,) = await shown(alice, room)
    assert set(content[event_id]) == {"m.read", "m.read.private"}
