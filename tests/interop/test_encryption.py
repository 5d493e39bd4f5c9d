"""What encryption needs across servers: device lists, keys, cross-signing, to-device messages.

The servers carry opaque keys, so the keys here are made up; only those that are signed are real.
"""

from urllib.parse import quote

import pytest

from federation.protocol.signing import SigningKey, encode_base64, generate_signing_key, sign_json
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.interop.conftest import Pair
from tests.interop.device import Device
from tests.interop.test_memberships import join_via, public_room

pytestmark = pytest.mark.any_version


@pytest.fixture
async def both_ways(pair: Pair, host: ApiClient, guest: ApiClient) -> list[tuple[ApiClient, ApiClient]]:
    """Two users who share an encrypted room, in both orders."""
    room_id = await public_room(host, {"room_version": pair.version})
    encryption: JsonObject = {"algorithm": "m.megolm.v1.aes-sha2"}
    (await host.put(f"/rooms/{quote(room_id, safe='')}/state/m.room.encryption/", encryption)).ok()
    (await join_via(guest, room_id, pair.host_name)).ok()
    await (await Device.of(guest)).until_member(room_id, host.user_id, "join")
    await (await Device.of(host)).until_member(room_id, guest.user_id, "join")
    return [(host, guest), (guest, host)]


@pytest.mark.often
async def test_device_keys_are_seen_claimed_and_followed(
    both_ways: list[tuple[ApiClient, ApiClient]],
) -> None:
    for owner, other in both_ways:
        device = await Device.of(other)
        key = generate_signing_key(owner.device_id, bytes([7] * 32))
        upload: JsonObject = {
            "device_keys": _device_keys(owner, key),
            "one_time_keys": _one_time_keys(owner, key),
        }
        (await owner.post("/keys/upload", upload)).ok()
        await device.until(lambda d, user=owner.user_id: user in d.changed_devices)  # type: ignore[misc]
        queried = (await other.post("/keys/query", {"device_keys": {owner.user_id: []}})).ok()
        found = queried["device_keys"][owner.user_id][owner.device_id]
        assert found["keys"] == _device_keys(owner, key)["keys"]
        claim: JsonObject = {"one_time_keys": {owner.user_id: {owner.device_id: "signed_curve25519"}}}
        claimed = (await other.post("/keys/claim", claim)).ok()
        assert "signed_curve25519:AAAA" in claimed["one_time_keys"][owner.user_id][owner.device_id]

        device.changed_devices.clear()
        path = f"/devices/{quote(owner.device_id, safe='')}"
        (await owner.put(path, {"display_name": "renamed"})).ok()
        await device.until(lambda d, user=owner.user_id: user in d.changed_devices)  # type: ignore[misc]


@pytest.mark.often
async def test_to_device_messages_arrive(both_ways: list[tuple[ApiClient, ApiClient]]) -> None:
    for sender, receiver in both_ways:
        device = await Device.of(receiver)
        content: JsonObject = {
            "algorithm": "m.olm.v1.curve25519-aes-sha2",
            "ciphertext": {"x": "y"},
            "sender_key": "z",
        }
        messages: JsonObject = {receiver.user_id: {receiver.device_id: content}}
        path = f"/sendToDevice/m.room.encrypted/{sender.device_id}"
        (await sender.put(path, {"messages": messages})).ok()
        message = (await device.until(lambda d: d.to_device))[0]
        assert message == {"type": "m.room.encrypted", "sender": sender.user_id, "content": content}


async def test_cross_signing_keys_are_seen(both_ways: list[tuple[ApiClient, ApiClient]]) -> None:
    for owner, other in both_ways:
        device = await Device.of(other)
        keys = _cross_signing_keys(owner)
        first = await owner.post("/keys/device_signing/upload", keys)
        if first.status == 401:
            auth = owner.password_auth(session=first.json["session"])
            (await owner.post("/keys/device_signing/upload", {**keys, "auth": auth})).ok()
        await device.until(lambda d, user=owner.user_id: user in d.changed_devices)  # type: ignore[misc]
        queried = (await other.post("/keys/query", {"device_keys": {owner.user_id: []}})).ok()
        assert queried["master_keys"][owner.user_id]["keys"] == keys["master_key"]["keys"]
        assert queried["self_signing_keys"][owner.user_id]["keys"] == keys["self_signing_key"]["keys"]


def _device_keys(owner: ApiClient, key: SigningKey) -> JsonObject:
    public = encode_base64(key.public_key)
    unsigned: JsonObject = {
        "user_id": owner.user_id,
        "device_id": owner.device_id,
        "algorithms": ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
        "keys": {f"curve25519:{owner.device_id}": public, f"ed25519:{owner.device_id}": public},
    }
    return sign_json(unsigned, owner.user_id, key)


def _one_time_keys(owner: ApiClient, key: SigningKey) -> JsonObject:
    return {"signed_curve25519:AAAA": sign_json({"key": encode_base64(bytes([9] * 32))}, owner.user_id, key)}


def _cross_signing_keys(owner: ApiClient) -> JsonObject:
    master = _bare_key(11)
    master_key = _cross_signing_key(owner, "master", 11)
    signed = {
        f"{usage}_key": sign_json(_cross_signing_key(owner, usage, seed), owner.user_id, master)
        for usage, seed in (("self_signing", 12), ("user_signing", 13))
    }
    return {"master_key": master_key, **signed}


def _cross_signing_key(owner: ApiClient, usage: str, seed: int) -> JsonObject:
    public = encode_base64(_bare_key(seed).public_key)
    return {"user_id": owner.user_id, "usage": [usage], "keys": {f"ed25519:{public}": public}}


def _bare_key(seed: int) -> SigningKey:
    """Return a key whose id is its own public key, as cross-signing names them."""
    key = generate_signing_key("x", bytes([seed] * 32))
    return SigningKey(
        "x", key.seed, key.public_key, f"ed25519:{encode_base64(key.public_key)}", key._secret_key
    )
