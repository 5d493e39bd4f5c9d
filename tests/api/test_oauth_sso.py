"""OAuth clients whose users sign in through an upstream provider."""

from collections.abc import AsyncIterator

import pytest

from homeserver.config.settings import Settings
from tests.api.client import ApiClient
from tests.api.oauth_calls import App, browser_for
from tests.support.browser import Browser, Page, parameters
from tests.support.fake_clock import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_oidc_provider

LOGOUT = "/_matrix/client/unstable/parlour/sso/logout"


@pytest.fixture
async def provider(clock: FakeClock) -> AsyncIterator[OidcProvider]:
    async with running_oidc_provider(OidcProvider(now_s=lambda: clock.now_ms() // 1000)) as provider:
        provider.user = {"sub": "1", "preferred_username": "dave", "name": "Dave"}
        yield provider


@pytest.fixture
def settings(settings: Settings, provider: OidcProvider) -> Settings:
    oidc = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return Settings.model_validate({**settings.model_dump(), "oidc": oidc})


async def go_through_provider(browser: Browser, sign_in: Page) -> Page:
    """Press the provider's button; the provider knows its user already."""
    to_provider = await browser.open(sign_in.links["Continue with Single sign-on"])
    async with browser.http.get(to_provider.location, allow_redirects=False) as response:
        return await browser.open(response.headers["Location"])


async def test_user_of_a_provider_agrees_and_loses_all_when_the_provider_says_so(
    client: ApiClient, provider: OidcProvider
) -> None:
    app, browser = await App.register(client), browser_for(client)
    consent = await go_through_provider(browser, await browser.open(app.request()))
    assert "@dave:example.org" in consent.text
    answer = await browser.submit(consent, decision="allow")
    tokens = (await app.exchange(parameters(answer.location)["code"])).ok()
    dave = client.with_token(tokens["access_token"])
    assert (await dave.whoami()).ok()["user_id"] == "@dave:example.org"

    pending = await app.code(browser)
    body = f"logout_token={provider.logout_token(sub='1')}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await client.request("POST", LOGOUT, data=body, headers=headers)).status == 200
    assert (await dave.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert (await app.exchange(pending)).json["error"] == "invalid_grant"
    assert "Username" in (await browser.open("/oauth2/account")).text


async def test_proof_through_a_provider_must_be_of_the_same_account(
    client: ApiClient, provider: OidcProvider, clock: FakeClock
) -> None:
    browser = browser_for(client)
    await go_through_provider(browser, await browser.open("/oauth2/account"))
    clock.advance(10 * 60 * 1000)
    proof = await browser.open("/oauth2/account/deactivate")
    assert "Confirm that it is you" in proof.text
    assert not proof.forms, "there is no password to ask for"
    to_provider = await browser.step(proof.links["Continue with Single sign-on"])
    assert parameters(to_provider.location)["prompt"] == "login", "it is the person who is asked"
    provider.user = {"sub": "2", "preferred_username": "erin"}
    assert (await go_through_provider(browser, proof)).status == 403
    provider.user = {"sub": "1", "preferred_username": "dave"}
    assert "Close your account?" in (await go_through_provider(browser, proof)).text


async def test_login_token_of_another_browser_signs_nobody_in(
    client: ApiClient, provider: OidcProvider
) -> None:
    """Else somebody could be signed in to an account of the attacker's by a link."""
    browser, victim = browser_for(client), browser_for(client)
    sign_in = await browser.open("/oauth2/account/sign-in")
    to_provider = await browser.open(sign_in.links["Continue with Single sign-on"])
    async with browser.http.get(to_provider.location, allow_redirects=False) as response:
        back = await browser.step(response.headers["Location"])
    assert "loginToken=" in back.location
    await victim.open("/oauth2/account/sign-in")
    assert (await victim.open(back.location)).status == 403
    assert "Username" in (await victim.open("/oauth2/account")).text
