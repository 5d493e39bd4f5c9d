"""What clients see of a room that was joined before its members were known."""

import asyncio
from urllib.parse import quote

from federation.protocol.ids import ServerName, UserId
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.rooms.adopt_room import PartialJoin
from homeserver.rooms.complete_partial_state import complete_partial_state
from homeserver.rooms.store_outliers import store_outliers
from tests.api.client import ApiClient
from tests.api.sliding_calls import Slider, types, window
from tests.rooms.test_adopt_room import MEMBERS, adopt
from tests.support.foreign_room import EVE, make_foreign_room

LAZY = '{"room":{"state":{"lazy_load_members":true}}}'


async def sync(client: ApiClient, **params: str | int) -> tuple[str, JsonObject]:
    body = (await client.get("/sync", **params)).ok()
    joined: JsonObject = body["rooms"]["join"]
    return str(body["next_batch"]), joined


async def test_lazy_clients_see_the_room_at_once_others_whole_when_it_is_complete(
    services: Services, alice: ApiClient
) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    user_id = UserId((await alice.whoami()).ok()["user_id"])
    partial = PartialJoin(ServerName("elsewhere"), (ServerName("elsewhere"),))
    since, _ = await sync(alice)
    room, committed = await adopt(services.rooms, foreign, user_id, partial)
    await services.rooms.tailer.wait_for(committed.position)

    lazy_since, lazily = await sync(alice, filter=LAZY)
    assert room.room_id in lazily
    assert room.room_id not in (await sync(alice))[1]
    since, waiting = await sync(alice, since=since)
    assert room.room_id not in waiting

    before = foreign.before[committed.event_id].values()
    await store_outliers(services.rooms, room, foreign.pdus(before))
    await complete_partial_state(services.rooms, room, list(before))

    _, whole = await sync(alice, since=since, timeout=5_000)
    state = [*whole[room.room_id]["state"]["events"], *whole[room.room_id]["timeline"]["events"]]
    members = {event["state_key"] for event in state if event["type"] == "m.room.member"}
    assert members == {user_id, EVE, *MEMBERS}
    _, lazily = await sync(alice, since=lazy_since, filter=LAZY)
    assert lazily[room.room_id]["summary"]["m.joined_member_count"] == len(MEMBERS) + 2


async def test_list_of_members_waits_until_they_are_known(services: Services, alice: ApiClient) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    user_id = UserId((await alice.whoami()).ok()["user_id"])
    partial = PartialJoin(ServerName("elsewhere"), (ServerName("elsewhere"),))
    room, committed = await adopt(services.rooms, foreign, user_id, partial)
    await services.rooms.tailer.wait_for(committed.position)
    at, _ = await sync(alice, filter=LAZY)
    path = f"/rooms/{quote(room.room_id)}"
    asked = [
        asyncio.create_task(alice.get(f"{path}/members", at=at)),
        asyncio.create_task(alice.get(f"{path}/joined_members")),
    ]
    before = foreign.before[committed.event_id].values()
    await store_outliers(services.rooms, room, foreign.pdus(before))
    assert not any(task.done() for task in asked)
    await complete_partial_state(services.rooms, room, list(before))
    members, joined = await asyncio.gather(*asked)
    everybody = {user_id, EVE, *MEMBERS}
    assert {event["state_key"] for event in members.ok()["chunk"]} >= everybody
    assert set(joined.ok()["joined"]) == everybody


async def test_sliding_sync_shows_the_room_at_once_to_lazy_clients_and_whole_to_others(
    services: Services, alice: ApiClient
) -> None:
    foreign = make_foreign_room(members=MEMBERS)
    user_id = UserId((await alice.whoami()).ok()["user_id"])
    partial = PartialJoin(ServerName("elsewhere"), (ServerName("elsewhere"),))
    lazy = Slider(alice, {"lists": {"all": window(9, 5, ["*", "*"], ["m.room.member", "$LAZY"])}})
    eager = Slider(alice, {"lists": {"all": window(9, 5, ["*", "*"])}}, conn_id="eager")
    await lazy.sync()
    await eager.sync()
    room, committed = await adopt(services.rooms, foreign, user_id, partial)
    await services.rooms.tailer.wait_for(committed.position)
    assert (await lazy.sync(5_000))["rooms"].keys() == {room.room_id}
    assert (await eager.sync())["rooms"] == {}

    before = foreign.before[committed.event_id].values()
    await store_outliers(services.rooms, room, foreign.pdus(before))
    await complete_partial_state(services.rooms, room, list(before))

    whole = (await eager.sync(5_000))["rooms"][room.room_id]
    members = {key for type_, key in types(whole["required_state"]) if type_ == "m.room.member"}
    assert members == {user_id, EVE, *MEMBERS}
    assert whole["initial"] is True
    completed = (await lazy.sync(5_000))["rooms"][room.room_id]
    assert completed["joined_count"] == len(MEMBERS) + 2
