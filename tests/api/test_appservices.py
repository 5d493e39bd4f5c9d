"""What application services may do here: act as their users, and what is theirs alone."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from homeserver.appservices import ping
from homeserver.http.context import Services
from homeserver.json_types import JsonObject, JsonValue
from tests.api.bridge_support import acting_as, make_ghost
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, room_path
from tests.support.application_service import ApplicationService

GHOST = "@_irc_bob:example.org"


@pytest.fixture
async def bridge() -> AsyncIterator[ApplicationService]:
    bridge = ApplicationService()
    await bridge.start()
    yield bridge
    await bridge.stop()


@pytest.fixture
def registered() -> JsonObject:
    """Keys of the registration that a test wants otherwise, by parametrizing this."""
    return {}


@pytest.fixture
def overrides(bridge: ApplicationService, registered: JsonObject, tmp_path: Path) -> JsonObject:
    return {
        "appservices": [str(bridge.write(tmp_path / "appservices", **registered))],
        "limits": {"enabled": False, "other": {"per_second": 1, "burst": 10}},
    }


@pytest.fixture
def bot(client: ApiClient, bridge: ApplicationService) -> ApiClient:
    """The application service, acting as nobody in particular."""
    return client.with_token(bridge.as_token)


async def test_application_service_acts_as_its_own_user_and_those_it_made(
    client: ApiClient, bridge: ApplicationService, bot: ApiClient, alice: ApiClient
) -> None:
    assert (await bot.whoami()).ok() == {"user_id": "@_irc_bot:example.org", "is_guest": False}
    stranger = acting_as(client, bridge, "_irc_bob")
    assert (await stranger.whoami()).status == 403
    ghost = await make_ghost(client, bridge, "_irc_bob")
    assert (await ghost.whoami()).ok() == {"user_id": GHOST, "is_guest": False}
    for outside in (alice.user_id, "@_irc_bob:elsewhere.org"):
        assert (await bot.get("/account/whoami", user_id=outside)).errcode == "M_FORBIDDEN"
    assert (await bot.get("/account/whoami", user_id="nonsense")).status == 400
    assert (await alice.get("/account/whoami", user_id=GHOST)).ok()["user_id"] == alice.user_id
    assert (await client.with_token(bridge.as_token + "x").whoami()).errcode == "M_UNKNOWN_TOKEN"
    (await client.get("/account/whoami", access_token=bridge.as_token)).ok()
    assert "next_batch" in (await ghost.get("/sync")).ok()


async def test_device_that_a_request_names_is_acted_on(
    client: ApiClient, bridge: ApplicationService, alice: ApiClient
) -> None:
    """It is made by PUT, and deleted without anybody's password."""
    ghost = await make_ghost(client, bridge, "_irc_bob")
    assert (await ghost.on("PHONE").whoami()).errcode == "M_UNKNOWN_DEVICE"
    made = await ghost.put("/devices/PHONE", {"display_name": "the bridge"})
    assert made.status == 201
    assert (await ghost.put("/devices/PHONE", {"display_name": "renamed"})).status == 200
    assert (await ghost.on("PHONE").whoami()).ok()["device_id"] == "PHONE"
    old_name = await ghost.get("/account/whoami", **{"org.matrix.msc3202.device_id": "PHONE"})
    assert old_name.ok()["device_id"] == "PHONE"
    assert (await ghost.get("/devices/PHONE")).ok()["display_name"] == "renamed"
    assert (await alice.put("/devices/OTHER", {"display_name": "x"})).status == 404
    (await ghost.delete("/devices/PHONE")).ok()
    assert (await ghost.on("PHONE").whoami()).errcode == "M_UNKNOWN_DEVICE"
    assert (await ghost.put("/devices/ONE")).status == 201
    (await ghost.post("/delete_devices", {"devices": ["ONE"]})).ok()
    assert (await ghost.get("/devices")).ok()["devices"] == []


async def test_registration_and_login_keep_to_the_namespace(
    client: ApiClient, bridge: ApplicationService, bot: ApiClient, alice: ApiClient
) -> None:
    flows = (await client.get("/login")).ok()["flows"]
    assert {"type": "m.login.application_service"} in flows
    kind: JsonObject = {"type": "m.login.application_service"}
    login = (await bot.post("/register", {**kind, "username": "_irc_bob", "device_id": "D"})).ok()
    assert (login["user_id"], login["device_id"]) == (GHOST, "D")
    (await client.with_token(login["access_token"]).whoami()).ok()
    assert (await bot.post("/register", {**kind, "username": "_irc_bob"})).errcode == "M_USER_IN_USE"
    assert (await bot.post("/register", {**kind, "username": "somebody"})).errcode == "M_EXCLUSIVE"
    assert (await client.post("/register", {**kind, "username": "_irc_x"})).errcode == "M_MISSING_TOKEN"
    assert (await alice.post("/register", {**kind, "username": "_irc_x"})).errcode == "M_UNKNOWN_TOKEN"
    for taken in ("_irc_x", "_irc_bot"):
        assert (await client.get("/register/available", username=taken)).errcode == "M_EXCLUSIVE"
        body = {"auth": {"type": "m.login.dummy"}, "username": taken, "password": "correct horse"}
        assert (await client.post("/register", body)).errcode == "M_EXCLUSIVE"

    def as_user(user: str) -> JsonObject:
        return {**kind, "identifier": {"type": "m.id.user", "user": user}}

    assert (await bot.post("/login", as_user("_irc_bob"))).ok()["user_id"] == GHOST
    assert (await bot.post("/login", as_user("_irc_bot"))).ok()["user_id"] == "@_irc_bot:example.org"
    assert (await bot.post("/login", as_user(alice.user_id))).errcode == "M_EXCLUSIVE"
    assert (await bot.post("/login", as_user("_irc_nobody"))).status == 403
    assert (await client.post("/login", as_user("_irc_bob"))).errcode == "M_MISSING_TOKEN"
    assert (await alice.post("/login", as_user("_irc_bob"))).errcode == "M_UNKNOWN_TOKEN"


async def test_repeated_transactions_of_users_without_devices_send_once(
    client: ApiClient, bridge: ApplicationService, alice: ApiClient
) -> None:
    """Transaction ids count per user; `ts` is taken from application services only."""
    first, second = await make_ghost(client, bridge, "_irc_a"), await make_ghost(client, bridge, "_irc_b")
    room_id = await create(alice, preset="public_chat")
    for ghost in (first, second):
        (await join(ghost, room_id)).ok()
    path, content = room_path(room_id, "/send/m.room.message/t1"), {"msgtype": "m.text", "body": "x"}
    ids = [
        (await user.put(path, content, ts=1234)).ok()["event_id"] for user in (first, first, second, alice)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    times = [(await alice.get(room_path(room_id, f"/event/{id_}"))).ok()["origin_server_ts"] for id_ in ids]
    assert times[0] == times[2] == 1234
    assert times[3] > 1234
    named = await first.put(room_path(room_id, "/state/org.example.x/"), {"a": 1}, ts=5678)
    assert named.status == 403
    own = await first.put(
        room_path(room_id, f"/state/m.room.member/{first.user_id}"), {"membership": "leave"}, ts=99
    )
    left = (await alice.get(room_path(room_id, f"/event/{own.ok()['event_id']}"))).ok()
    assert left["origin_server_ts"] == 99
    for wrong in ("-1", "tomorrow"):
        assert (
            await second.put(room_path(room_id, "/send/m.room.message/t2"), content, ts=wrong)
        ).status == 400


async def test_aliases_belong_to_whose_namespace_they_are_in(
    client: ApiClient, bridge: ApplicationService, alice: ApiClient
) -> None:
    bot = acting_as(client, bridge, "_irc_bot")
    room_id = await create(alice, preset="public_chat")
    theirs, others = "/directory/room/%23_irc_chan:example.org", "/directory/room/%23people:example.org"
    assert (await alice.put(theirs, {"room_id": room_id})).errcode == "M_EXCLUSIVE"
    options: JsonValue = {"room_alias_name": "_irc_chan"}
    assert (await alice.post("/createRoom", options)).errcode == "M_EXCLUSIVE"
    (await bot.put(theirs, {"room_id": room_id})).ok()
    assert (await bot.put(others, {"room_id": room_id})).errcode == "M_EXCLUSIVE"
    assert (await alice.delete(theirs)).errcode == "M_EXCLUSIVE"
    (await bot.delete(theirs)).ok()


async def test_user_and_alias_that_are_not_there_are_asked_for(
    client: ApiClient, bridge: ApplicationService, alice: ApiClient
) -> None:
    """The application service makes them while it is asked; a no is a no, and silence is a time-out."""
    room_id = await create(alice, preset="public_chat")
    bot = acting_as(client, bridge, "_irc_bot")

    async def make_alias() -> tuple[int, JsonValue]:
        (await bot.put("/directory/room/%23_irc_chan:example.org", {"room_id": room_id})).ok()
        return 200, {}

    async def make_user() -> tuple[int, JsonValue]:
        await make_ghost(client, bridge, "_irc_bob")
        return 200, {}

    bridge.answers["/rooms/#_irc_chan:example.org"] = make_alias
    bridge.answers[f"/users/{GHOST}"] = make_user
    assert (await alice.get("/directory/room/%23_irc_chan:example.org")).ok()["room_id"] == room_id
    assert (await alice.get(f"/profile/{GHOST}")).ok()["displayname"] == "_irc_bob"
    (await act(alice, room_id, "invite", GHOST)).ok()
    assert bridge.asked == ["/rooms/#_irc_chan:example.org", f"/users/{GHOST}"]
    assert (await alice.get("/directory/room/%23_irc_none:example.org")).status == 404
    assert (await alice.get("/profile/@_irc_none:example.org")).status == 404
    assert (await alice.get("/directory/room/%23nobodys:example.org")).status == 404
    assert len(bridge.asked) == 4
    await bridge.stop()
    assert (await join(alice, "#_irc_gone:example.org")).status == 408


async def test_ping_says_what_is_wrong(
    client: ApiClient, bridge: ApplicationService, bot: ApiClient, alice: ApiClient
) -> None:
    path = "/_matrix/client/v1/appservice/irc/ping"
    bridge.answers["/ping"] = (200, {})
    assert (await bot.post(path, {"transaction_id": "meow"})).ok()["duration_ms"] >= 0
    assert (await alice.post(path)).errcode == "M_FORBIDDEN"
    assert (await bot.post("/_matrix/client/v1/appservice/other/ping")).errcode == "M_FORBIDDEN"
    bridge.hs_token = "another one"
    refused = await bot.post(path)
    assert (refused.status, refused.errcode, refused.json["status"]) == (502, "M_BAD_STATUS", 403)
    assert "M_FORBIDDEN" in refused.json["body"]
    await bridge.stop()
    assert (await bot.post(path)).errcode == "M_CONNECTION_FAILED"


async def test_ping_that_is_not_answered_in_time_says_so(
    bridge: ApplicationService, bot: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ping, "ANSWER_WITHIN_S", 0.1)
    bridge.open.clear()
    reply = await bot.post("/_matrix/client/v1/appservice/irc/ping")
    bridge.open.set()
    assert (reply.status, reply.errcode) == (504, "M_CONNECTION_TIMEOUT")


@pytest.mark.parametrize("registered", [{"url": None}])
async def test_application_service_without_url_is_never_asked(
    client: ApiClient, bridge: ApplicationService, bot: ApiClient, alice: ApiClient, services: Services
) -> None:
    assert (await bot.post("/_matrix/client/v1/appservice/irc/ping")).errcode == "M_URL_NOT_SET"
    ghost = await make_ghost(client, bridge, "_irc_bob")
    (await join(ghost, await create(alice, preset="public_chat"))).ok()
    assert (await alice.get("/thirdparty/protocols")).ok() == {}
    assert (await alice.get("/profile/@_irc_none:example.org")).status == 404
    await services.appservices.senders.until_idle()
    assert bridge.attempts == bridge.asked == []


async def test_third_party_networks_are_looked_up_where_they_are_served(
    bridge: ApplicationService, alice: ApiClient
) -> None:
    described: JsonObject = {
        "user_fields": ["network", "nickname"],
        "location_fields": ["network", "channel"],
        "icon": "mxc://example.org/a",
        "field_types": {},
        "instances": [{"desc": "Libera", "network_id": "libera", "fields": {}}],
    }
    user: JsonObject = {"userid": GHOST, "protocol": "irc", "fields": {"nickname": "bob"}}
    place: JsonObject = {"alias": "#_irc_chan:example.org", "protocol": "irc", "fields": {"channel": "#chan"}}
    bridge.answers |= {
        "/thirdparty/protocol/irc": (200, described),
        "/thirdparty/user/irc": (200, [user, {"nonsense": 1}]),
        "/thirdparty/location/irc": (200, [place]),
        "/thirdparty/user": (200, [user]),
        "/thirdparty/location": (500, {}),
    }
    protocols = (await alice.get("/thirdparty/protocols")).ok()
    assert protocols["irc"]["instances"] == [{**described["instances"][0], "instance_id": "irc|libera"}]
    bridge.answers["/thirdparty/protocol/irc"] = (500, {})
    assert (await alice.get("/thirdparty/protocol/irc")).ok() == protocols["irc"]
    assert (await alice.get("/thirdparty/protocol/xmpp")).status == 404
    assert (await alice.get("/thirdparty/user/xmpp")).status == 404

    async def listed(path: str, **fields: str) -> object:
        return orjson.loads((await alice.get(path, **fields)).body)

    assert await listed("/thirdparty/user/irc", nickname="bob") == [user]
    assert "/thirdparty/user/irc?nickname=bob" in bridge.asked
    assert await listed("/thirdparty/location/irc", channel="#chan") == [place]
    assert await listed("/thirdparty/user", userid=GHOST) == [user]
    assert await listed("/thirdparty/location", alias="#_irc_chan:example.org") == []


async def test_rooms_are_published_in_directories_of_networks(bot: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    path = f"/directory/list/appservice/libera/{room_id}"
    assert (await alice.put(path, {"visibility": "public"})).errcode == "M_FORBIDDEN"
    (await bot.put(path, {"visibility": "public"})).ok()

    async def shown(**wanted: JsonValue) -> list[str]:
        return [room["room_id"] for room in (await alice.post("/publicRooms", wanted)).ok()["chunk"]]

    assert await shown() == []
    assert await shown(third_party_instance_id="irc|libera") == [room_id]
    assert await shown(third_party_instance_id="irc|other") == []
    assert await shown(include_all_networks=True) == [room_id]
    (await bot.put(path, {"visibility": "private"})).ok()
    assert await shown(include_all_networks=True) == []


@pytest.mark.parametrize("registered", [{"rate_limited": False}, {"rate_limited": True}])
async def test_rate_limits_spare_application_services_unless_they_are_to_be_limited(
    client: ApiClient,
    bridge: ApplicationService,
    services: Services,
    registered: JsonObject,
) -> None:
    services.rate_limits.enabled = True
    ghost = await make_ghost(client, bridge, "_irc_bob")
    statuses = {(await ghost.whoami()).status for _ in range(15)}
    assert (429 in statuses) is registered["rate_limited"]
    bot = client.with_token(bridge.as_token)
    assert {(await bot.whoami()).status for _ in range(15)} == {200}
    made = {
        (await bot.post("/register", {"type": "m.login.application_service", "username": f"_irc_{n}"})).status
        for n in range(30)
    }
    assert (429 in made) is registered["rate_limited"]


async def test_deactivated_and_locked_ghosts_cannot_be_acted_as(
    client: ApiClient, bridge: ApplicationService
) -> None:
    ghost = await make_ghost(client, bridge, "_irc_bob")
    (await ghost.whoami()).ok()
    (await ghost.post("/account/deactivate")).ok()
    assert (await ghost.whoami()).status == 403
