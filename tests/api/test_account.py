import pytest

from homeserver.accounts.change_password import change_password
from homeserver.accounts.find import find_account
from homeserver.errors import NotFound
from homeserver.http.context import Services
from tests.api.client import ApiClient

NEW = "another staple"


async def test_changed_password_replaces_the_old_one(client: ApiClient, alice: ApiClient) -> None:
    other = await client.log_in("alice")
    body = {"new_password": NEW}
    assert (await alice.post("/account/password", body)).status == 401
    assert (await alice.post("/account/password", {**body, "auth": alice.password_auth()})).ok() == {}
    assert (await client.try_log_in("alice")).status == 403
    assert (await client.try_log_in("alice", NEW)).status == 200
    assert (await alice.whoami()).status == 200, "the session that changed it stays"
    assert (await other.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_other_sessions_can_be_kept_over_a_password_change(client: ApiClient, alice: ApiClient) -> None:
    other = await client.log_in("alice")
    body = {"new_password": NEW, "logout_devices": False, "auth": alice.password_auth()}
    (await alice.post("/account/password", body)).ok()
    assert (await other.whoami()).status == 200


async def test_impossible_new_password_changes_nothing(client: ApiClient, alice: ApiClient) -> None:
    for password in ("", "x" * 1000):
        body = {"new_password": password, "auth": alice.password_auth()}
        assert (await alice.post("/account/password", body)).status == 400
    assert (await client.try_log_in("alice")).status == 200


async def test_deactivation_is_for_good(client: ApiClient, alice: ApiClient, services: Services) -> None:
    reply = await alice.post("/account/deactivate", {"auth": alice.password_auth("wrong")})
    assert (reply.status, reply.errcode) == (401, "M_FORBIDDEN")
    reply = await alice.post("/account/deactivate", {"auth": alice.password_auth()})
    assert reply.ok() == {"id_server_unbind_result": "success"}
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert (await client.try_log_in("alice")).errcode == "M_FORBIDDEN"
    assert (await client.get(f"/profile/{alice.user_id}")).status == 404
    account = await find_account(services.accounts, "alice")
    assert account.deactivated_ts is not None
    with pytest.raises(NotFound):
        await change_password(services.accounts, account.user_nid, NEW)


async def test_erasing_takes_the_profile_too(alice: ApiClient, services: Services) -> None:
    (await alice.post("/account/deactivate", {"auth": alice.password_auth(), "erase": True})).ok()
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM profile_fields") == 0
        assert await conn.fetchval("SELECT is_erased FROM accounts")


async def test_no_third_party_identifiers_are_kept(alice: ApiClient, client: ApiClient) -> None:
    assert (await alice.get("/account/3pid")).ok() == {"threepids": []}
    assert (await client.get("/account/3pid")).errcode == "M_MISSING_TOKEN"


async def test_capabilities_are_for_users_only(client: ApiClient, alice: ApiClient) -> None:
    assert (await client.get("/capabilities")).errcode == "M_MISSING_TOKEN"
    capabilities = (await alice.get("/capabilities")).ok()["capabilities"]
    versions = capabilities["m.room_versions"]
    assert versions["default"] == "12"
    assert versions["available"] == {str(version): "stable" for version in range(1, 13)}
    assert capabilities["m.change_password"] == {"enabled": True}
    assert "m.account_moderation" not in capabilities


async def test_versions_are_listed(client: ApiClient) -> None:
    answer = (await client.get("/_matrix/client/versions")).ok()
    assert {"v1.1", "v1.19"} <= set(answer["versions"])
    assert answer["unstable_features"]["parlour.websocket_sync"] is True


async def test_well_known_files_answer_from_the_base_url(client: ApiClient) -> None:
    answer = (await client.get("/.well-known/matrix/client")).ok()
    assert answer["m.homeserver"] == {"base_url": "https://matrix.example.org"}
    server = (await client.get("/.well-known/matrix/server")).ok()
    assert server == {"m.server": "matrix.example.org:443"}
    assert (await client.get("/.well-known/matrix/support")).errcode == "M_NOT_FOUND"


WELL_KNOWN = {
    "client": {"m.identity_server": {"base_url": "https://id.example.org"}},
    "server": "federation.example.org:8448",
    "support": {"support_page": "https://example.org/help"},
}


@pytest.mark.parametrize("overrides", [{"well_known": WELL_KNOWN}])
async def test_configured_well_known_members_win(client: ApiClient) -> None:
    answer = (await client.get("/.well-known/matrix/client")).ok()
    assert {"m.homeserver", "m.identity_server"} <= set(answer)
    assert (await client.get("/.well-known/matrix/server")).ok()["m.server"] == "federation.example.org:8448"
    assert (await client.get("/.well-known/matrix/support")).ok() == WELL_KNOWN["support"]
