"""Authorisation codes: from a client's request to its tokens, and what must not lead there."""

import pytest

from tests.api.client import ApiClient
from tests.api.oauth_calls import CALLBACK, ISSUER, App, browser_for, sign_in
from tests.support.browser import Browser, parameters


@pytest.fixture
async def browser(client: ApiClient, alice: ApiClient) -> Browser:
    """Alice's browser, signed in."""
    browser = browser_for(client)
    assert "Profile" in (await sign_in(browser)).text
    return browser


@pytest.fixture
async def app(client: ApiClient) -> App:
    return await App.register(client)


async def test_client_gets_tokens_after_sign_in_and_consent(
    client: ApiClient, alice: ApiClient, app: App
) -> None:
    browser = browser_for(client)
    form = await browser.open(app.request())
    assert "Password" in form.text
    consent = await browser.submit(form, user="alice", password=alice.password)
    assert "Chatter" in consent.text
    assert "chatter.example" in consent.text
    assert alice.user_id in consent.text
    answer = await browser.submit(consent, decision="allow")
    assert answer.status == 303
    assert answer.location.startswith(f"{CALLBACK}#")
    got = parameters(answer.location)
    assert got["state"] == app.state
    assert got["iss"] == ISSUER
    tokens = (await app.exchange(got["code"])).ok()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 3600
    me = (await client.with_token(tokens["access_token"]).whoami()).ok()
    assert me == {"user_id": alice.user_id, "device_id": app.device_id, "is_guest": False}
    device = (await alice.get(f"/devices/{app.device_id}")).ok()
    assert device["display_name"] == "Chatter"
