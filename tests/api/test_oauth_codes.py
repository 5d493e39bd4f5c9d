"""Authorisation codes: from a client's request to its tokens, and what must not lead there."""

import asyncio

import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_locked
from homeserver.http.context import Services
from tests.api.client import ApiClient
from tests.api.oauth_calls import CALLBACK, ISSUER, App, browser_for, send_form, sign_in
from tests.support.browser import Browser, parameters
from tests.support.fake_clock import FakeClock


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


async def test_response_mode_decides_where_the_answer_is_put(browser: Browser, app: App) -> None:
    app.redirect_uri = "https://chatter.example/back?x=1"
    answer = await browser.submit(await browser.open(app.request(response_mode="query")), decision="allow")
    assert answer.location.startswith("https://chatter.example/back?x=1&code=")
    assert parameters(answer.location)["state"] == app.state
    answer = await browser.submit(await browser.open(app.request(response_mode=None)), decision="deny")
    assert answer.location.startswith("https://chatter.example/back?x=1&error=access_denied")
    assert parameters(answer.location)["iss"] == ISSUER


async def test_form_may_lead_to_the_client_and_nowhere_else(
    client: ApiClient, browser: Browser, app: App
) -> None:
    consent = await browser.open(app.request())
    policy = consent.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.chatter.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "default-src 'none'" in policy
    assert consent.headers["X-Frame-Options"] == "DENY"
    assert consent.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in consent.headers
    native = await App.register(
        client,
        application_type="native",
        redirect_uris=["http://[::1]/back", "http://localhost/back", "example.chatter:/back"],
    )
    for uri, source in (
        ("http://[::1]:7/back", "http:"),
        ("http://localhost:8/back", "http://localhost:8"),
        ("example.chatter:/back", "example.chatter:"),
    ):
        consent = await browser.open(native.request(redirect_uri=uri))
        assert f"form-action 'self' {source};" in consent.headers["Content-Security-Policy"]
        assert (await browser.submit(consent, decision="allow")).location.startswith(f"{uri}#code=")


async def test_unknown_client_or_redirect_uri_leads_nowhere(browser: Browser, app: App) -> None:
    for changed in (
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": CALLBACK + "/more"},
        {"redirect_uri": None},
        {"state": "x" * 5000},
    ):
        page = await browser.open(app.request(**changed))
        assert page.status in (400, 401)
        assert not page.forms
        assert not page.links
    twice = await browser.open(app.request() + "&redirect_uri=https%3A%2F%2Fevil.example%2F")
    assert twice.status == 400
    assert not twice.links


async def test_broken_request_is_told_to_the_client_only_by_the_users_click(
    browser: Browser, app: App
) -> None:
    """Anybody can register a client: a redirect of its own accord would make us an open redirector."""
    for changed, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_mode": "form_post"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"scope": "urn:matrix:client:api:*"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "none"}, "interaction_required"),
    ):
        page = await browser.open(app.request(**changed))
        assert page.status == 400, changed
        got = parameters(page.links["Return to Chatter"])
        assert (got["error"], got["state"]) == (error, app.state)


async def test_code_is_good_once_and_used_again_takes_back_what_it_gave(
    browser: Browser, app: App, client: ApiClient, alice: ApiClient
) -> None:
    code = await app.code(browser)
    tokens = (await app.exchange(code)).ok()
    stolen = await app.exchange(code)
    assert (stolen.status, stolen.json["error"]) == (400, "invalid_grant")
    assert (await client.with_token(tokens["access_token"]).whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert (await app.refresh(tokens["refresh_token"])).json["error"] == "invalid_grant"
    assert (await alice.get(f"/devices/{app.device_id}")).status == 404


async def test_code_that_two_exchange_at_once_gives_nothing_that_stays(
    browser: Browser, app: App, client: ApiClient
) -> None:
    code = await app.code(browser)
    answers = await asyncio.gather(*(app.exchange(code) for _ in range(5)))
    assert sum(answer.status == 200 for answer in answers) <= 1
    for answer in answers:
        if answer.status == 200:
            assert (await client.with_token(answer.json["access_token"]).whoami()).status == 401


async def test_code_is_good_for_its_client_with_its_verifier_at_its_redirect_uri_and_for_a_moment(
    browser: Browser, app: App, client: ApiClient, clock: FakeClock
) -> None:
    code = await app.code(browser)
    other = await App.register(client, client_name="Other")
    assert other.client_id != app.client_id
    for changed in (
        {"client_id": other.client_id},
        {"code_verifier": "x" * 43},
        {"code_verifier": "short"},
        {"code_verifier": app.verifier + "="},
        {"redirect_uri": "https://chatter.example/back?x=1"},
        {"code": code + "x"},
    ):
        refused = await app.exchange(**{"code": code, **changed})
        assert (refused.status, refused.json["error"]) == (400, "invalid_grant"), changed
        assert refused.json["error_description"]
    clock.advance(119_000)
    assert (await app.exchange(code)).status == 200
    late = await app.code(browser)
    clock.advance(120_000)
    assert (await app.exchange(late)).json["error"] == "invalid_grant"


async def test_code_dies_with_the_browsers_session(browser: Browser, app: App, alice: ApiClient) -> None:
    code = await app.code(browser)
    (await alice.post("/logout/all")).ok()
    assert (await app.exchange(code)).json["error"] == "invalid_grant"
    assert "Password" in (await browser.open("/oauth2/account")).text


async def test_codes_and_browsers_are_stored_hashed(browser: Browser, app: App, services: Services) -> None:
    code = await app.code(browser)
    async with services.db.acquire() as conn:
        stored = [
            *await conn.fetch("SELECT * FROM oauth_codes"),
            *await conn.fetch("SELECT * FROM browser_sessions"),
        ]
    assert len(stored) == 2
    for secret in (code, *browser.cookies.values()):
        assert secret not in repr(stored)


async def test_user_who_wants_an_account_gets_the_form_for_it_and_then_the_question(
    client: ApiClient, app: App
) -> None:
    browser = browser_for(client)
    form = await browser.open(app.request(prompt="create"))
    assert "Create an account" in form.text
    consent = await browser.submit(form, username="carol", password="correct horse battery")
    assert "@carol:example.org" in consent.text
    answer = await browser.submit(consent, decision="allow")
    tokens = (await app.exchange(parameters(answer.location)["code"])).ok()
    assert (await client.with_token(tokens["access_token"]).whoami()).ok()["user_id"] == "@carol:example.org"


async def test_hint_fills_in_the_user_name_and_prompt_login_asks_again(
    client: ApiClient, browser: Browser, app: App
) -> None:
    form = await browser_for(client).open(app.request(login_hint='mxid:@alice:example.org"><b>'))
    assert form.form.fields["user"] == '@alice:example.org"><b>'
    assert "<b>" not in form.text
    assert "Password" in (await browser.open(app.request(prompt="login"))).text


async def test_known_device_is_signed_in_again_after_a_warning(
    browser: Browser, app: App, alice: ApiClient
) -> None:
    app.device_id = alice.device_id
    assert "signs in again" in (await browser.open(app.request())).text
    await app.log_in(browser)
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_locked_or_deactivated_account_gets_no_tokens(
    browser: Browser, app: App, alice: ApiClient, services: Services
) -> None:
    code = await app.code(browser)
    account = await find_account(services.accounts, "alice")
    await set_locked(services.accounts, account.user_nid, True)
    assert (await app.exchange(code)).json["error"] == "invalid_grant"
    assert "Password" in (await browser.open("/oauth2/account")).text
    locked = await sign_in(browser_for(app.api))
    assert (locked.status, "locked" in locked.text) == (403, True)
    await set_locked(services.accounts, account.user_nid, False)
    (await alice.post("/account/deactivate", {"auth": alice.password_auth()})).ok()
    assert (await app.exchange(code)).json["error"] == "invalid_grant"


async def test_token_endpoint_refuses_what_is_no_request(client: ApiClient, app: App) -> None:
    assert (await send_form(client, "token", grant_type="password", client_id=app.client_id)).json[
        "error"
    ] == "unsupported_grant_type"
    missing = await send_form(client, "token", client_id=app.client_id)
    assert (missing.status, missing.json["error"]) == (400, "invalid_request")
    unknown = await send_form(client, "token", grant_type="authorization_code", client_id="x", code="y")
    assert (unknown.status, unknown.json["error"]) == (401, "invalid_client")
    for body in (b"grant_type=a&grant_type=b", b"grant_type=%00&client_id=x", b"\xff", b"a=%ff"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{client.base_url}/oauth2/token"
        async with client.session.post(url, data=body, headers=headers) as response:
            assert response.status == 400, body
    async with client.session.post(f"{client.base_url}/oauth2/token", json={}) as response:
        assert response.status == 400
        assert response.headers["Access-Control-Allow-Origin"] == "*"
