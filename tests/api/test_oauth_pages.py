"""The server's own pages: signing in, making an account, and what other sites must not do with them."""

from urllib.parse import quote

import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.first_admin import ensure_first_admin_token
from homeserver.accounts.registration_tokens import create_registration_token
from homeserver.http.context import Services
from homeserver.oauth.browsers import MAX_PER_USER, find_browser, sign_in_browser
from tests.api.client import PASSWORD, ApiClient
from tests.api.oauth_calls import App, browser_for, sign_in
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock

SESSION_COOKIE = "__Host-parlour-account"
TERMS = [{"id": "privacy", "version": "2", "name": "Privacy <b>", "url": "https://example.org/privacy"}]


@pytest.fixture
def browser(client: ApiClient) -> Browser:
    return browser_for(client)


async def test_wrong_password_and_unknown_user_cannot_be_told_apart(
    browser: Browser, alice: ApiClient
) -> None:
    wrong = await sign_in(browser, password="wrong")
    unknown = await sign_in(browser, user="nobody")
    assert (wrong.status, unknown.status) == (403, 403)
    assert wrong.text.replace("alice", "nobody") == unknown.text
    assert SESSION_COOKIE not in browser.cookies
    assert "Profile" in (await sign_in(browser, "Alice")).text


async def test_cookies_are_for_this_host_over_https_and_not_for_scripts(
    browser: Browser, alice: ApiClient
) -> None:
    form = await browser.open("/oauth2/account/sign-in")
    page = await browser.post(form.url, {**form.form.fields, "user": "alice", "password": PASSWORD})
    cookies = page.headers.getall("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        for attribute in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
            assert attribute in cookie
        assert "Domain" not in cookie


@pytest.mark.parametrize("overrides", [{"public_baseurl": "http://localhost:8008"}])
async def test_cookies_work_without_https_on_the_own_machine(client: ApiClient, alice: ApiClient) -> None:
    browser = Browser(client.session, client.base_url, "http://localhost:8008")
    assert "Profile" in (await sign_in(browser)).text
    assert {"parlour-account", "parlour-sign-in"} == set(browser.cookies)


@pytest.mark.parametrize("overrides", [{"public_baseurl": "https://example.org/matrix"}])
async def test_pages_are_found_below_a_path(client: ApiClient, alice: ApiClient) -> None:
    browser = Browser(client.session, client.base_url, "https://example.org/matrix")
    app = await App.register(client)
    form = await browser.open(app.request())
    consent = await browser.submit(form, user="alice", password=PASSWORD)
    assert (await browser.submit(consent, decision="allow")).location.startswith(app.redirect_uri)
    page = await browser.open("/oauth2/account")
    assert page.links["Devices"] == "/matrix/oauth2/account/devices"
    assert "Where you are signed in" in (await browser.open(page.links["Devices"])).text
    assert "Username" in (await browser.submit_form(page, page.forms[0])).text


async def test_signing_in_makes_a_new_secret(browser: Browser, alice: ApiClient) -> None:
    """A secret that somebody planted in the browser before must not become the user's session."""
    browser.cookies[SESSION_COOKIE] = "A" * 43
    await sign_in(browser)
    first = browser.cookies[SESSION_COOKIE]
    assert first != "A" * 43
    again = await browser.open("/oauth2/account/sign-in?switch=1")
    await browser.submit(again, user="alice", password=PASSWORD)
    assert browser.cookies[SESSION_COOKIE] != first
    browser.cookies[SESSION_COOKIE] = first
    assert "Password" in (await browser.open("/oauth2/account")).text, "the older one has ended"


async def test_form_of_another_site_is_refused(browser: Browser, alice: ApiClient, client: ApiClient) -> None:
    app = await App.register(client)
    await sign_in(browser)
    consent = await browser.open(app.request())
    good = {**consent.form.fields, "decision": "allow"}
    for fields in ({"decision": "allow"}, {**good, "csrf": ""}, {**good, "csrf": "0" * 64}):
        assert (await browser.post(consent.url, fields)).status == 403
    cross_site = await browser.post(consent.url, good, {"Sec-Fetch-Site": "cross-site"})
    assert cross_site.status == 403
    stranger = browser_for(client)
    await sign_in(stranger)
    others = (await stranger.open(app.request())).form.fields
    assert (await browser.post(consent.url, {**good, **others})).status == 403
    assert (await browser.post(consent.url, good)).status == 303
    for path in (
        "/oauth2/account/profile",
        "/oauth2/account/sign-in",
        "/oauth2/account/register",
        "/oauth2/account/sign-out",
    ):
        assert (await browser.post(path, {"displayname": "Mallory"})).status == 403
    as_text = await browser.post("/oauth2/account/profile", good, {"Content-Type": "text/plain"})
    assert as_text.status == 400


async def test_signing_in_leads_to_pages_of_this_server_only(browser: Browser, alice: ApiClient) -> None:
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/oauth2/account\\..",
        "javascript:alert(1)",
        "/oauth2/account\r\nX-Header: 1",
        "/" + "x" * 9000,
        "",
    ):
        form = await browser.open(f"/oauth2/account/sign-in?return_to={quote(target, safe='')}")
        page = await browser.post(form.url, {**form.form.fields, "user": "alice", "password": PASSWORD})
        assert (page.status, page.location) == (303, "/oauth2/account"), target
        signed_in = await browser.open(f"/oauth2/account/sign-in?return_to={quote(target, safe='')}")
        assert "Profile" in signed_in.text
        browser.cookies.clear()


async def test_names_of_clients_and_users_are_text_and_no_markup(
    client: ApiClient, browser: Browser, alice: ApiClient
) -> None:
    app = await App.register(client, client_name="<script>alert(1)</script>")
    await sign_in(browser)
    page = await browser.open(app.request())
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    (await alice.put(f"/profile/{alice.user_id}/displayname", {"displayname": '"><img src=x>'})).ok()
    assert "<img" not in (await browser.open("/oauth2/account/profile")).text


async def test_browser_is_signed_out_by_itself_by_time_and_by_the_end_of_all_sessions(
    browser: Browser, alice: ApiClient, clock: FakeClock
) -> None:
    account = await sign_in(browser)
    secret = browser.cookies[SESSION_COOKIE]
    out = await browser.submit_form(account, account.forms[0])
    assert "Password" in out.text
    assert SESSION_COOKIE not in browser.cookies
    browser.cookies[SESSION_COOKIE] = secret
    assert "Password" in (await browser.open("/oauth2/account")).text
    await sign_in(browser)
    clock.advance(14 * 24 * 3600 * 1000)
    assert "Password" in (await browser.open("/oauth2/account")).text
    await sign_in(browser)
    body = {"new_password": "another long one", "auth": alice.password_auth(), "logout_devices": False}
    (await alice.post("/account/password", body)).ok()
    assert "Password" in (await browser.open("/oauth2/account")).text


async def test_browsers_of_one_user_are_bounded(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    account = await find_account(services.accounts, "alice")
    secrets = [await sign_in_browser(services.accounts, account.user_nid) for _ in range(MAX_PER_USER + 2)]
    assert await find_browser(services.accounts, secrets[0]) is None
    assert await find_browser(services.accounts, secrets[-1]) is not None


@pytest.mark.parametrize("overrides", [{"limits": {"failed_login": {"per_second": 0.001, "burst": 2}}}])
async def test_wrong_passwords_are_limited_for_the_account(browser: Browser, alice: ApiClient) -> None:
    for _ in range(2):
        assert (await sign_in(browser, password="wrong")).status == 403
    limited = await sign_in(browser)
    assert (limited.status, "Too many attempts" in limited.text) == (429, True)


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "token", "terms": TERMS}}])
async def test_account_needs_a_token_and_agreement_where_registration_says_so(
    client: ApiClient, browser: Browser, services: Services
) -> None:
    token = await create_registration_token(services.accounts, uses_allowed=1)
    form = await browser.open("/oauth2/account/register")
    assert "Privacy &lt;b&gt;" in form.text
    person = {"username": "carol", "password": PASSWORD}
    agreed = {"agreed privacy": "yes"}
    for entered in (
        {**person, **agreed},
        {**person, **agreed, "token": "wrong"},
        {**person, "token": token},
        {**person, **agreed, "token": token, "password": "short"},
        {**person, **agreed, "token": token, "username": "Ça"},
    ):
        refused = await browser.submit(form, **entered)
        assert refused.status in (400, 403), entered
        assert 'role="alert"' in refused.text
        assert entered["password"] not in refused.text
    welcome = await browser.submit(form, **person, **agreed, token=token)
    assert "@carol:example.org" in welcome.text
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT version FROM accepted_terms") == "2"
    again = browser_for(client)
    used = await again.submit(
        await again.open("/oauth2/account/register"), **{**person, "username": "dan"}, **agreed, token=token
    )
    assert used.status == 403
    taken = await again.submit(await again.open("/oauth2/account/register"), **person, **agreed, token=token)
    assert (taken.status, "taken" in taken.text) == (400, True)


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "closed"}}])
async def test_closed_registration_offers_nothing_but_to_the_first_admin(
    client: ApiClient, browser: Browser, services: Services
) -> None:
    token = await ensure_first_admin_token(services.accounts)
    assert token is not None
    form = await browser.open("/oauth2/account/register")
    assert "Profile" in (await browser.submit(form, username="root", password=PASSWORD, token=token)).text
    other = browser_for(client)
    assert "Create an account" not in (await other.open("/oauth2/account/sign-in")).links
    assert (await other.open("/oauth2/account/register")).status == 403
    app = await App.register(client)
    assert "Username" in (await other.open(app.request(prompt="create"))).text, "then they sign in"
