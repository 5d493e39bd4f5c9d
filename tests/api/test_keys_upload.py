"""A device's own keys: uploading, counting, claiming."""

import asyncio

import pytest

from homeserver.e2ee import upload_keys
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import claim, device_keys, one_time_key, query, sync, token, upload


async def test_uploaded_device_keys_are_shown_to_others(alice: ApiClient, bob: ApiClient) -> None:
    keys = device_keys(alice)
    assert await upload(alice, device_keys=keys) == {"signed_curve25519": 0}
    await alice.put(f"/devices/{alice.device_id}", {"display_name": "Phone"})
    found = (await query(bob, alice.user_id))["device_keys"]
    assert found == {alice.user_id: {alice.device_id: {**keys, "unsigned": {"device_display_name": "Phone"}}}}


async def test_query_leaves_out_who_does_not_exist_and_devices_without_keys(
    alice: ApiClient, bob: ApiClient
) -> None:
    await upload(alice, device_keys=device_keys(alice))
    second = await alice.log_in("alice")
    await upload(second, device_keys=device_keys(second, 2))
    wanted = {alice.user_id: [second.device_id, "NONE"], bob.user_id: [], "@nobody:example.org": []}
    found = (await bob.post("/keys/query", {"device_keys": wanted})).ok()
    assert {user: list(devices) for user, devices in found["device_keys"].items()} == {
        alice.user_id: [second.device_id],
        bob.user_id: [],
    }
    assert found["failures"] == {}


async def test_users_of_other_servers_fail_where_there_is_no_federation(alice: ApiClient) -> None:
    found = await query(alice, "@carol:elsewhere.example")
    assert list(found["failures"]) == ["elsewhere.example"]
    wanted = {"one_time_keys": {"@carol:elsewhere.example": {"D": "signed_curve25519"}}}
    assert list((await alice.post("/keys/claim", wanted)).ok()["failures"]) == ["elsewhere.example"]


@pytest.mark.parametrize(
    "broken",
    [
        {"algorithms": None},
        {"algorithms": "m.olm"},
        {"keys": {"ed25519:X": 1}},
        {"keys": None},
        {"signatures": {"@alice:example.org": "no object"}},
        {"signatures": None},
        {"extra": 1.5},
        {"extra": 2**60},
        {"extra": "x" * 70_000},
        {"user_id": "@bob:example.org"},
        {"device_id": "ANOTHER"},
    ],
)
async def test_malformed_device_keys_are_refused(alice: ApiClient, broken: JsonObject) -> None:
    """CVE-2025-61672: what other servers would choke on is not stored."""
    keys = {name: value for name, value in (device_keys(alice) | broken).items() if value is not None}
    reply = await alice.post("/keys/upload", {"device_keys": keys})
    assert reply.status == 400
    assert reply.errcode in ("M_BAD_JSON", "M_INVALID_PARAM")
    assert (await query(alice, alice.user_id))["device_keys"] == {alice.user_id: {}}


@pytest.mark.parametrize(
    "keys",
    [
        {"no_colon": one_time_key(1)},
        {":id": one_time_key(1)},
        {"signed_curve25519:": one_time_key(1)},
        {"signed_curve25519:" + "x" * 300: one_time_key(1)},
        {"signed_curve25519:A": 5},
        {"signed_curve25519:A": {"key": "x"}},
        {"signed_curve25519:A": {"key": "x", "signatures": {"@a:b": {"k": 1}}}},
        {"signed_curve25519:A": one_time_key(1, weight=0.5)},
    ],
)
async def test_malformed_one_time_keys_are_refused(alice: ApiClient, keys: JsonObject) -> None:
    for field in ("one_time_keys", "fallback_keys"):
        assert (await alice.post("/keys/upload", {field: keys})).errcode == "M_BAD_JSON"
    assert await upload(alice) == {"signed_curve25519": 0}


async def test_signatures_of_other_users_in_device_keys_are_dropped(alice: ApiClient, bob: ApiClient) -> None:
    keys = device_keys(alice)
    forged = {
        **keys,
        "signatures": {**keys["signatures"], bob.user_id: {"ed25519:X": "abc"}},
        "unsigned": {"a": 1},
    }
    await upload(alice, device_keys=forged)
    found = (await query(bob, alice.user_id))["device_keys"][alice.user_id][alice.device_id]
    assert found == {**keys, "unsigned": {}}


async def test_keys_are_claimed_in_the_order_of_upload_and_once(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, one_time_keys={"signed_curve25519:Z": one_time_key(1)})
    counts = await upload(alice, one_time_keys={"signed_curve25519:A": one_time_key(2), "other:A": "plain"})
    assert counts == {"signed_curve25519": 2, "other": 1}
    assert await claim(bob, alice) == {"signed_curve25519:Z": one_time_key(1)}
    assert await claim(bob, alice) == {"signed_curve25519:A": one_time_key(2)}
    assert await claim(bob, alice) == {}
    assert await claim(bob, alice, "other") == {"other:A": "plain"}
    assert await upload(alice) == {"signed_curve25519": 0}


async def test_no_key_is_given_to_two_who_claim_at_once(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, one_time_keys={f"signed_curve25519:{n}": one_time_key(n) for n in range(5)})
    claimed = await asyncio.gather(*(claim(bob, alice) for _ in range(8)))
    names = [name for keys in claimed for name in keys]
    assert sorted(names) == [f"signed_curve25519:{n}" for n in range(5)]


async def test_a_fallback_key_is_given_when_no_other_is_left_and_is_known_to_be_used(
    alice: ApiClient, bob: ApiClient
) -> None:
    fallback = one_time_key(9, fallback=True)
    await upload(
        alice,
        one_time_keys={"signed_curve25519:A": one_time_key(1)},
        fallback_keys={"signed_curve25519:F": fallback},
    )
    first = await sync(alice)
    assert first["device_one_time_keys_count"] == {"signed_curve25519": 1}
    assert first["device_unused_fallback_key_types"] == ["signed_curve25519"]
    assert list(await claim(bob, alice)) == ["signed_curve25519:A"]
    assert await claim(bob, alice) == {"signed_curve25519:F": fallback}
    assert await claim(bob, alice) == {"signed_curve25519:F": fallback}
    after = await sync(alice, first["next_batch"])
    assert after["device_one_time_keys_count"] == {"signed_curve25519": 0}
    assert after["device_unused_fallback_key_types"] == []
    await upload(alice, fallback_keys={"signed_curve25519:F": fallback})
    assert (await sync(alice))["device_unused_fallback_key_types"] == []
    await upload(alice, fallback_keys={"signed_curve25519:G": fallback})
    assert (await sync(alice))["device_unused_fallback_key_types"] == ["signed_curve25519"]


async def test_a_waiting_sync_says_that_the_last_key_was_claimed(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, one_time_keys={"signed_curve25519:A": one_time_key(1)})
    waiting = asyncio.create_task(sync(alice, await token(alice), 100_000))
    await asyncio.sleep(0)
    await claim(bob, alice)
    async with asyncio.timeout(60):
        assert (await waiting)["device_one_time_keys_count"] == {"signed_curve25519": 0}


async def test_a_one_time_key_cannot_change(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, one_time_keys={"signed_curve25519:A": one_time_key(1)})
    assert await upload(alice, one_time_keys={"signed_curve25519:A": one_time_key(1)}) == {
        "signed_curve25519": 1
    }
    changed = {"signed_curve25519:A": one_time_key(2), "signed_curve25519:B": one_time_key(3)}
    reply = await alice.post("/keys/upload", {"one_time_keys": changed})
    assert (reply.status, reply.errcode) == (400, "M_UNKNOWN")
    assert await claim(bob, alice) == {"signed_curve25519:A": one_time_key(1)}
    assert await claim(bob, alice) == {}


async def test_one_time_keys_are_bounded(alice: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_keys, "MAX_ONE_TIME_KEYS", 2)
    keys = {f"signed_curve25519:{n}": one_time_key(n) for n in range(3)}
    assert (await alice.post("/keys/upload", {"one_time_keys": keys})).status == 413
    for name in list(keys)[:2]:
        await upload(alice, one_time_keys={name: keys[name]})
    assert (await alice.post("/keys/upload", {"one_time_keys": {"signed_curve25519:9": "x"}})).status == 413
    assert await upload(alice) == {"signed_curve25519": 2}


async def test_two_fallback_keys_of_one_algorithm_are_refused(alice: ApiClient) -> None:
    keys = {"signed_curve25519:A": one_time_key(1), "signed_curve25519:B": one_time_key(2)}
    assert (await alice.post("/keys/upload", {"fallback_keys": keys})).errcode == "M_BAD_JSON"


async def test_keys_go_with_their_device(alice: ApiClient, bob: ApiClient) -> None:
    second = await alice.log_in("alice")
    keys = {"device_keys": device_keys(second), "one_time_keys": {"signed_curve25519:A": one_time_key(1)}}
    await upload(second, **keys)
    (await second.post("/logout")).ok()
    assert (await query(bob, alice.user_id))["device_keys"] == {alice.user_id: {}}
    assert await claim(bob, second) == {}
    again = await alice.log_in("alice", device_id=second.device_id)
    assert await upload(again) == {"signed_curve25519": 0}


async def test_a_device_that_logs_in_again_keeps_its_keys(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, device_keys=device_keys(alice))
    await alice.log_in("alice", device_id=alice.device_id)
    assert list((await query(bob, alice.user_id))["device_keys"][alice.user_id]) == [alice.device_id]
