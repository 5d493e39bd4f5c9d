"""The machine's clock is set by hours, to and fro, while people talk."""

import pytest

from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.support.fake_clock import FakeClock

HOUR_MS = 3_600_000


async def say(person: ApiClient, room_id: str, text: str) -> str:
    body = {"msgtype": "m.text", "body": text}
    return str((await person.put(f"/rooms/{room_id}/send/m.room.message/{text}", body)).ok()["event_id"])


@pytest.mark.parametrize("hours", [-5, 5])
async def test_people_stay_signed_in_and_read_everything_in_the_order_of_sending(
    alice: ApiClient, clock: FakeClock, hours: int
) -> None:
    room_id = await create(alice)
    since = (await alice.get("/sync")).ok()["next_batch"]
    sent = [await say(alice, room_id, "before")]
    clock.jump(hours * HOUR_MS)
    sent.append(await say(alice, room_id, "between"))
    clock.jump(-2 * hours * HOUR_MS)
    sent.append(await say(alice, room_id, "after"))

    synced = (await alice.get("/sync", since=since)).ok()["rooms"]["join"][room_id]
    assert [event["event_id"] for event in synced["timeline"]["events"]] == sent
    history = (await alice.get(f"/rooms/{room_id}/messages", dir="b", limit=3)).ok()["chunk"]
    assert [event["event_id"] for event in reversed(history)] == sent
    assert all(event["unsigned"].get("age", 0) >= 0 for event in synced["timeline"]["events"])


async def test_token_that_a_jump_made_too_old_is_renewed_and_the_new_one_is_good_after_the_next(
    client: ApiClient, clock: FakeClock
) -> None:
    login = (
        await client.post(
            "/register",
            {
                "username": "carol",
                "password": client.password,
                "refresh_token": True,
                "auth": {"type": "m.login.dummy"},
            },
        )
    ).ok()
    clock.jump(24 * HOUR_MS)
    refused = await client.with_token(login["access_token"]).whoami()
    assert (refused.status, refused.json["soft_logout"]) == (401, True)
    renewed = (await client.post("/refresh", {"refresh_token": login["refresh_token"]})).ok()
    clock.jump(-24 * HOUR_MS)
    carol = client.with_token(renewed["access_token"])
    assert (await carol.whoami()).status == 200
    await create(carol)
