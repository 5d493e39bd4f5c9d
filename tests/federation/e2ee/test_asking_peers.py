"""Keys of users with whom no room is shared, and one-time keys: asked of their server each time."""

import pytest

from homeserver.json_types import JsonObject, JsonValue
from homeserver.peers import remote_keys
from tests.api.key_support import CrossSigning, one_time_key, public, query, sign
from tests.federation.e2ee.people import CLAIM, DEVICES, QUERY, Pair, keys_of
from tests.support.rooms import make_room


async def claim(pair: Pair, algorithm: str = "signed_curve25519") -> JsonObject:
    wanted = {"one_time_keys": {pair.bob: {"ONE": algorithm}}}
    return (await pair.alice.post("/keys/claim", wanted)).ok()


async def test_keys_of_strangers_are_asked_for_and_not_kept(pair: Pair) -> None:
    keys, public_keys = keys_of(pair.bob, "ONE"), CrossSigning.of(pair.bob, 50)
    answer: JsonObject = {
        "device_keys": {pair.bob: {"ONE": {**keys, "unsigned": {"device_display_name": "Phone", "age": 1}}}},
        "master_keys": {pair.bob: public_keys.master_key},
        "self_signing_keys": {pair.bob: public_keys.self_signing_key},
        "user_signing_keys": {pair.bob: public_keys.user_signing_key},
    }
    pair.peer.answer(QUERY, answer)
    for _ in range(2):
        seen = await query(pair.alice, pair.bob)
        assert seen["device_keys"] == {
            pair.bob: {"ONE": {**keys, "unsigned": {"device_display_name": "Phone"}}}
        }
        assert seen["master_keys"] == {pair.bob: public_keys.master_key}
        assert seen["self_signing_keys"] == {pair.bob: public_keys.self_signing_key}
        assert seen["user_signing_keys"] == {}
    requests = pair.peer.requests_for(QUERY)
    assert [request.body for request in requests] == [{"device_keys": {pair.bob: []}}] * 2
    assert pair.fetches() == 0


async def test_what_a_peer_answers_about_others_or_wrongly_is_left_out(pair: Pair) -> None:
    bob, stranger = pair.bob, "@bob:third.example"
    answers: list[JsonObject] = [
        {},
        {"device_keys": []},
        {"device_keys": {stranger: {"ONE": keys_of(stranger, "ONE")}}},
        {"device_keys": {bob: {"ONE": keys_of(stranger, "ONE")}}},
        {"device_keys": {bob: {"ONE": {"user_id": bob}}}, "master_keys": {bob: {"keys": {}}}},
        {"device_keys": {bob: None}, "master_keys": {bob: 5}, "self_signing_keys": "x"},
    ]
    for answer in answers:
        pair.peer.answer(QUERY, answer)
        seen = await query(pair.alice, bob)
        assert seen["device_keys"] == {bob: {}}
        assert (seen["master_keys"], seen["self_signing_keys"], seen["failures"]) == ({}, {}, {})


async def test_servers_that_fail_are_named_and_the_others_answer(pair: Pair) -> None:
    pair.peer.answer(QUERY, {"device_keys": {pair.bob: {"ONE": keys_of(pair.bob, "ONE")}}})
    seen = await query(pair.alice, pair.bob, "@carol:127.0.0.1:1")
    assert list(seen["device_keys"]) == [pair.bob]
    assert list(seen["failures"]) == ["127.0.0.1:1"]
    pair.peer.answer(QUERY, (500, {"errcode": "M_UNKNOWN", "error": "broken"}))
    assert list((await query(pair.alice, pair.bob))["failures"]) == [pair.peer.name]


async def test_a_slow_server_is_not_waited_for_longer_than_asked(pair: Pair) -> None:
    await pair.share_a_room()
    body = {"device_keys": {pair.bob: []}, "timeout": 0}
    assert list((await pair.alice.post("/keys/query", body)).ok()["failures"]) == [pair.peer.name]


async def test_many_unknown_lists_of_one_server_are_one_request(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote_keys, "MAX_FETCHED", 2)
    bobs = [pair.peer.user(f"bob{n}") for n in range(4)]
    await make_room(pair.server.services.rooms, pair.alice.user_id, members=bobs)  # type: ignore[arg-type]
    pair.peer.answer(QUERY, {"device_keys": {bob: {"ONE": keys_of(bob, "ONE")} for bob in bobs}})
    pair.peer.answer(DEVICES, (404, {"errcode": "M_NOT_FOUND", "error": "none"}))
    seen = await query(pair.alice, *bobs)
    assert {user: list(devices) for user, devices in seen["device_keys"].items()} == {
        bob: ["ONE"] for bob in bobs
    }
    assert len(pair.peer.requests_for(QUERY)) == 1


async def test_one_time_keys_are_claimed_from_their_server(pair: Pair) -> None:
    key = {"signed_curve25519:AAA": one_time_key(1)}
    pair.peer.answer(CLAIM, {"one_time_keys": {pair.bob: {"ONE": key, "OTHER": key}}})
    assert await claim(pair) == {"one_time_keys": {pair.bob: {"ONE": key}}, "failures": {}}
    (request,) = pair.peer.requests_for(CLAIM)
    assert request.body == {"one_time_keys": {pair.bob: {"ONE": "signed_curve25519"}}}


async def test_claimed_keys_that_are_not_what_was_asked_for_are_left_out(pair: Pair) -> None:
    wrong: list[JsonValue] = [
        {"other_algorithm:AAA": one_time_key(1)},
        {"signed_curve25519:A": one_time_key(1), "signed_curve25519:B": one_time_key(2)},
        {"signed_curve25519:A": {"key": 1}},
        {"signed_curve25519:A": 5},
        [],
        None,
    ]
    for keys in wrong:
        pair.peer.answer(CLAIM, {"one_time_keys": {pair.bob: {"ONE": keys}}})
        assert await claim(pair) == {"one_time_keys": {}, "failures": {}}, keys


async def test_servers_that_fail_a_claim_are_named(pair: Pair) -> None:
    pair.peer.answer(CLAIM, (404, {"errcode": "M_UNRECOGNIZED", "error": "?"}))
    assert list((await claim(pair))["failures"]) == [pair.peer.name]


async def test_a_users_signature_of_a_strangers_master_key_is_shown_to_that_user(pair: Pair) -> None:
    hers, his = CrossSigning.of(pair.alice.user_id, 10), CrossSigning.of(pair.bob, 50)
    (await pair.alice.post("/keys/device_signing/upload", hers.body())).ok()
    pair.peer.answer(QUERY, {"device_keys": {pair.bob: {}}, "master_keys": {pair.bob: his.master_key}})
    signed = sign(his.master_key, pair.alice.user_id, hers.user_signing)
    body = {pair.bob: {public(his.master): signed}}
    assert (await pair.alice.post("/keys/signatures/upload", body)).ok() == {"failures": {}}
    assert (await query(pair.alice, pair.bob))["master_keys"] == {pair.bob: signed}
