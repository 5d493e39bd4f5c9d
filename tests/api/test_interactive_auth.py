"""User-interactive authentication, shown on the deletion of devices."""

import pytest

from homeserver.accounts.interactive_auth import LIFETIME_MS
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def other(client: ApiClient, alice: ApiClient) -> ApiClient:
    """Alice's other device."""
    return await client.log_in("alice", device_id="OTHER")


async def delete(alice: ApiClient, auth: JsonObject | None = None, device_id: str = "OTHER") -> Reply:
    return await alice.delete(f"/devices/{device_id}", None if auth is None else {"auth": auth})


async def begin(alice: ApiClient) -> str:
    session = (await delete(alice)).json["session"]
    assert isinstance(session, str)
    return session


async def test_request_without_auth_is_challenged(alice: ApiClient, other: ApiClient) -> None:
    for reply in (await delete(alice), await delete(alice, {})):
        assert reply.status == 401
        assert reply.json["flows"] == [{"stages": ["m.login.password"]}]
        assert (reply.json["completed"], reply.json["params"], reply.errcode) == ([], {}, None)


async def test_password_passes_with_and_without_a_session(
    client: ApiClient, alice: ApiClient, other: ApiClient
) -> None:
    assert (await delete(alice, alice.password_auth(session=await begin(alice)))).ok() == {}
    assert (await other.whoami()).status == 401
    await client.log_in("alice", device_id="OTHER")
    assert (await delete(alice, alice.password_auth())).ok() == {}


async def test_any_password_dict_does_not_satisfy_it(alice: ApiClient, other: ApiClient) -> None:
    """A server once took every dict with the right type."""
    right = alice.password_auth()
    wrong: list[JsonObject] = [
        {"type": "m.login.password"},
        {"type": "m.login.password", "password": "wrong"},
        {"type": "m.login.password", "password": alice.password},
        {**right, "password": "wrong"},
        {**right, "password": ""},
        {**right, "password": None},
        {**right, "identifier": {"type": "m.id.user"}},
        {**right, "identifier": {"type": "m.id.thirdparty", "user": alice.user_id}},
        {**right, "type": "m.login.dummy"},
        {**right, "type": "m.login.token"},
    ]
    for auth in wrong:
        for session in (None, await begin(alice)):
            reply = await delete(alice, auth if session is None else {**auth, "session": session})
            assert reply.status == 401, auth
            assert reply.json["completed"] == []
            assert reply.errcode in ("M_FORBIDDEN", "M_UNRECOGNIZED")
    assert (await other.whoami()).status == 200


async def test_wrong_password_can_be_corrected_in_the_same_session(
    alice: ApiClient, other: ApiClient
) -> None:
    first = await delete(alice, alice.password_auth("wrong"))
    assert (first.status, first.errcode) == (401, "M_FORBIDDEN")
    assert (await delete(alice, alice.password_auth(session=first.json["session"]))).status == 200


async def test_password_of_another_account_is_refused(
    alice: ApiClient, bob: ApiClient, other: ApiClient
) -> None:
    assert (await delete(alice, bob.password_auth())).status == 403
    assert (await delete(alice, {**alice.password_auth(), "identifier": None, "user": "bob"})).status == 403
    assert (await other.whoami()).status == 200


async def test_session_of_another_user_is_refused(
    alice: ApiClient, bob: ApiClient, client: ApiClient, other: ApiClient
) -> None:
    bobs = await client.log_in("bob", device_id="OTHER")
    session = await begin(alice)
    assert (await delete(bob, bob.password_auth(session=session))).status == 403
    assert (await bobs.whoami()).status == 200


async def test_ghsa_v2x6_m99h_vqxx_nobody_takes_over_another_account_of_the_same_server(
    client: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    about = f"/user/{alice.user_id}"
    keys: JsonObject = {"user_id": alice.user_id, "usage": ["master"], "keys": {"ed25519:a": "a"}}
    device: JsonObject = {
        "user_id": alice.user_id,
        "device_id": alice.device_id,
        "algorithms": [],
        "keys": {},
    }
    attempts: list[tuple[str, str, JsonObject]] = [
        ("PUT", f"/profile/{alice.user_id}/displayname", {"displayname": "Bob"}),
        ("PUT", f"{about}/account_data/m.direct", {}),
        ("POST", f"{about}/filter", {}),
        ("POST", f"{about}/openid/request_token", {}),
        ("POST", "/keys/upload", {"device_keys": {**device, "signatures": {}}}),
        ("POST", "/keys/device_signing/upload", {"master_key": keys, "auth": bob.password_auth()}),
        ("POST", "/account/password", {"new_password": "taken over", "auth": alice.password_auth()}),
        ("PUT", f"/devices/{alice.device_id}", {"display_name": "Bob's"}),
        ("POST", f"/_synapse/admin/v1/users/{alice.user_id}/login", {}),
        ("POST", f"/_synapse/admin/v1/reset_password/{alice.user_id}", {"new_password": "taken over"}),
    ]
    for method, path, body in attempts:
        reply = await bob.request(method, path, body)
        assert reply.status in (400, 401, 403, 404), path
    (await bob.delete(f"/devices/{alice.device_id}", {"auth": bob.password_auth()})).ok()
    acted = await bob.get("/account/whoami", user_id=alice.user_id, device_id=alice.device_id)
    assert acted.ok()["user_id"] == bob.user_id, "only application services act as others"
    assert (await client.try_log_in("alice", "taken over")).status == 403
    assert (await alice.whoami()).ok()["device_id"] == alice.device_id
    assert (await alice.get(f"/profile/{alice.user_id}")).ok() == {"displayname": "alice"}


async def test_session_authorises_the_operation_it_was_begun_for_only(
    alice: ApiClient, client: ApiClient, other: ApiClient
) -> None:
    session = await begin(alice)
    auth = alice.password_auth(session=session)
    assert (await delete(alice, auth, device_id=alice.device_id)).status == 403
    assert (await alice.post("/account/deactivate", {"auth": auth})).status == 403
    assert (await alice.post("/delete_devices", {"devices": ["OTHER"], "auth": auth})).status == 403
    assert (await client.post("/register", {"password": "x", "auth": auth})).status == 403
    assert (await delete(alice, auth)).status == 200


async def test_session_is_good_once(alice: ApiClient, client: ApiClient, other: ApiClient) -> None:
    auth = alice.password_auth(session=await begin(alice))
    assert (await delete(alice, auth)).status == 200
    await client.log_in("alice", device_id="OTHER")
    assert (await delete(alice, auth)).status == 401


async def test_unknown_and_expired_sessions_begin_anew(
    alice: ApiClient, other: ApiClient, clock: FakeClock
) -> None:
    session = await begin(alice)
    clock.advance(LIFETIME_MS)
    for stale in (session, "", "x", "\0", "ü", "x" * 10_000):
        reply = await delete(alice, alice.password_auth(session=stale))
        assert (reply.status, reply.json["completed"]) == (401, [])
        assert reply.json["session"] != stale


async def test_malformed_auth_is_bad_json(alice: ApiClient) -> None:
    malformed: list[object] = ["x", [], 7, {"type": 7}, {"session": []}, {"identifier": "alice"}]
    for auth in malformed:
        reply = await alice.request("DELETE", "/devices/OTHER", {"auth": auth})
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON")
