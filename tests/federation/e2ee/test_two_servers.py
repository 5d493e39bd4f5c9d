"""Users of two servers of ours find each other's devices and write to them."""

import asyncio

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import (
    CrossSigning,
    claim,
    device_keys,
    one_time_key,
    query,
    sign,
    sync,
    token,
    upload,
)
from tests.api.room_calls import act, create
from tests.federation.handshakes.rooms_of_two import join_via
from tests.support.federation_servers import FederationServer


async def until(viewer: ApiClient, since: str, what: str, user_id: str) -> str:
    """Sync until somebody is named in a part of the device lists; return the token after it."""
    async with asyncio.timeout(60):
        while True:
            body = await sync(viewer, since, 5_000)
            since = body["next_batch"]
            if user_id in body.get("device_lists", {}).get(what, ()):
                return since


def shown(keys: JsonObject) -> JsonObject:
    return {**keys, "unsigned": {}}


async def test_devices_are_followed_and_written_to_across_servers(
    two_servers: tuple[FederationServer, FederationServer],
) -> None:
    first, second = two_servers
    alice, bob = await first.user("alice"), await second.user("bob")
    room = await create(alice, preset="public_chat")
    since = await token(alice)
    (await join_via(bob, room, first.name)).ok()
    since = await until(alice, since, "changed", bob.user_id)
    assert (await query(alice, bob.user_id))["device_keys"] == {bob.user_id: {}}

    keys, cross_signing = device_keys(bob), CrossSigning.of(bob.user_id, 30)
    await upload(bob, device_keys=keys, one_time_keys={"signed_curve25519:A": one_time_key(1)})
    since = await until(alice, since, "changed", bob.user_id)
    assert (await query(alice, bob.user_id))["device_keys"] == {bob.user_id: {bob.device_id: shown(keys)}}
    (await bob.post("/keys/device_signing/upload", cross_signing.body())).ok()
    since = await until(alice, since, "changed", bob.user_id)
    signed = sign(keys, bob.user_id, cross_signing.self_signing)
    body = {bob.user_id: {bob.device_id: signed}}
    assert (await bob.post("/keys/signatures/upload", body)).ok() == {"failures": {}}
    since = await until(alice, since, "changed", bob.user_id)
    seen = await query(alice, bob.user_id)
    assert seen["device_keys"] == {bob.user_id: {bob.device_id: shown(signed)}}
    assert seen["master_keys"] == {bob.user_id: cross_signing.master_key}
    assert seen["user_signing_keys"] == {}

    assert await claim(alice, bob) == {"signed_curve25519:A": one_time_key(1)}
    assert await claim(alice, bob) == {}
    his = await token(bob)
    message = {"messages": {bob.user_id: {bob.device_id: {"ciphertext": "x"}}}}
    (await alice.put("/sendToDevice/m.room.encrypted/1", message)).ok()
    async with asyncio.timeout(60):
        while not (events := (received := await sync(bob, his, 5_000))["to_device"]["events"]):
            his = received["next_batch"]
    assert events == [{"type": "m.room.encrypted", "sender": alice.user_id, "content": {"ciphertext": "x"}}]

    (await bob.post("/logout")).ok()
    since = await until(alice, since, "changed", bob.user_id)
    assert (await query(alice, bob.user_id))["device_keys"] == {bob.user_id: {}}
    await act(alice, room, "kick", bob)
    await until(alice, since, "left", bob.user_id)
