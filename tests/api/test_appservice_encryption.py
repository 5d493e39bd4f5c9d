"""What encrypted bridges are told beside events: messages to devices, changes of devices, keys that are left.

MSC3202 and MSC4203, by the names that bridges read.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.bridge_support import Ghost, acting_as, make_ghost
from tests.api.client import ApiClient
from tests.api.key_support import CrossSigning, device_keys, sign, signing_key
from tests.api.room_calls import act, create, join
from tests.support.application_service import ApplicationService

TO_DEVICE = "de.sorunome.msc2409.to_device"
LISTS = "org.matrix.msc3202.device_lists"
COUNTS = "org.matrix.msc3202.device_one_time_keys_count"
FALLBACK = "org.matrix.msc3202.device_unused_fallback_key_types"


@pytest.fixture
async def bridge() -> AsyncIterator[ApplicationService]:
    bridge = ApplicationService()
    await bridge.start()
    yield bridge
    await bridge.stop()


@pytest.fixture
def encrypted() -> bool:
    return True


@pytest.fixture
def overrides(bridge: ApplicationService, encrypted: bool, tmp_path: Path) -> JsonObject:
    keys = {"receive_ephemeral": True, "org.matrix.msc3202": encrypted}
    return {"appservices": str(bridge.write(tmp_path / "appservices", **keys))}


@pytest.fixture
async def ghost(client: ApiClient, bridge: ApplicationService) -> Ghost:
    """A ghost with a device that has published its keys."""
    ghost = (await make_ghost(client, bridge, "_irc_bob")).on("DEV")
    assert (await acting_as(client, bridge, "_irc_bob").put("/devices/DEV")).status == 201
    body = {"device_keys": device_keys(ghost), "one_time_keys": one_time_keys(ghost, 2)}
    assert (await ghost.post("/keys/upload", body)).ok()["one_time_key_counts"]["signed_curve25519"] == 2
    return ghost


def one_time_keys(ghost: Ghost, count: int) -> JsonObject:
    signer = signing_key(1)
    return {
        f"signed_curve25519:AAAA{number}": sign(
            {"key": f"key{number}"}, ghost.user_id, signer, ghost.device_id
        )
        for number in range(count)
    }


async def message(alice: ApiClient, ghost: Ghost, number: int) -> None:
    body = {"messages": {ghost.user_id: {ghost.device_id: {"number": number}}}}
    (await alice.put(f"/sendToDevice/org.example.note/t{number}", body)).ok()


async def test_messages_to_devices_of_ghosts_arrive_once_and_are_gone_then(
    bridge: ApplicationService, ghost: Ghost, alice: ApiClient, services: Services
) -> None:
    for number in range(120):
        await message(alice, ghost, number)
    await services.appservices.senders.until_idle()
    sent = [each for _, body in bridge.transactions for each in body.get(TO_DEVICE, ())]
    assert [each["content"]["number"] for each in sent] == list(range(120))
    assert {(each["to_user_id"], each["to_device_id"], each["sender"]) for each in sent} == {
        (ghost.user_id, "DEV", alice.user_id)
    }
    assert (await ghost.get("/sync")).ok().get("to_device", {}).get("events", []) == []


@pytest.mark.parametrize("encrypted", [False])
async def test_messages_stay_for_sync_where_the_registration_does_not_ask_for_them(
    bridge: ApplicationService, ghost: Ghost, alice: ApiClient, services: Services
) -> None:
    await message(alice, ghost, 1)
    await services.appservices.senders.until_idle()
    assert bridge.last(TO_DEVICE) is None
    assert bridge.last(COUNTS) is None
    assert len((await ghost.get("/sync")).ok()["to_device"]["events"]) == 1


async def test_keys_that_are_left_and_changes_of_devices_are_told(
    bridge: ApplicationService, client: ApiClient, ghost: Ghost, alice: ApiClient, services: Services
) -> None:
    await services.appservices.senders.until_idle()
    assert bridge.last(COUNTS) == {ghost.user_id: {"DEV": {"signed_curve25519": 2}}}
    assert bridge.last(FALLBACK) == {ghost.user_id: {"DEV": []}}
    claim = {"one_time_keys": {ghost.user_id: {"DEV": "signed_curve25519"}}}
    (await alice.post("/keys/claim", claim)).ok()
    await bridge.until(lambda: bridge.last(COUNTS) == {ghost.user_id: {"DEV": {"signed_curve25519": 1}}})

    room_id = await create(alice, preset="public_chat")
    (await join(ghost, room_id)).ok()
    carol = await client.register("carol")
    bridge.transactions.clear()
    (await alice.post("/keys/upload", {"device_keys": device_keys(alice, 3)})).ok()
    (await carol.post("/keys/upload", {"device_keys": device_keys(carol, 4)})).ok()
    await services.appservices.senders.until_idle()
    assert bridge.last(LISTS) == {"changed": [alice.user_id], "left": []}
    (await act(alice, room_id, "leave")).ok()
    await services.appservices.senders.until_idle()
    assert bridge.last(LISTS)["left"] == [alice.user_id]


async def test_cross_signing_keys_of_ghosts_need_nobodys_password(ghost: Ghost) -> None:
    for seed in (10, 20):
        keys = CrossSigning.of(ghost.user_id, seed)
        (await ghost.post("/keys/device_signing/upload", {"master_key": keys.master_key})).ok()
