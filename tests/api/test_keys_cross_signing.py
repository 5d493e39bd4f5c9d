"""Cross-signing keys and signatures."""

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.key_support import (
    CrossSigning,
    cross_signing_key,
    device_keys,
    public,
    query,
    sign,
    signing_key,
    sync,
    token,
    upload,
)
from tests.api.room_calls import create, join


async def publish(user: ApiClient, body: JsonObject) -> Reply:
    return await user.post("/keys/device_signing/upload", body)


async def publish_signatures(user: ApiClient, *signed: tuple[str, str, JsonObject]) -> JsonObject:
    """Upload signed keys, given as user id, target and key; return the failures."""
    body: JsonObject = {}
    for user_id, target, key in signed:
        body.setdefault(user_id, {})[target] = key
    failures: JsonObject = (await user.post("/keys/signatures/upload", body)).ok()["failures"]
    return failures


async def test_only_the_owner_sees_the_user_signing_key(alice: ApiClient, bob: ApiClient) -> None:
    keys = CrossSigning.of(alice.user_id, 10)
    (await publish(alice, keys.body())).ok()
    seen = await query(bob, alice.user_id)
    assert seen["master_keys"] == {alice.user_id: keys.master_key}
    assert seen["self_signing_keys"] == {alice.user_id: keys.self_signing_key}
    assert seen["user_signing_keys"] == {}
    assert (await query(alice, alice.user_id))["user_signing_keys"] == {alice.user_id: keys.user_signing_key}


async def test_first_keys_and_the_same_again_need_no_password_but_others_do(alice: ApiClient) -> None:
    keys = CrossSigning.of(alice.user_id, 10)
    (await publish(alice, {"master_key": keys.master_key})).ok()
    (await publish(alice, {"master_key": keys.master_key})).ok()
    assert (await publish(alice, {"self_signing_key": keys.self_signing_key})).status == 401
    assert (await publish(alice, keys.body())).status == 401
    (await publish(alice, {**keys.body(), "auth": alice.password_auth()})).ok()
    (await publish(alice, keys.body())).ok()
    others = CrossSigning.of(alice.user_id, 20)
    challenge = await publish(alice, others.body())
    assert challenge.status == 401
    auth = alice.password_auth("wrong", challenge.json["session"])
    assert (await publish(alice, {**others.body(), "auth": auth})).status == 401
    assert (await query(alice, alice.user_id))["master_keys"][alice.user_id] == keys.master_key
    auth = alice.password_auth(session=challenge.json["session"])
    exchanged = {**CrossSigning.of(alice.user_id, 30).body(), "auth": auth}
    assert (await publish(alice, exchanged)).status == 403, "the password was for other keys"
    (await publish(alice, {**others.body(), "auth": auth})).ok()
    assert (await query(alice, alice.user_id))["master_keys"][alice.user_id] == others.master_key


async def test_keys_that_are_not_what_they_should_be_are_refused(alice: ApiClient) -> None:
    keys = CrossSigning.of(alice.user_id, 10)
    assert (await publish(alice, {"self_signing_key": keys.self_signing_key})).errcode == "M_MISSING_PARAM"
    forged = sign(
        cross_signing_key(alice.user_id, "self_signing", keys.self_signing), alice.user_id, signing_key(77)
    )
    unsigned = cross_signing_key(alice.user_id, "self_signing", keys.self_signing)
    renamed = sign(unsigned, alice.user_id, signing_key(77), public(keys.master))
    for broken in (forged, unsigned, renamed, {**unsigned, "signatures": {}}):
        reply = await publish(alice, {"master_key": keys.master_key, "self_signing_key": broken})
        assert reply.errcode == "M_INVALID_SIGNATURE"
    wrong: list[JsonObject] = [
        {"user_id": "@bob:example.org"},
        {"usage": ["user_signing"]},
        {"keys": {}},
        {"keys": {"ed25519:A": public(keys.master)}},
        {"keys": {"ed25519:AAAA": "AAAA"}},
        {"keys": {**keys.master_key["keys"], "ed25519:A": "A"}},
    ]
    for members in wrong:
        reply = await publish(alice, {"master_key": {**keys.master_key, **members}})
        assert (reply.status, reply.errcode) == (400, "M_INVALID_PARAM")
    assert (await publish(alice, {"master_key": {"usage": ["master"]}})).errcode == "M_BAD_JSON"
    assert (await query(alice, alice.user_id))["master_keys"] == {}


async def test_a_key_and_a_device_never_share_their_id(alice: ApiClient) -> None:
    keys = CrossSigning.of(alice.user_id, 10)
    taken = await alice.log_in("alice", device_id=public(keys.master))
    reply = await publish(alice, {"master_key": keys.master_key})
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
    (await taken.post("/logout")).ok()
    (await publish(alice, {"master_key": keys.master_key})).ok()
    assert (await alice.try_log_in("alice", device_id=public(keys.master))).errcode == "M_INVALID_PARAM"


async def test_a_master_key_keeps_only_signatures_that_hold(alice: ApiClient, bob: ApiClient) -> None:
    await upload(alice, device_keys=device_keys(alice, 1))
    keys = CrossSigning.of(alice.user_id, 10)
    signed = sign(keys.master_key, alice.user_id, signing_key(1), alice.device_id)
    with_forged = sign(signed, alice.user_id, signing_key(66), "OTHERDEVICE")
    with_forged["signatures"]["@bob:example.org"] = {"ed25519:X": "abc"}
    (await publish(alice, {"master_key": with_forged})).ok()
    assert (await query(bob, alice.user_id))["master_keys"][alice.user_id] == signed


async def test_the_signature_of_ones_own_device_is_shown_to_everybody(
    alice: ApiClient, bob: ApiClient
) -> None:
    device, keys = device_keys(alice), CrossSigning.of(alice.user_id, 10)
    await upload(alice, device_keys=device)
    (await publish(alice, keys.body())).ok()
    signed = sign(device, alice.user_id, keys.self_signing)
    master = sign(keys.master_key, alice.user_id, signing_key(1), alice.device_id)
    assert (
        await publish_signatures(
            alice,
            (alice.user_id, alice.device_id, signed),
            (alice.user_id, public(keys.master), master),
        )
        == {}
    )
    seen = await query(bob, alice.user_id)
    assert seen["device_keys"][alice.user_id][alice.device_id] == {**signed, "unsigned": {}}
    assert seen["master_keys"][alice.user_id] == master
    await upload(alice, device_keys=device_keys(alice, 2))
    seen = await query(bob, alice.user_id)
    assert seen["device_keys"][alice.user_id][alice.device_id] == {**device_keys(alice, 2), "unsigned": {}}


async def test_what_a_user_signs_of_others_is_shown_to_that_user_only(
    alice: ApiClient, bob: ApiClient
) -> None:
    hers, his = CrossSigning.of(alice.user_id, 10), CrossSigning.of(bob.user_id, 20)
    (await publish(alice, hers.body())).ok()
    (await publish(bob, his.body())).ok()
    since = await token(alice)
    seen_by_bob = await token(bob)
    signed = sign(his.master_key, alice.user_id, hers.user_signing)
    assert await publish_signatures(alice, (bob.user_id, public(his.master), signed)) == {}
    assert (await query(alice, bob.user_id))["master_keys"][bob.user_id] == signed
    assert (await query(bob, bob.user_id))["master_keys"][bob.user_id] == his.master_key
    assert (await sync(alice, since))["device_lists"] == {"changed": [bob.user_id]}
    assert "device_lists" not in await sync(bob, seen_by_bob)


async def test_forged_signatures_are_named_and_not_stored(alice: ApiClient, bob: ApiClient) -> None:
    """Tuwunel 1.9.0."""
    device, keys = device_keys(alice), CrossSigning.of(alice.user_id, 10)
    await upload(alice, device_keys=device)
    (await publish(alice, keys.body())).ok()
    (await publish(bob, CrossSigning.of(bob.user_id, 20).body())).ok()
    forged = sign(device, alice.user_id, signing_key(66), public(keys.self_signing))
    master = public(CrossSigning.of(bob.user_id, 20).master)
    his = CrossSigning.of(bob.user_id, 20).master_key

    async def failure(user_id: str, target: str, key: JsonObject) -> object:
        failures = await publish_signatures(alice, (user_id, target, key))
        assert list(failures) == [user_id]
        return failures[user_id][target]["errcode"]

    me, mine = alice.user_id, alice.device_id
    assert await failure(me, mine, forged) == "M_INVALID_SIGNATURE"
    assert await failure(me, mine, device) == "M_INVALID_SIGNATURE"
    assert await failure(me, mine, {**device, "signatures": []}) == "M_INVALID_SIGNATURE"
    assert await failure(
        me, mine, {**device, "signatures": {me: {"ed25519:" + public(keys.self_signing): 1}}}
    )
    changed = sign({**device, "algorithms": []}, me, keys.self_signing)
    assert await failure(me, mine, changed) == "M_INVALID_PARAM"
    assert await failure(me, "NODEVICE", sign(device, me, keys.self_signing)) == "M_NOT_FOUND"
    by_self_signing = sign(his, me, keys.self_signing)
    assert await failure(bob.user_id, master, by_self_signing) == "M_INVALID_SIGNATURE"
    in_bobs_name = sign(his, bob.user_id, keys.user_signing)
    assert await failure(bob.user_id, master, in_bobs_name) == "M_INVALID_SIGNATURE"
    assert await failure("@nobody:example.org", master, sign(his, me, keys.user_signing)) == "M_NOT_FOUND"
    assert (await query(bob, me))["device_keys"][me][mine] == {**device, "unsigned": {}}
    assert (await query(alice, bob.user_id))["master_keys"][bob.user_id] == his


async def test_one_good_signature_is_stored_beside_a_bad_one(alice: ApiClient) -> None:
    device, keys = device_keys(alice), CrossSigning.of(alice.user_id, 10)
    await upload(alice, device_keys=device)
    (await publish(alice, keys.body())).ok()
    good = sign(device, alice.user_id, keys.self_signing)
    failures = await publish_signatures(
        alice, (alice.user_id, alice.device_id, good), (alice.user_id, "NONE", good)
    )
    assert list(failures[alice.user_id]) == ["NONE"]
    assert (await query(alice, alice.user_id))["device_keys"][alice.user_id][alice.device_id] == {
        **good,
        "unsigned": {},
    }


@pytest.mark.parametrize(
    ("usage", "is_told"), [("master_key", True), ("self_signing_key", True), ("user_signing_key", False)]
)
async def test_new_keys_are_told_to_those_who_can_see_them(
    alice: ApiClient, bob: ApiClient, usage: str, is_told: bool
) -> None:
    keys = CrossSigning.of(alice.user_id, 10)
    if usage != "master_key":
        (await publish(alice, {"master_key": keys.master_key})).ok()
    await join(bob, await create(alice, preset="public_chat"))
    since, bobs = await token(alice), await token(bob)
    (await publish(alice, {usage: keys.body()[usage], "auth": alice.password_auth()})).ok()
    assert (await sync(alice, since))["device_lists"]["changed"] == [alice.user_id]
    assert ("device_lists" in await sync(bob, bobs)) is is_told
