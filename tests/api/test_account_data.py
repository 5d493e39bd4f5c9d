"""Account data, of the account and of rooms."""

from itertools import product

import pytest

from federation.protocol.ids import UserId
from homeserver.client_data import put_account_data
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.rooms import make_room


async def test_data_of_the_account_is_read_back_as_it_was_written(alice: ApiClient) -> None:
    path = f"/user/{alice.user_id}/account_data/org.example.type"
    assert (await alice.get(path)).errcode == "M_NOT_FOUND"
    content: JsonObject = {"text": "zero \0 byte", "number": 0.5, "deep": [{"a": None}]}
    (await alice.put(path, content)).ok()
    assert (await alice.get(path)).ok() == content
    (await alice.put(path, {"new": True})).ok()
    assert (await alice.get(path)).ok() == {"new": True}


async def test_data_of_a_room_is_apart_from_that_of_the_account(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    of_room = f"/user/{alice.user_id}/rooms/{room.room_id}/account_data/org.example.type"
    of_account = f"/user/{alice.user_id}/account_data/org.example.type"
    (await alice.put(of_room, {"of": "room"})).ok()
    (await alice.put(of_account, {"of": "account"})).ok()
    assert (await alice.get(of_room)).ok() == {"of": "room"}
    assert (await alice.get(of_account)).ok() == {"of": "account"}


async def test_data_of_others_is_neither_read_nor_written(alice: ApiClient, bob: ApiClient) -> None:
    path = f"/user/{alice.user_id}/account_data/org.example.type"
    (await alice.put(path, {})).ok()
    for reply in (await bob.get(path), await bob.put(path, {"x": 1})):
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")


async def test_a_foreign_and_an_unknown_room_are_refused_alike(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    base = f"/user/{bob.user_id}/rooms"
    foreign = await bob.put(f"{base}/{room.room_id}/account_data/t", {})
    unknown = await bob.put(f"{base}/!unknown:example.org/account_data/t", {})
    assert (foreign.status, foreign.json) == (unknown.status, unknown.json)
    assert (foreign.status, foreign.errcode) == (403, "M_FORBIDDEN")
    assert (await bob.get(f"{base}/{room.room_id}/account_data/t")).errcode == "M_NOT_FOUND"


async def test_what_the_server_manages_cannot_be_set(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    for below, type_ in product(("", f"/rooms/{room.room_id}"), ("m.fully_read", "m.push_rules")):
        reply = await alice.put(f"/user/{alice.user_id}{below}/account_data/{type_}", {})
        assert (reply.status, reply.errcode) == (405, "M_BAD_JSON")


async def test_malformed_requests_are_refused(alice: ApiClient) -> None:
    base = f"/user/{alice.user_id}"
    assert (await alice.put(f"{base}/account_data/t", [1])).errcode == "M_BAD_JSON"
    broken = await alice.request("PUT", f"{base}/account_data/t", data=b"{")
    assert (broken.status, broken.errcode) == (400, "M_NOT_JSON")
    assert (await alice.put(f"{base}/account_data/{'t' * 256}")).errcode == "M_INVALID_PARAM"
    no_room = await alice.put(f"{base}/rooms/@alice:example.org/account_data/t")
    assert (no_room.status, no_room.errcode) == (400, "M_INVALID_PARAM")
    large = await alice.put(f"{base}/account_data/t", {"x": "x" * 300_000})
    assert (large.status, large.errcode) == (413, "M_TOO_LARGE")


async def test_a_user_keeps_a_bounded_number_of_types(
    alice: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(put_account_data, "MAX_TYPES", 2)
    base = f"/user/{alice.user_id}/account_data"
    for type_ in ("a", "b"):
        (await alice.put(f"{base}/{type_}")).ok()
    assert (await alice.put(f"{base}/c")).status == 403
    (await alice.put(f"{base}/a", {"changed": True})).ok()


async def test_a_sync_shows_what_changed_since_the_last(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    base = f"/user/{alice.user_id}"
    (await alice.put(f"{base}/account_data/org.example.old", {"old": 1})).ok()
    first = (await alice.get("/sync")).ok()
    assert {"type": "org.example.old", "content": {"old": 1}} in first["account_data"]["events"]
    (await alice.put(f"{base}/account_data/org.example.new", {"new": 1})).ok()
    (await alice.put(f"{base}/rooms/{room.room_id}/account_data/org.example.room", {"room": 1})).ok()
    second = (await alice.get("/sync", since=first["next_batch"])).ok()
    assert second["account_data"]["events"] == [{"type": "org.example.new", "content": {"new": 1}}]
    assert second["rooms"]["join"][room.room_id]["account_data"]["events"] == [
        {"type": "org.example.room", "content": {"room": 1}}
    ]


async def test_an_upgraded_room_takes_over_tags_and_directness(alice: ApiClient, bob: ApiClient) -> None:
    old = (await alice.post("/createRoom", {"preset": "public_chat"})).ok()["room_id"]
    (await bob.post(f"/join/{old}")).ok()
    for user in (alice, bob):
        (await user.put(f"/user/{user.user_id}/rooms/{old}/tags/u.x", {"order": 0.5})).ok()
        (
            await user.put(f"/user/{user.user_id}/account_data/m.direct", {alice.user_id: [old, 7], "odd": 1})
        ).ok()
    since = {user: (await user.get("/sync")).ok()["next_batch"] for user in (alice, bob)}
    upgraded = await alice.post(f"/rooms/{old}/upgrade", {"new_version": "12"})
    new = upgraded.ok()["replacement_room"]
    (await bob.post(f"/join/{new}")).ok()
    for user in (alice, bob):
        direct = None
        while direct is None:
            sync = (await user.get("/sync", since=since[user], timeout=10_000)).ok()
            since[user] = sync["next_batch"]
            events = sync.get("account_data", {}).get("events", [])
            direct = next((event["content"] for event in events if event["type"] == "m.direct"), None)
        assert direct == {alice.user_id: [old, 7, new], "odd": 1}
        tags = await user.get(f"/user/{user.user_id}/rooms/{new}/tags")
        assert tags.ok() == {"tags": {"u.x": {"order": 0.5}}}
