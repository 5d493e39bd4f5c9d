"""A device that takes in messages while its user is logged in nowhere (MSC3814)."""

from dataclasses import replace

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import device_keys

PATH = "/_matrix/client/unstable/org.matrix.msc3814.v1/dehydrated_device"


def dehydrated(user: ApiClient, device_id: str) -> JsonObject:
    keys = device_keys(replace(user, device_id=device_id), seed=7)
    return {
        "device_id": device_id,
        "device_data": {"algorithm": "org.matrix.msc3814.v2", "device_pickle": "x"},
        "initial_device_display_name": "Dehydrated",
        "device_keys": {**keys, "dehydrated": True},
        "fallback_keys": {"signed_curve25519:A": {"key": "k", "fallback": True, "signatures": {}}},
    }


async def test_a_dehydrated_device_has_keys_takes_messages_and_is_opened_and_deleted(
    alice: ApiClient, bob: ApiClient
) -> None:
    assert (await alice.get(PATH)).errcode == "M_NOT_FOUND"
    assert (await alice.put(PATH, dehydrated(alice, "DRY"))).ok() == {"device_id": "DRY"}
    shown = (await alice.get(PATH)).ok()
    assert shown["device_id"] == "DRY"
    assert shown["device_data"]["device_pickle"] == "x"
    queried = (await bob.post("/keys/query", {"device_keys": {alice.user_id: []}})).ok()
    assert queried["device_keys"][alice.user_id]["DRY"]["dehydrated"] is True
    wanted = {"one_time_keys": {alice.user_id: {"DRY": "signed_curve25519"}}}
    claimed = (await bob.post("/keys/claim", wanted)).ok()["one_time_keys"]
    assert "signed_curve25519:A" in claimed[alice.user_id]["DRY"]
    for n in range(3):
        messages = {alice.user_id: {"DRY": {"n": n}}}
        (await bob.put(f"/sendToDevice/m.room_key/t{n}", {"messages": messages})).ok()
    page = (await alice.get(f"{PATH}/DRY/events")).ok()
    assert [event["content"]["n"] for event in page["events"]] == [0, 1, 2]
    posted = (await alice.post(f"{PATH}/DRY/events", {"next_batch": page["next_batch"]})).ok()
    assert posted == {"events": [], "next_batch": page["next_batch"]}
    assert (await bob.get(f"{PATH}/DRY/events")).errcode == "M_FORBIDDEN"
    assert (await alice.delete(PATH)).ok() == {"device_id": "DRY"}
    assert (await alice.get(PATH)).errcode == "M_NOT_FOUND"
    assert (await alice.get("/devices/DRY")).errcode == "M_NOT_FOUND"


async def test_a_new_one_takes_the_place_of_the_old_and_never_that_of_a_device_in_use(
    alice: ApiClient,
) -> None:
    (await alice.put(PATH, dehydrated(alice, "ONE"))).ok()
    (await alice.put(PATH, dehydrated(alice, "TWO"))).ok()
    devices = {device["device_id"] for device in (await alice.get("/devices")).ok()["devices"]}
    assert devices == {alice.device_id, "TWO"}
    assert (await alice.put(PATH, dehydrated(alice, alice.device_id))).errcode == "M_INVALID_PARAM"
    foreign = dehydrated(alice, "THREE") | {"device_keys": dehydrated(alice, "FOUR")["device_keys"]}
    assert (await alice.put(PATH, foreign)).status == 400
    assert (await alice.get(PATH)).ok()["device_id"] == "TWO"
