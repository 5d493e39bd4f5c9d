"""What a peer is told of our users' devices, by itself and when it asks."""

from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.key_support import CrossSigning, device_keys, one_time_key, public, sign, signing_key, upload
from tests.api.room_calls import create
from tests.federation.e2ee.people import DEVICES, Pair

FEDERATION = "/_matrix/federation/v1"


async def told(pair: Pair, edu_type: str, count: int) -> list[JsonObject]:
    """Wait until the peer was told so much of a type; return the contents in order."""

    def edus() -> list[JsonObject]:
        requests = pair.peer.requests_for(f"{FEDERATION}/send/{{txnId}}")
        sent = [edu for request in requests for edu in request.body.get("edus", [])]
        return [edu["content"] for edu in sent if edu["edu_type"] == edu_type]

    if len(edus()) < count:
        await pair.peer.wait_for_request(
            f"{FEDERATION}/send/{{txnId}}", lambda _request: len(edus()) >= count
        )
    return edus()


async def ask_devices(pair: Pair, user_id: str) -> JsonObject:
    return (await pair.peer.get(pair.server.name, f"{FEDERATION}/user/devices/{quote(user_id)}")).json


async def share_with_keys(pair: Pair) -> JsonObject:
    """Give Alice's device keys, have her meet Bob, and wait until his server was told; return the keys."""
    keys = device_keys(pair.alice)
    await upload(pair.alice, device_keys=keys)
    await pair.share_a_room()
    await told(pair, "m.device_list_update", 1)
    return keys


async def test_each_change_is_told_and_names_the_one_before_it(pair: Pair) -> None:
    keys = await share_with_keys(pair)
    start = (await ask_devices(pair, pair.alice.user_id))["stream_id"]
    (await pair.alice.put(f"/devices/{pair.alice.device_id}", {"display_name": "Phone"})).ok()
    await told(pair, "m.device_list_update", 2)
    second = await pair.alice.log_in("alice")
    await told(pair, "m.device_list_update", 3)
    (await second.post("/logout")).ok()
    edus = await told(pair, "m.device_list_update", 4)
    chain = [
        {"user_id": pair.alice.user_id, "stream_id": start + n, "prev_id": [start + n - 1]} for n in range(4)
    ]
    assert edus == [
        {**chain[0], "device_id": pair.alice.device_id, "keys": keys},
        {**chain[1], "device_id": pair.alice.device_id, "keys": keys, "device_display_name": "Phone"},
        {**chain[2], "device_id": second.device_id},
        {**chain[3], "device_id": second.device_id, "deleted": True},
    ]
    assert await ask_devices(pair, pair.alice.user_id) == {
        "user_id": pair.alice.user_id,
        "stream_id": start + 3,
        "devices": [{"device_id": pair.alice.device_id, "keys": keys, "device_display_name": "Phone"}],
    }


async def test_cross_signing_keys_and_signatures_are_told_but_what_is_private_is_not(pair: Pair) -> None:
    keys, device = CrossSigning.of(pair.alice.user_id, 10), await share_with_keys(pair)
    (await pair.alice.post("/keys/device_signing/upload", keys.body())).ok()
    (edu,) = await told(pair, "m.signing_key_update", 1)
    expected = {"master_key": keys.master_key, "self_signing_key": keys.self_signing_key}
    assert edu == {"user_id": pair.alice.user_id, **expected}
    signed = sign(device, pair.alice.user_id, keys.self_signing)
    master = sign(keys.master_key, pair.alice.user_id, signing_key(1), pair.alice.device_id)
    body = {pair.alice.user_id: {pair.alice.device_id: signed, public(keys.master): master}}
    assert (await pair.alice.post("/keys/signatures/upload", body)).ok() == {"failures": {}}
    assert (await told(pair, "m.device_list_update", 2))[-1]["keys"] == signed
    assert (await told(pair, "m.signing_key_update", 2))[-1]["master_key"] == master
    wanted: JsonObject = {"device_keys": {pair.alice.user_id: []}}
    answer = (await pair.peer.post(pair.server.name, f"{FEDERATION}/user/keys/query", wanted)).ok()
    assert answer == {
        "device_keys": {pair.alice.user_id: {pair.alice.device_id: {**signed, "unsigned": {}}}},
        "master_keys": {pair.alice.user_id: master},
        "self_signing_keys": {pair.alice.user_id: keys.self_signing_key},
    }


async def test_servers_that_share_no_room_are_told_nothing_until_they_do(pair: Pair) -> None:
    for seed in (2, 3):
        await upload(pair.alice, device_keys=device_keys(pair.alice, seed))
    await pair.share_a_room()
    edus = await told(pair, "m.device_list_update", 1)
    assert [edu["keys"] for edu in edus] == [device_keys(pair.alice, 3)]


async def test_one_time_keys_are_given_to_other_servers_once(pair: Pair) -> None:
    await upload(pair.alice, one_time_keys={"signed_curve25519:A": one_time_key(1)})
    body: JsonObject = {
        "one_time_keys": {
            pair.alice.user_id: {pair.alice.device_id: "signed_curve25519"},
            pair.bob: {"ONE": "signed_curve25519"},
        }
    }
    path = f"{FEDERATION}/user/keys/claim"
    first = (await pair.peer.post(pair.server.name, path, body)).ok()
    key = {"signed_curve25519:A": one_time_key(1)}
    assert first == {"one_time_keys": {pair.alice.user_id: {pair.alice.device_id: key}}}
    assert (await pair.peer.post(pair.server.name, path, body)).ok() == {"one_time_keys": {}}


async def test_what_is_known_of_other_servers_users_is_not_told(pair: Pair) -> None:
    """CVE-2023-43796: nobody finds out here whom we have met."""
    await pair.share_a_room()
    pair.give_device("ONE")
    pair.give_cross_signing()
    assert list(await pair.known_devices()) == ["ONE"]
    answer = await ask_devices(pair, pair.bob)
    assert answer["errcode"] == "M_NOT_FOUND"
    assert answer == await ask_devices(pair, f"@nobody:{pair.server.name}")
    wanted: JsonObject = {"device_keys": {pair.bob: [], f"@nobody:{pair.server.name}": []}}
    found = (await pair.peer.post(pair.server.name, f"{FEDERATION}/user/keys/query", wanted)).ok()
    assert found == {"device_keys": {}, "master_keys": {}, "self_signing_keys": {}}
    assert len(pair.peer.requests_for(DEVICES)) == 1


async def test_malformed_questions_are_refused(pair: Pair) -> None:
    alice = pair.alice.user_id
    malformed: list[tuple[str, JsonObject]] = [
        ("query", {}),
        ("query", {"device_keys": []}),
        ("query", {"device_keys": {alice: "x"}}),
        ("query", {"device_keys": {alice: [1]}}),
        ("claim", {"one_time_keys": {alice: []}}),
        ("claim", {"one_time_keys": {alice: {"D": 1}}}),
    ]
    for what, body in malformed:
        reply = await pair.peer.post(pair.server.name, f"{FEDERATION}/user/keys/{what}", body)
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON"), body


async def test_only_a_member_is_announced_to_the_servers_of_a_room(pair: Pair) -> None:
    carol = await pair.server.user("carol")
    await upload(carol, device_keys=device_keys(carol))
    await create(carol)
    await share_with_keys(pair)
    edus = await told(pair, "m.device_list_update", 1)
    assert {edu["user_id"] for edu in edus} == {pair.alice.user_id}
