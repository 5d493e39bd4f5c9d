"""Accounts, as server admins see and change them."""

from tests.api.client import ApiClient
from tests.api.room_calls import create
from tests.support.fake_clock import FakeClock

V1 = "/_synapse/admin/v1"
V2 = "/_synapse/admin/v2"


async def test_only_admins_are_answered(alice: ApiClient, client: ApiClient) -> None:
    for path in (f"{V2}/users", f"{V1}/rooms", f"{V1}/registration_tokens", f"{V1}/statistics/users/media"):
        assert (await alice.get(path)).status == 403
        assert (await client.get(path)).status == 401


async def test_accounts_are_listed_page_by_page(admin: ApiClient, alice: ApiClient, bob: ApiClient) -> None:
    await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "Zoe"})
    everybody = (await admin.get(f"{V2}/users")).ok()
    assert [user["name"] for user in everybody["users"]] == [alice.user_id, bob.user_id, admin.user_id]
    assert everybody["total"] == 3
    first = (await admin.get(f"{V2}/users", limit=2, order_by="displayname", dir="b")).ok()
    assert [user["displayname"] for user in first["users"]] == ["root", "alice"]
    rest = (await admin.get(f"{V2}/users", limit=2, **{"from": first["next_token"]})).ok()
    assert "next_token" not in rest
    for query, found in (
        ({"name": "zO"}, [bob.user_id]),
        ({"user_id": "@alice"}, [alice.user_id]),
        ({"admins": "true"}, [admin.user_id]),
    ):
        assert [user["name"] for user in (await admin.get(f"{V2}/users", **query)).ok()["users"]] == found
    assert (await admin.get(f"{V2}/users", order_by="shoe_size")).errcode == "M_INVALID_PARAM"


async def test_account_is_made_changed_closed_and_opened_again(admin: ApiClient, client: ApiClient) -> None:
    path = f"{V2}/users/@carol:example.org"
    threepids = [{"medium": "email", "address": "carol@example.org"}]
    body = {"password": "a long password", "displayname": "Carol", "threepids": threepids, "admin": False}
    made = await admin.put(path, body)
    assert made.status == 201
    assert made.json["displayname"] == "Carol"
    assert [each["address"] for each in made.json["threepids"]] == ["carol@example.org"]
    found = await admin.get(f"{V1}/threepid/email/users/carol@example.org")
    assert found.ok() == {"user_id": "@carol:example.org"}
    login = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": "carol"},
        "password": "a long password",
    }
    carol = client.logged_in((await client.post("/login", login)).ok())
    assert (await admin.put(path, {"password": "another password"})).status == 200
    assert (await carol.get("/account/whoami")).status == 401
    assert (await admin.post(f"{V1}/deactivate/@carol:example.org", {"erase": True})).status == 200
    assert (await admin.get(path)).ok()["deactivated"] is True
    assert (await admin.get(f"{V2}/users")).ok()["total"] == 1
    assert (await admin.get("/_synapse/admin/v3/users", deactivated="true")).ok()["total"] == 1
    reopened = (await admin.put(path, {"deactivated": False, "password": "a third password"})).ok()
    assert (reopened["deactivated"], reopened["erased"]) == (False, False)
    assert (await client.post("/login", {**login, "password": "a third password"})).status == 200


async def test_admin_acts_as_somebody_until_the_time_that_was_given(
    admin: ApiClient, alice: ApiClient, clock: FakeClock
) -> None:
    room_id = await create(alice)
    until = clock.now_ms() + 60_000
    reply = await admin.post(f"{V1}/users/{alice.user_id}/login", {"valid_until_ms": until})
    acting = alice.with_token(reply.ok()["access_token"])
    assert (await acting.get("/joined_rooms")).ok()["joined_rooms"] == [room_id]
    clock.advance(61_000)
    assert (await acting.get("/joined_rooms")).status == 401
    past = await admin.post(f"{V1}/users/{alice.user_id}/login", {"valid_until_ms": until})
    assert past.errcode == "M_INVALID_PARAM"


async def test_devices_rooms_and_account_data_of_a_user_are_shown(admin: ApiClient, alice: ApiClient) -> None:
    room_id = await create(alice)
    await alice.put(f"/user/{alice.user_id}/account_data/org.example.x", {"a": 1})
    base = f"{V1}/users/{alice.user_id}"
    assert (await admin.get(f"{base}/joined_rooms")).ok() == {"joined_rooms": [room_id], "total": 1}
    assert (await admin.get(f"{base}/memberships")).ok() == {"memberships": {room_id: "join"}}
    data = (await admin.get(f"{base}/accountdata")).ok()["account_data"]
    assert data["global"]["org.example.x"] == {"a": 1}
    devices = f"{V2}/users/{alice.user_id}/devices"
    assert (await admin.get(devices)).ok()["total"] == 1
    assert (await admin.put(f"{devices}/{alice.device_id}", {"display_name": "Old"})).status == 200
    assert (await admin.get(f"{devices}/{alice.device_id}")).ok()["display_name"] == "Old"
    assert (
        await admin.post(f"{V2}/users/{alice.user_id}/delete_devices", {"devices": [alice.device_id]})
    ).status == 200
    assert (await alice.get("/account/whoami")).status == 401


async def test_rights_are_given_and_taken(admin: ApiClient, alice: ApiClient) -> None:
    path = f"{V1}/users/{alice.user_id}/admin"
    assert (await admin.put(path, {"admin": True})).status == 200
    assert (await alice.get(path)).ok() == {"admin": True}
    assert (await alice.put(path, {"admin": False})).errcode == "M_INVALID_PARAM"
    assert (await admin.put(path, {"admin": False})).status == 200
    assert (await alice.get(path)).status == 403
    assert (await admin.put(f"{V1}/suspend/{alice.user_id}", {"suspend": True})).status == 200
    assert (await alice.post("/createRoom", {})).errcode == "M_USER_SUSPENDED"
    assert (await admin.get(f"{V2}/users/{alice.user_id}")).ok()["suspended"] is True


async def test_registration_tokens_are_made_changed_listed_and_deleted(
    admin: ApiClient, clock: FakeClock
) -> None:
    path = f"{V1}/registration_tokens"
    made = (await admin.post(f"{path}/new", {"token": "abcd", "uses_allowed": 2})).ok()
    assert made == {"token": "abcd", "uses_allowed": 2, "pending": 0, "completed": 0, "expiry_time": None}
    assert len((await admin.post(f"{path}/new", {"length": 32})).ok()["token"]) == 32
    expiry = clock.now_ms() + 1000
    changed = (await admin.put(f"{path}/abcd", {"uses_allowed": None, "expiry_time": expiry})).ok()
    assert (changed["uses_allowed"], changed["expiry_time"]) == (None, expiry)
    clock.advance(2_000)
    listed = (await admin.get(path, valid="false")).ok()["registration_tokens"]
    assert [token["token"] for token in listed] == ["abcd"]
    assert (await admin.put(f"{path}/abcd", {"expiry_time": 1})).errcode == "M_INVALID_PARAM"
    assert (await admin.delete(f"{path}/abcd")).status == 200
    assert (await admin.get(f"{path}/abcd")).status == 404
    assert (await admin.post(f"{path}/new", {"token": "no spaces"})).errcode == "M_INVALID_PARAM"


async def test_rate_pushers_and_jobs_are_shown(admin: ApiClient, alice: ApiClient) -> None:
    base = f"{V1}/users/{alice.user_id}"
    assert (await admin.get(f"{base}/override_ratelimit")).ok() == {}
    rate = {"messages_per_second": 2, "burst_count": 5}
    assert (await admin.post(f"{base}/override_ratelimit", rate)).ok() == rate
    assert (await admin.get(f"{base}/override_ratelimit")).ok() == rate
    assert (await admin.delete(f"{base}/override_ratelimit")).status == 200
    assert (await admin.get(f"{base}/override_ratelimit")).ok() == {}
    assert (await admin.get(f"{base}/pushers")).ok() == {"pushers": [], "total": 0}
    room_id = await create(alice)
    await admin.delete(f"{V2}/rooms/{room_id}", {})
    tasks = (await admin.get(f"{V1}/scheduled_tasks", resource_id=room_id)).ok()["scheduled_tasks"]
    assert [task["action"] for task in tasks] == ["delete_room"]
    assert (await admin.get(f"{V1}/scheduled_tasks", job_status="odd")).errcode == "M_INVALID_PARAM"
