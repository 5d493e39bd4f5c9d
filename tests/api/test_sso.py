"""Signing in through an OpenID Connect provider, which may be wicked."""

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
from yarl import URL

from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock
from tests.support.oidc_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    PNG,
    OidcProvider,
    running_oidc_provider,
)
from tests.support.sso_browser import PUBLIC_URL, Browser, Page, login_token_of

APP = "https://app.example.org/"
REMEMBERED_MS = 3_600_000
STRANGER = "https://stranger.example.net/login?keep=1&loginToken=old#part"


@pytest.fixture
async def provider(clock: FakeClock) -> AsyncIterator[OidcProvider]:
    async with running_oidc_provider(OidcProvider(now_s=lambda: clock.now_ms() // 1000)) as provider:
        yield provider


@pytest.fixture
def settings(settings: Settings, overrides: JsonObject, provider: OidcProvider) -> Settings:
    oidc: JsonObject = {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "known_clients": [APP],
        **overrides.get("oidc", {}),
    }
    return Settings.model_validate({**settings.model_dump(), **overrides, "oidc": oidc})


@pytest.fixture
def browser(client: ApiClient) -> Browser:
    return Browser.of(client)


async def log_in(client: ApiClient, token: str) -> Reply:
    return await client.post("/login", {"type": "m.login.token", "token": token})


async def signed_in(client: ApiClient, browser: Browser) -> ApiClient:
    page = await browser.sign_in(APP)
    return client.logged_in((await log_in(client, login_token_of(page.location))).ok())


async def test_a_new_user_gets_an_account_and_is_known_again(
    client: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    flows = (await client.get("/login")).ok()["flows"]
    assert {
        "type": "m.login.sso",
        "oauth_aware_preferred": True,
        "identity_providers": [{"id": "oidc", "name": "Single sign-on"}],
    } in flows
    provider.user = {"sub": "1", "preferred_username": "Dave", "name": "Dave D."}

    page = await browser.sign_in(APP)
    assert page.location.startswith(f"{APP}?loginToken=")
    assert "no-store" in page.headers["Cache-Control"]
    dave = client.logged_in((await log_in(client, login_token_of(page.location))).ok())
    assert dave.user_id == "@dave:example.org"
    assert (await dave.get(f"/profile/{dave.user_id}")).ok()["displayname"] == "Dave D."

    provider.user = {"sub": "1", "preferred_username": "renamed"}
    assert (await signed_in(client, browser)).user_id == dave.user_id
    assert provider.asked["discovery"] == provider.asked["keys"] == 1, "what a provider says is remembered"
    assert (await log_in(client, login_token_of(page.location))).errcode == "M_FORBIDDEN"


WRONG_ANSWERS: list[JsonObject] = [
    {"wrong": {"nonce": "of another request"}},
    {"wrong": {"nonce": None}},
    {"wrong": {"aud": "somebody else"}},
    {"wrong": {"aud": [CLIENT_ID, "somebody else"]}},
    {"wrong": {"azp": "somebody else"}},
    {"wrong": {"iss": "https://other.example.org"}},
    {"wrong": {"exp": 1_699_999_000}},
    {"wrong": {"exp": None}},
    {"wrong": {"iat": 4_000_000_000}},
    {"wrong": {"sub": None}},
    {"wrong": {"sub": "x" * 256}},
    {"signature": "none"},
    {"signature": "hmac"},
    {"signature": "other key"},
    {"user_info": {"sub": "somebody else"}},
    {"answer": {"iss": "https://other.example.org"}},
    {"answer": {"error": "access_denied"}},
    {"endless": "token"},
    {"endless": "userinfo"},
    {"metadata": {"authorization_response_iss_parameter_supported": True}},
]


async def test_nobody_is_signed_in_by_a_provider_that_is_wrong(
    browser: Browser, provider: OidcProvider, services: Services, clock: FakeClock
) -> None:
    """What audits of other servers' single sign-on have found, and what RFC 9700 warns of."""
    right = vars(provider).copy()
    for wrong in WRONG_ANSWERS:
        vars(provider).update({**right, **wrong})
        if "metadata" in wrong:
            clock.advance(REMEMBERED_MS)
        page = await browser.sign_in(APP)
        assert (page.status, page.location) in [(400, ""), (502, "")], wrong
        assert "You are not signed in" in page.text
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT count(*) FROM accounts") == 0
    vars(provider).update(right)
    clock.advance(REMEMBERED_MS)
    assert (await browser.sign_in(APP)).status == 302, "all else was right"


async def test_a_discovery_document_that_is_wrong_leads_nowhere(
    browser: Browser, provider: OidcProvider, clock: FakeClock
) -> None:
    begin = "/_matrix/client/v3/login/sso/redirect/oidc?redirectUrl=app:/"
    for wrong in (
        {"issuer": "https://other.example.org"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ):
        provider.metadata = wrong
        page = await browser.open(begin)
        assert (page.status, page.location) == (502, "")
        asked = provider.asked["discovery"]
        assert (await browser.open(begin)).status == 502
        assert provider.asked["discovery"] == asked, "those who wait in line do not ask again"
        clock.advance(5_000)
    provider.metadata = {}
    assert (await browser.open(begin)).status == 302
    provider.metadata = {"issuer": "https://other.example.org"}
    clock.advance(REMEMBERED_MS)
    assert (await browser.open(begin)).status == 302, "what was right once holds on"


async def test_an_answer_is_taken_once_and_from_the_browser_that_asked(
    browser: Browser, provider: OidcProvider, clock: FakeClock
) -> None:
    at_provider = await browser.open(await browser.begin(APP))
    stolen = await browser.other().open(at_provider.location)
    assert (stolen.status, stolen.location) == (400, "")
    thief = browser.other()
    await thief.begin(APP)
    assert (await thief.open(at_provider.location)).status == 400, "nor from one with a cookie of its own"

    assert (await browser.open(at_provider.location)).status == 302
    replayed = await browser.open(at_provider.location)
    assert (replayed.status, replayed.location) == (400, "")

    late = await browser.open(await browser.begin(APP))
    clock.advance(31 * 60 * 1000)
    assert (await browser.open(late.location)).status == 400
    assert (await browser.open("/_matrix/client/unstable/parlour/sso/callback")).status == 400
    assert provider.asked["token"] == 1


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_hosts(browser: Browser) -> None:
    page = await browser.open(f"/_matrix/client/v3/login/sso/redirect/oidc?redirectUrl={APP}")
    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=Lax"):
        assert attribute in cookie
    sent = URL(page.location).query
    assert sent["redirect_uri"] == "https://matrix.example.org/_matrix/client/unstable/parlour/sso/callback"
    assert (sent["scope"], sent["client_id"]) == ("openid profile", CLIENT_ID)


async def test_a_stranger_gets_a_token_only_after_the_user_has_said_so(
    client: ApiClient, browser: Browser
) -> None:
    """Synapse 1.11.1 asked for this confirmation first: a link must not be enough to take an account over."""
    page = await browser.sign_in(STRANGER)
    assert "/_matrix/client/unstable/parlour/sso/arrival/" in page.location
    question = await browser.open(page.location)
    assert "https://stranger.example.net" in question.text
    assert "@dave:example.org" in question.text
    assert "loginToken" not in question.text
    policy = question.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert question.headers["X-Frame-Options"] == "DENY"

    onward = question.links[0]
    assert (await browser.other().open(onward)).status == 400
    led_on = await browser.open(onward)
    url = URL(led_on.location)
    assert str(url.with_query(None).with_fragment(None)) == "https://stranger.example.net/login"
    assert (url.query["keep"], url.fragment, len(url.query.getall("loginToken"))) == ("1", "part", 1)
    assert (await log_in(client, login_token_of(led_on.location))).ok()["user_id"] == "@dave:example.org"
    assert (await browser.open(onward)).status == 400, "once"


async def test_our_own_pages_are_known_and_what_others_have_uploaded_is_not(browser: Browser) -> None:
    ours = "https://matrix.example.org"
    assert (await browser.sign_in(f"{ours}/client/")).location.startswith(f"{ours}/client/?loginToken=")
    for path in ("/_matrix/media/v3/download/example.org/page", "/_synapse/x"):
        assert "/arrival/" in (await browser.sign_in(ours + path)).location


async def test_only_addresses_that_show_where_they_lead_are_led_to(browser: Browser) -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "https://app.example.org@evil.example.net/",
        "https:///nowhere",
        "no-scheme",
        "//evil.example.net/",
        "https://evil.example.net/%0d%0aX: y\r\nSet-Cookie: a=b",
        "https://evil.example.net\\@app.example.org/",
        "https://\u0430pp.example.org/",
        "https://app.example.org/" + "x" * 2048,
    ):
        page = await browser.open(
            str(URL("/_matrix/client/v3/login/sso/redirect").with_query(redirectUrl=url))
        )
        assert (page.status, page.location) == (400, ""), url
    assert (await browser.open("/_matrix/client/v3/login/sso/redirect")).status == 400
    unknown = await browser.open("/_matrix/client/v3/login/sso/redirect/unknown?redirectUrl=app:/")
    assert unknown.status == 404
    assert "<h1>" in unknown.text


async def test_an_account_of_that_name_stays_its_owners_and_the_user_chooses_another(
    client: ApiClient, alice: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    """Tuwunel 1.9.0: LDAP login took local accounts over. Here, nothing but issuer and subject links."""
    provider.user = {"sub": "2", "preferred_username": "alice", "name": "<b>Alice</b>"}
    page = await browser.sign_in(APP)
    form = await browser.open(page.location)
    assert 'value="alice"' in form.text
    assert "&lt;b&gt;Alice" in form.text, "CVE-2021-21332: what a provider says is text"
    assert (await browser.other().open(page.location, {"username": "mallory"})).status == 400
    for name, problem in (("alice", "already"), ("not a name", "may hold"), ("", "may hold")):
        answer = await browser.open(page.location, {"username": name})
        assert answer.status == 400
        assert problem in answer.text
    assert (await browser.open(form.links[0] if form.links else page.location + "/continue")).status == 400

    made = await browser.open(page.location, {"username": "alice2"})
    assert made.status == 303
    question = await browser.open(made.location)
    assert "@alice2:example.org" in question.text
    led_on = await browser.open(question.links[0])
    assert (await log_in(client, login_token_of(led_on.location))).ok()["user_id"] == "@alice2:example.org"
    assert (await signed_in(client, browser)).user_id == "@alice2:example.org"
    assert (await browser.open(page.location, {"username": "alice3"})).status == 400
    assert (await client.get("/register/available?username=alice3")).status == 200


async def test_one_person_in_two_tabs_gets_one_account(
    client: ApiClient, alice: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    provider.user = {"sub": "2", "preferred_username": alice.user_id[1:6]}
    first, second = await browser.sign_in(APP), await browser.sign_in(APP)
    assert (await browser.open(first.location, {"username": "one"})).status == 303
    refused = await browser.open(second.location, {"username": "two"})
    assert (refused.status, "made already" in refused.text) == (400, True)
    assert (await client.get("/register/available?username=two")).status == 200
    assert (await signed_in(client, browser)).user_id == "@one:example.org"


TERMS = {"id": "privacy", "version": "1", "name": "Privacy", "url": "https://example.org/privacy"}


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "closed", "terms": [TERMS]}}])
async def test_new_users_agree_to_the_terms_first(
    browser: Browser, provider: OidcProvider, services: Services
) -> None:
    page = await browser.sign_in(APP)
    form = await browser.open(page.location)
    assert "https://example.org/privacy" in form.links
    assert (await browser.open(page.location, {"username": "dave"})).status == 400
    assert (await browser.open(page.location, {"username": "dave", "agreed": "yes"})).status == 303
    async with services.db.acquire() as conn:
        assert await conn.fetchval("SELECT document FROM accepted_terms") == "privacy"


@pytest.mark.parametrize("overrides", [{"oidc": {"makes_accounts": False}}])
async def test_a_provider_that_makes_no_accounts_signs_in_those_it_knows(
    client: ApiClient, alice: ApiClient, browser: Browser, services: Services, provider: OidcProvider
) -> None:
    refused = await browser.sign_in(APP)
    assert (refused.status, refused.location) == (400, "")
    async with services.db.acquire() as conn:
        await conn.execute(
            "INSERT INTO upstream_identities SELECT $1, 'subject-1', user_nid, 0 FROM accounts",
            provider.issuer,
        )
    assert (await signed_in(client, browser)).user_id == alice.user_id
    for change in ("is_locked = true", "is_locked = false, deactivated_ts = 1"):
        async with services.db.acquire() as conn:
            await conn.execute(f"UPDATE accounts SET {change}")
        page = await browser.sign_in(APP)
        assert (page.status, page.location) == (400, ""), "CVE-2023-32682"


async def test_a_rolled_key_is_looked_for_and_an_unknown_one_not_all_the_time(
    client: ApiClient, browser: Browser, provider: OidcProvider, clock: FakeClock
) -> None:
    await signed_in(client, browser)
    provider.roll_key()
    assert (await browser.sign_in(APP)).status == 502, "keys were asked for a moment ago"
    clock.advance(31_000)
    await signed_in(client, browser)
    assert provider.asked["keys"] == 2
    provider.roll_key()
    provider.endless = "keys"
    clock.advance(31_000)
    assert (await browser.sign_in(APP)).status == 502, "and the old keys hold on"
    assert provider.asked["keys"] == 3


async def test_one_confirms_what_a_client_wants_by_signing_in_again(
    client: ApiClient, alice: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    provider.user = {"sub": "somebody else", "preferred_username": "mallory"}
    await signed_in(client, browser)
    provider.user = {"sub": "subject-1", "preferred_username": "dave"}
    dave = await signed_in(client, browser)
    other = await signed_in(client, browser)
    challenge = await dave.delete(f"/devices/{other.device_id}", {})
    assert challenge.json["flows"] == [{"stages": ["m.login.sso"]}], "there is no password to ask for"
    session = challenge.json["session"]
    fallback = f"/_matrix/client/v3/auth/m.login.sso/fallback/web?session={session}"
    question = await browser.open(fallback)
    assert "sign a device out of your account" in question.text
    auth = {"auth": {"session": session}}
    assert (await dave.delete(f"/devices/{other.device_id}", auth)).status == 401

    for somebody_else in ("somebody else", "nobody yet"):
        provider.user = {"sub": somebody_else}
        at_provider = await browser.open((await browser.open(question.links[0])).location)
        assert (await browser.open(at_provider.location)).status == 400
    assert (await dave.delete(f"/devices/{other.device_id}", auth)).status == 401

    provider.user = {"sub": "subject-1"}
    begun = await browser.open(question.links[0])
    assert URL(begun.location).query["prompt"] == "login"
    passed = await browser.open((await browser.open(begun.location)).location)
    assert "onAuthDone" in passed.text
    assert "script-src 'sha256-" in passed.headers["Content-Security-Policy"]
    assert (await dave.delete(f"/devices/{other.device_id}", auth)).status == 200
    assert (await other.whoami()).status == 401
    assert (await browser.open(fallback)).status == 400

    by_password = await alice.delete(f"/devices/{alice.device_id}", {})
    assert by_password.json["flows"] == [{"stages": ["m.login.password"]}]
    page = await browser.open(
        f"/_matrix/client/v3/auth/m.login.sso/fallback/web?session={by_password.json['session']}"
    )
    assert page.status == 400


async def test_a_page_of_our_own_gets_a_token_that_is_good_for_this_browser_alone(
    client: ApiClient, browser: Browser
) -> None:
    begin = "/_matrix/client/unstable/parlour/sso/begin/oidc?continue="
    for elsewhere in ("https://evil.example.net/", "//evil.example.net/", "", "/\\evil.example.net"):
        assert (await browser.open(begin + elsewhere)).status == 400
    begun = await browser.open(begin + "/account%3Fa%3D1")
    page = await browser.open((await browser.open(begun.location)).location)
    assert page.location.startswith("https://matrix.example.org/account?a=1&loginToken=")
    token = login_token_of(page.location)
    assert (await log_in(client, token)).errcode == "M_FORBIDDEN"


async def test_sessions_end_when_the_provider_says_so(
    client: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    provider.user = {"sub": "1", "sid": "session-1", "preferred_username": "dave"}
    first = await signed_in(client, browser)
    provider.user = {"sub": "1", "sid": "session-2", "preferred_username": "dave"}
    second = await signed_in(client, browser)
    provider.user = {"sub": "2", "preferred_username": "erin"}
    erin = await signed_in(client, browser)
    url = "/_matrix/client/unstable/parlour/sso/logout"

    provider.user = {"sub": "1"}
    wrong_claims: list[JsonObject] = [
        {"events": {}},
        {"nonce": "it is an ID token"},
        {"aud": "somebody else"},
        {"iss": "https://other.example.org"},
        {"exp": 1},
        {"jti": None},
        {"sub": None},
    ]
    for wrong in wrong_claims:
        token = provider.logout_token(**wrong)
        assert (await browser.open(url, {"logout_token": token})).status == 400, wrong
    provider.signature = "none"
    assert (await browser.open(url, {"logout_token": provider.logout_token()})).status == 400
    assert (await browser.open(url, {"logout_token": "nonsense"})).status == 400
    provider.signature = "good"
    assert (await first.whoami()).status == (await second.whoami()).status == 200

    token = provider.logout_token(sub=None, sid="session-1")
    assert (await browser.open(url, {"logout_token": token})).status == 200
    assert ((await first.whoami()).status, (await second.whoami()).status) == (401, 200)
    assert (await browser.open(url, {"logout_token": token})).status == 400, "once"
    assert (await browser.open(url, {"logout_token": provider.logout_token()})).status == 200
    assert ((await second.whoami()).status, (await erin.whoami()).status) == (401, 200)


@pytest.mark.parametrize(
    "overrides", [{"oidc": {"scopes": ["openid", "email"], "client_authentication": "client_secret_post"}}]
)
async def test_a_confirmed_address_comes_along_and_an_unconfirmed_one_does_not(
    client: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    provider.user = {"sub": "1", "preferred_username": "dave@example.com", "name": "\u202e\n"}
    provider.user_info = {"sub": "1", "email": "Dave@Example.COM", "email_verified": True}
    dave = await signed_in(client, browser)
    assert dave.user_id == "@dave:example.org"
    threepids = (await dave.get("/account/3pid")).ok()["threepids"]
    assert [found["address"] for found in threepids] == ["dave@example.com"]

    provider.user = {"sub": "2", "preferred_username": "erin"}
    provider.user_info = {"sub": "2", "email": "erin@example.com", "email_verified": False}
    erin = await signed_in(client, browser)
    assert (await erin.get("/account/3pid")).ok()["threepids"] == []


@pytest.mark.parametrize(
    ("overrides", "is_taken"), [({"previews": {"allow_addresses": ["127.0.0.0/8"]}}, True), ({}, False)]
)
async def test_a_picture_comes_along_unless_it_is_where_strangers_have_no_business(
    client: ApiClient, browser: Browser, provider: OidcProvider, is_taken: bool
) -> None:
    """CVE-2021-21273 of Synapse: users choose the address of their picture."""
    provider.user = {
        "sub": "1",
        "preferred_username": "dave",
        "name": "Dave",
        "picture": f"{provider.issuer}/picture",
    }
    dave = await signed_in(client, browser)
    profile = (await dave.get(f"/profile/{dave.user_id}")).ok()
    assert provider.asked["picture"] == is_taken
    assert ("avatar_url" in profile) is is_taken
    if is_taken:
        path = profile["avatar_url"].removeprefix("mxc://")
        assert (await dave.get(f"/_matrix/client/v1/media/download/{path}")).body == PNG


async def sign_in_with_password(browser: Browser, redirect_url: str, user: str) -> Page:
    """Go the way of a client that knows nothing of OAuth; return the question whether it is trusted."""
    begin = "/_matrix/client/v3/login/sso/redirect?"
    begun = await browser.open(begin + urlencode({"redirectUrl": redirect_url}))
    to_sign_in = await browser.open(begun.location)
    sign_in = PUBLIC_URL + to_sign_in.location.removeprefix(PUBLIC_URL)
    form = await browser.open(sign_in)
    assert "Continue with Single sign-on" in form.text
    entered = await browser.open(
        sign_in, {"csrf": form.form_token, "user": user, "password": "correct horse battery"}
    )
    assert entered.status == 303, entered.text
    return await browser.open(entered.location)


async def test_clients_that_know_no_oauth_sign_in_through_our_own_pages(
    client: ApiClient, alice: ApiClient, browser: Browser
) -> None:
    question = await sign_in_with_password(browser, STRANGER, "alice")
    assert "https://stranger.example.net" in question.text
    assert alice.user_id in question.text
    page = "/oauth2/account/app?" + urlencode({"redirectUrl": STRANGER})
    forged = await browser.open(page, {"csrf": "x"})
    assert (forged.status, forged.location) == (403, "")
    led_on = await browser.open(page, {"csrf": question.form_token})
    url = URL(led_on.location)
    assert (url.host, url.query["keep"], url.fragment) == ("stranger.example.net", "1", "part")
    assert (await log_in(client, login_token_of(led_on.location))).ok()["user_id"] == alice.user_id

    for wrong in ("javascript:alert(1)", "https://user@stranger.example.net/"):
        assert (await browser.open("/oauth2/account/app?" + urlencode({"redirectUrl": wrong}))).status == 400
    stranger = await browser.other().open(page, {"csrf": question.form_token})
    assert stranger.location.startswith("/oauth2/account/sign-in?")


@pytest.mark.parametrize("overrides", [{"auth": {"password_hash": "minimum", "oauth": False}}])
async def test_without_our_own_pages_the_only_provider_is_gone_to_at_once(
    client: ApiClient, browser: Browser, provider: OidcProvider
) -> None:
    page = await browser.open(f"/_matrix/client/v3/login/sso/redirect?redirectUrl={APP}")
    assert page.location.startswith(provider.issuer)
    sso = next(flow for flow in (await client.get("/login")).ok()["flows"] if flow["type"] == "m.login.sso")
    assert "oauth_aware_preferred" not in sso


@pytest.mark.parametrize("overrides", [{"oidc": {"icon": "mxc://example.org/icon", "brand": "github"}}])
async def test_the_icon_of_a_provider_is_shown_before_anybody_is_logged_in(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    sso = next(flow for flow in (await client.get("/login")).ok()["flows"] if flow["type"] == "m.login.sso")
    assert sso["identity_providers"] == [
        {"id": "oidc", "name": "Single sign-on", "icon": "mxc://example.org/icon", "brand": "github"}
    ]
    (await alice.request("POST", "/_matrix/media/v3/upload", data=PNG)).ok()
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE media SET media_id = 'icon'")
    uploaded = await alice.request("POST", "/_matrix/media/v3/upload", data=PNG)
    path = "/_matrix/media/v3/download/example.org/icon"
    assert (await client.get(path)).body == PNG
    other = uploaded.ok()["content_uri"].removeprefix("mxc://")
    assert (await client.get(f"/_matrix/media/v3/download/{other}")).status == 404
