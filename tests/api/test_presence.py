"""Presence."""

import pytest

from federation.protocol.ids import UserId
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room


def presence_in(sync: JsonObject) -> dict[str, JsonObject]:
    return {event["sender"]: event["content"] for event in sync.get("presence", {}).get("events", [])}


async def test_presence_is_shown_to_those_who_share_a_room(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    carol = await alice.register("carol")
    await make_room(services.rooms, UserId(alice.user_id), members=[UserId(bob.user_id)])
    since = {who: (await who.get("/sync", set_presence="offline")).ok()["next_batch"] for who in (bob, carol)}
    path = f"/presence/{alice.user_id}/status"
    (await alice.put(path, {"presence": "online", "status_msg": "here"})).ok()
    seen = presence_in((await bob.get("/sync", since=since[bob], set_presence="offline")).ok())
    expected = {"presence": "online", "status_msg": "here", "last_active_ago": 0, "currently_active": True}
    assert seen == {alice.user_id: expected}
    assert (await bob.get(path)).ok() == expected
    assert presence_in((await carol.get("/sync", since=since[carol], set_presence="offline")).ok()) == {}
    hidden = await carol.get(path)
    unknown = await carol.get("/presence/@nobody:example.org/status")
    assert (hidden.status, hidden.json) == (unknown.status, unknown.json)
    assert (hidden.status, hidden.errcode) == (403, "M_FORBIDDEN")


async def test_ones_own_presence_is_always_there(alice: ApiClient) -> None:
    path = f"/presence/{alice.user_id}/status"
    assert (await alice.get(path)).ok() == {"presence": "offline"}
    sync = (await alice.get("/sync")).ok()
    assert presence_in(sync)[alice.user_id]["presence"] == "online"
    away = (await alice.get("/sync", since=sync["next_batch"], set_presence="unavailable")).ok()
    assert presence_in(away)[alice.user_id]["presence"] == "unavailable"


async def test_who_is_away_for_long_is_offline(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    (await alice.get("/sync")).ok()
    clock.advance(30_000)
    services.ephemeral.presence.look_again()  # type: ignore[attr-defined]
    assert (await alice.get(f"/presence/{alice.user_id}/status")).ok()["presence"] == "offline"


async def test_nobody_sets_the_presence_of_others(alice: ApiClient, bob: ApiClient) -> None:
    reply = await bob.put(f"/presence/{alice.user_id}/status", {"presence": "online"})
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")


async def test_malformed_presence_is_refused(alice: ApiClient) -> None:
    path = f"/presence/{alice.user_id}/status"
    for wrong in ({}, {"presence": "here"}, {"presence": "online", "status_msg": 7}):
        assert (await alice.put(path, wrong)).errcode == "M_BAD_JSON", wrong
    long = {"presence": "online", "status_msg": "x" * 1_025}
    assert (await alice.put(path, long)).errcode == "M_INVALID_PARAM"


@pytest.mark.parametrize("overrides", [{"presence": {"enabled": False}}])
async def test_presence_that_is_turned_off_shows_everybody_as_offline(alice: ApiClient) -> None:
    path = f"/presence/{alice.user_id}/status"
    (await alice.put(path, {"presence": "online"})).ok()
    assert presence_in((await alice.get("/sync")).ok()) == {}
    assert (await alice.get(path)).ok() == {"presence": "offline"}
