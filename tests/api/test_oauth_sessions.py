"""Sessions of the OAuth 2.0 API: renewing and ending them, and what differs from the others."""

import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_locked
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.key_support import CrossSigning
from tests.api.oauth_calls import App, browser_for, send_form, sign_in
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def app(client: ApiClient) -> App:
    return await App.register(client)


@pytest.fixture
async def browser(client: ApiClient, alice: ApiClient) -> Browser:
    browser = browser_for(client)
    await sign_in(browser)
    return browser


@pytest.fixture
async def tokens(browser: Browser, app: App) -> JsonObject:
    return await app.log_in(browser)


@pytest.fixture
def phone(client: ApiClient, alice: ApiClient, tokens: JsonObject) -> ApiClient:
    """Alice on the device that the client was granted."""
    return alice.with_token(tokens["access_token"])


async def test_refresh_rotates_and_a_lost_answer_can_be_asked_for_again(
    app: App, tokens: JsonObject, phone: ApiClient, clock: FakeClock
) -> None:
    clock.advance(3_600_000)
    expired = await phone.whoami()
    assert (expired.status, expired.json["soft_logout"]) == (401, True)
    await app.refresh(tokens["refresh_token"])
    renewed = (await app.refresh(tokens["refresh_token"])).ok()
    assert renewed["scope"] == tokens["scope"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert (await phone.with_token(renewed["access_token"]).whoami()).status == 200


async def test_spent_refresh_token_ends_the_session(app: App, tokens: JsonObject, phone: ApiClient) -> None:
    renewed = (await app.refresh(tokens["refresh_token"])).ok()
    assert (await phone.with_token(renewed["access_token"]).whoami()).status == 200
    assert (await app.refresh(tokens["refresh_token"])).json["error"] == "invalid_grant"
    assert (await phone.with_token(renewed["access_token"]).whoami()).status == 401


async def test_refresh_token_is_its_clients_and_its_apis_alone(
    client: ApiClient, app: App, tokens: JsonObject, alice: ApiClient
) -> None:
    other = await App.register(client, client_name="Other")
    assert (await other.refresh(tokens["refresh_token"])).json["error"] == "invalid_grant"
    assert (
        await client.post("/refresh", {"refresh_token": tokens["refresh_token"]})
    ).errcode == "M_UNKNOWN_TOKEN"
    legacy = (await client.try_log_in("alice", refresh_token=True)).ok()
    assert (await app.refresh(legacy["refresh_token"])).json["error"] == "invalid_grant"
    assert (await app.refresh(tokens["refresh_token"])).status == 200, "nothing was spent by that"
    assert (await client.post("/refresh", {"refresh_token": legacy["refresh_token"]})).status == 200


async def test_locked_account_keeps_its_session(
    app: App, tokens: JsonObject, phone: ApiClient, services: Services
) -> None:
    account = await find_account(services.accounts, "alice")
    await set_locked(services.accounts, account.user_nid, True)
    assert (await app.refresh(tokens["refresh_token"])).status == 503
    await set_locked(services.accounts, account.user_nid, False)
    assert (await app.refresh(tokens["refresh_token"])).status == 200


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
async def test_revoking_either_token_logs_the_device_out(
    client: ApiClient, alice: ApiClient, app: App, tokens: JsonObject, phone: ApiClient, which: str
) -> None:
    reply = await send_form(client, "revoke", token=tokens[which], token_type_hint=which, client_id="another")
    assert reply.status == 200
    assert (await phone.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert (await app.refresh(tokens["refresh_token"])).json["error"] == "invalid_grant"
    devices = [device["device_id"] for device in (await alice.get("/devices")).ok()["devices"]]
    assert devices == [alice.device_id]
    assert (await send_form(client, "revoke", token=tokens[which])).status == 200


async def test_revoking_what_is_no_token_is_no_error_and_what_is_no_request_is(client: ApiClient) -> None:
    for token in ("x", "a.b.c", "ü", "x" * 5000):
        assert (await send_form(client, "revoke", token=token)).status == 200
    assert (await send_form(client, "revoke", client_id="x")).json["error"] == "invalid_request"


async def test_endpoints_of_interactive_authentication_are_closed_to_it(
    phone: ApiClient, alice: ApiClient
) -> None:
    for reply in (
        await phone.delete(f"/devices/{alice.device_id}", {"auth": alice.password_auth()}),
        await phone.post("/delete_devices", {"devices": [alice.device_id], "auth": alice.password_auth()}),
        await phone.post("/account/password", {"new_password": "x" * 9, "auth": alice.password_auth()}),
        await phone.post("/account/deactivate", {"auth": alice.password_auth()}),
        await phone.post("/_matrix/client/v1/login/get_token", {}),
    ):
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
        assert "/oauth2/account" in reply.json["error"]
    capabilities = (await phone.get("/capabilities")).ok()["capabilities"]
    for name in ("m.change_password", "m.3pid_changes", "m.get_login_token"):
        assert capabilities[name] == {"enabled": False}
    assert (await alice.get("/capabilities")).ok()["capabilities"]["m.change_password"] == {"enabled": True}


async def test_device_can_be_renamed_and_logs_itself_out(
    phone: ApiClient, alice: ApiClient, app: App
) -> None:
    (await phone.put(f"/devices/{app.device_id}", {"display_name": "Phone"})).ok()
    (await phone.post("/logout")).ok()
    assert (await phone.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_new_identity_waits_for_its_owner_on_the_page(phone: ApiClient, browser: Browser) -> None:
    path = "/keys/device_signing/upload"
    (await phone.post(path, CrossSigning.of(phone.user_id, 10).body())).ok()
    keys = CrossSigning.of(phone.user_id, 20).body()
    challenge = await phone.post(path, keys)
    assert challenge.status == 401
    assert {"stages": ["m.oauth"]} in challenge.json["flows"]
    url = challenge.json["params"]["m.oauth"]["url"]
    session = challenge.json["session"]
    assert "action=org.matrix.cross_signing_reset" in url
    assert (await phone.post(path, {**keys, "auth": {"session": session}})).status == 401
    assert (await phone.post(path, {**keys, "auth": {"session": session, "type": "m.oauth"}})).status == 401
    assert (await phone.post(path, {**keys, "auth": phone.password_auth(session=session)})).status == 401
    question = await browser.open(url)
    assert "Reset your identity?" in question.text
    assert (await phone.post(path, {**keys, "auth": {"session": session}})).status == 401
    assert "go on with the reset" in (await browser.submit(question)).text
    others = CrossSigning.of(phone.user_id, 30).body()
    assert (await phone.post(path, {**others, "auth": {"session": session}})).status == 403
    assert (await phone.post(path, others)).status == 401, "the owner has agreed to other keys"
    (await phone.post(path, {**keys, "auth": {"session": session}})).ok()
    again = CrossSigning.of(phone.user_id, 30).body()
    assert (await phone.post(path, {**again, "auth": {"session": session}})).status == 401, "it is used up"


async def test_client_that_asks_again_without_its_session_is_known_by_its_keys(
    phone: ApiClient, browser: Browser
) -> None:
    path = "/keys/device_signing/upload"
    (await phone.post(path, CrossSigning.of(phone.user_id, 10).body())).ok()
    keys = CrossSigning.of(phone.user_id, 20).body()
    first, second = await phone.post(path, keys), await phone.post(path, keys)
    assert first.json["session"] == second.json["session"]
    await browser.submit(await browser.open(first.json["params"]["org.matrix.cross_signing_reset"]["url"]))
    (await phone.post(path, keys)).ok()


async def test_nobody_agrees_to_the_keys_of_another_account(
    client: ApiClient, phone: ApiClient, bob: ApiClient
) -> None:
    path = "/keys/device_signing/upload"
    (await phone.post(path, CrossSigning.of(phone.user_id, 10).body())).ok()
    challenge = await phone.post(path, CrossSigning.of(phone.user_id, 20).body())
    bobs = browser_for(client)
    await sign_in(bobs, "bob")
    assert (await bobs.open(challenge.json["params"]["m.oauth"]["url"])).status == 403
    other = await bob.post("/account/deactivate", {})
    assert (
        await bobs.open(
            f"/oauth2/account?action=org.matrix.cross_signing_reset&session={other.json['session']}"
        )
    ).status == 404
