"""The account's pages, and the links by which clients lead to them."""

import pytest
from aiohttp import FormData

from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_suspended
from homeserver.http.context import Services
from tests.api.client import PASSWORD, ApiClient
from tests.api.oauth_calls import App, browser_for, sign_in
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock
from tests.support.pictures import png


@pytest.fixture
async def browser(client: ApiClient, alice: ApiClient) -> Browser:
    browser = browser_for(client)
    await sign_in(browser)
    return browser


async def test_links_of_clients_lead_to_what_they_name(
    client: ApiClient, browser: Browser, alice: ApiClient
) -> None:
    device = alice.device_id
    for query, words in (
        ("", "How others see you"),
        ("action=org.matrix.profile", "How others see you"),
        ("action=org.matrix.devices_list", "Where you are signed in"),
        ("action=org.matrix.sessions_list", "Where you are signed in"),
        ("action=org.matrix.device_view", "Where you are signed in"),
        (f"action=org.matrix.device_view&device_id={device}", "Everybody you write to can see this name"),
        (f"action=org.matrix.device_delete&device_id={device}", "Sign out this device?"),
        (f"action=org.matrix.session_end&device_id={device}", "Sign out this device?"),
        ("action=org.matrix.account_deactivate", "Close your account?"),
        ("action=org.example.unknown", "How others see you"),
    ):
        page = await browser.open(f"/oauth2/account?{query}")
        assert (page.status, words in page.text) == (200, True), query
    reset = await browser.open("/oauth2/account?action=org.matrix.cross_signing_reset&session=x")
    assert (reset.status, "Begin the reset in the app" in reset.text) == (404, True)
    stranger = browser_for(client)
    form = await stranger.open(f"/oauth2/account?action=org.matrix.device_delete&device_id={device}")
    assert "Sign out this device?" in (await stranger.submit(form, user="alice", password=PASSWORD)).text


async def test_device_is_looked_at_renamed_and_signed_out(
    browser: Browser, client: ApiClient, alice: ApiClient
) -> None:
    phone = await client.log_in("alice", device_id="A/B &?", initial_device_display_name="Phone <1>")
    listed = await browser.open("/oauth2/account/devices")
    assert "Phone &lt;1&gt;" in listed.text
    page = await browser.open(listed.links["Phone <1>"])
    assert "A/B &amp;?" in page.text
    renamed = await browser.submit(page, name="Telephone")
    assert "Telephone" in renamed.text
    too_long = await browser.submit(page, name="x" * 256)
    assert (too_long.status, 'role="alert"' in too_long.text) == (400, True)
    question = await browser.open("/oauth2/account?action=org.matrix.device_delete&device_id=A%2FB%20%26%3F")
    assert (await phone.whoami()).status == 200, "looking at the question does nothing"
    assert "Telephone" not in (await browser.submit(question)).text
    assert (await phone.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert (await browser.open("/oauth2/account/device?device_id=A%2FB%20%26%3F")).status == 404


async def test_nobody_touches_the_devices_of_others(
    client: ApiClient, alice: ApiClient, bob: ApiClient
) -> None:
    browser = browser_for(client)
    page = await sign_in(browser, "bob")
    for path in ("/oauth2/account/device", "/oauth2/account/sign-out-device"):
        assert (await browser.open(f"{path}?device_id={alice.device_id}")).status == 404
    await browser.post(f"/oauth2/account/sign-out-device?device_id={alice.device_id}", page.form.fields)
    assert (await alice.whoami()).status == 200


async def test_signing_out_everywhere_leaves_this_browser(browser: Browser, alice: ApiClient) -> None:
    listed = await browser.open("/oauth2/account/devices")
    assert "No app is signed in" in (await browser.submit(listed)).text
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_display_name_is_saved(browser: Browser, alice: ApiClient) -> None:
    page = await browser.open("/oauth2/account/profile")
    form = page.forms[1]
    assert "Saved" in (await browser.submit_form(page, form, displayname=" Alice Liddell ")).text
    profile = (await alice.get(f"/profile/{alice.user_id}")).ok()
    assert profile["displayname"] == "Alice Liddell"
    assert (await browser.submit_form(page, form, displayname="x" * 257)).status == 400


async def test_password_is_changed_and_other_browsers_are_signed_out(
    client: ApiClient, browser: Browser, alice: ApiClient
) -> None:
    other = browser_for(client)
    await sign_in(other)
    form = await browser.open("/oauth2/account/password")
    for password, again in (("short", "short"), ("long enough", "not the same")):
        assert (await browser.submit(form, password=password, again=again)).status == 400
    assert "Saved" in (await browser.submit(form, password="long enough", again="long enough")).text
    assert "Username" in (await other.open("/oauth2/account")).text
    assert (await alice.whoami()).status == 200
    assert (await client.try_log_in("alice")).status == 403
    form = await browser.open("/oauth2/account/password")
    await browser.submit(form, password="and another", again="and another", log_out="yes")
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_what_cannot_be_undone_needs_a_fresh_proof(
    client: ApiClient, browser: Browser, alice: ApiClient, bob: ApiClient, clock: FakeClock
) -> None:
    clock.advance(10 * 60 * 1000)
    for path in (
        "/oauth2/account/deactivate",
        "/oauth2/account/password",
        "/oauth2/account/reset-identity?session=x",
    ):
        page = await browser.open(path)
        assert "Confirm that it is you" in page.text
        assert "proof=1" in page.url
    assert "Where you are signed in" in (await browser.open("/oauth2/account/devices")).text
    page = await browser.open("/oauth2/account/deactivate")
    fields = {**page.form.fields, "user_id": alice.user_id}
    stale = await browser.post("/oauth2/account/deactivate", fields)
    assert "sign-in" in stale.location
    bobs = await browser.submit(page, user="bob", password="wrong")
    assert (bobs.status, alice.user_id in bobs.text) == (403, True), (
        "the account that asks is the one to prove"
    )
    question = await browser.submit(page, password=PASSWORD)
    assert "Close your account?" in question.text


async def test_account_is_closed_by_its_owner_only(
    client: ApiClient, browser: Browser, alice: ApiClient
) -> None:
    app = await App.register(client)
    tokens = await app.log_in(browser)
    question = await browser.open("/oauth2/account?action=org.matrix.account_deactivate")
    assert (await browser.submit(question, user_id="alice")).status == 400
    assert (await alice.whoami()).status == 200
    closed = await browser.submit(question, user_id=alice.user_id, erase="yes")
    assert "Your account is closed" in closed.text
    assert (await alice.whoami()).status == 401
    assert (await client.with_token(tokens["access_token"]).whoami()).status == 401
    assert (await sign_in(browser)).status == 403


async def test_picture_is_replaced_and_taken_away(
    browser: Browser, client: ApiClient, alice: ApiClient
) -> None:
    page = await browser.open("/oauth2/account/profile")
    token = page.forms[1].fields["csrf"]
    for kind, csrf, status in (("image/png", "x", 403), ("text/html", token, 400), ("image/png", token, 303)):
        picture = FormData()
        picture.add_field("csrf", csrf)
        picture.add_field("file", png(300, 200), content_type=kind, filename="me.png")
        headers = {"Cookie": browser.cookie_header}
        async with client.session.post(
            f"{client.base_url}/oauth2/account/avatar", data=picture, headers=headers, allow_redirects=False
        ) as response:
            assert response.status == status
    shown = await browser.open("/oauth2/account/profile")
    assert 'src="/oauth2/account/avatar?of=mxc' in shown.text
    assert "img-src 'self'" in shown.headers["Content-Security-Policy"]
    async with client.session.get(f"{client.base_url}/oauth2/account/avatar", headers=headers) as response:
        assert response.headers["Content-Type"] == "image/png"
        assert "sandbox" in response.headers["Content-Security-Policy"]
    async with client.session.get(f"{client.base_url}/oauth2/account/avatar") as response:
        assert response.status == 404
    assert (await alice.get(f"/profile/{alice.user_id}")).ok()["avatar_url"].startswith("mxc://example.org/")
    gone = await browser.submit(shown)
    assert "Remove the picture" not in gone.text
    assert "avatar_url" not in (await alice.get(f"/profile/{alice.user_id}")).ok()


async def test_suspended_account_cannot_change_its_profile(
    browser: Browser, alice: ApiClient, services: Services
) -> None:
    page = await browser.open("/oauth2/account/profile")
    account = await find_account(services.accounts, "alice")
    await set_suspended(services.accounts, account.user_nid, True)
    assert (await browser.submit_form(page, page.forms[1], displayname="x")).status == 403
    assert (await browser.post("/oauth2/account/avatar", page.forms[1].fields)).status == 403
    assert (await browser.open("/oauth2/account/devices")).status == 200
