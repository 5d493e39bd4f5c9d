"""What application services are sent, and that nothing is lost, doubled or out of order on the way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeserver.app import running_server
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.bridge_support import acting_as, make_ghost
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.support.application_service import ApplicationService, bodies_by_attempt
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def bridge() -> AsyncIterator[ApplicationService]:
    bridge = ApplicationService()
    await bridge.start()
    yield bridge
    await bridge.stop()


@pytest.fixture
def overrides(bridge: ApplicationService, tmp_path: Path) -> JsonObject:
    bridge.write(tmp_path / "appservices", receive_ephemeral=True)
    return {"appservices": str(tmp_path / "appservices")}


def texts(bridge: ApplicationService) -> list[str]:
    return [event["content"]["body"] for event in bridge.of_type("m.room.message")]


async def say(user: ApiClient, room_id: str, text: str) -> None:
    (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()


async def test_rooms_of_ghosts_are_told_in_order_while_a_ghost_is_there(
    bridge: ApplicationService, client: ApiClient, alice: ApiClient, services: Services
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    room_id, elsewhere = await create(alice, preset="public_chat"), await create(alice)
    await say(alice, room_id, "before the ghost")
    await say(alice, elsewhere, "in another room")
    (await join(ghost, room_id)).ok()
    for number in range(5):
        await say(alice, room_id, f"number {number}")
    (await act(ghost, room_id, "leave")).ok()
    await say(alice, room_id, "after the ghost")
    await services.appservices.senders.until_idle()

    assert texts(bridge) == [f"number {number}" for number in range(5)]
    memberships = [event["content"]["membership"] for event in bridge.of_type("m.room.member")]
    assert memberships == ["join", "leave"]
    assert {event["room_id"] for event in bridge.events} == {room_id}
    ids = [int(txn_id) for txn_id, _ in bridge.transactions]
    assert ids == sorted(set(ids))
    joined = bridge.of_type("m.room.member")[0]
    assert joined["state_key"] == ghost.user_id
    assert "membership" not in joined["unsigned"]
