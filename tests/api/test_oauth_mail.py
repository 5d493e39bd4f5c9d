"""What people do with e-mail on the server's own pages."""

from collections.abc import AsyncIterator

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.mailbox import link_in, press_button, smtp_settings
from tests.api.oauth_calls import browser_for, sign_in
from tests.support.browser import Browser
from tests.support.smtp_server import SmtpServer, running_smtp_server


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def registration() -> JsonObject:
    return {"mode": "open"}


@pytest.fixture
def overrides(smtp_server: SmtpServer, registration: JsonObject) -> JsonObject:
    return {"smtp": smtp_settings(smtp_server), "registration": registration}


@pytest.fixture
def browser(client: ApiClient) -> Browser:
    return browser_for(client)


async def confirm(client: ApiClient, smtp_server: SmtpServer) -> None:
    link = link_in(await smtp_server.next_mail())
    assert link is not None
    assert (await press_button(client, link)).status == 200


@pytest.mark.parametrize("registration", [{"mode": "open", "email": "required"}])
async def test_required_address_is_confirmed_before_a_password_is_asked_for(
    client: ApiClient, browser: Browser, smtp_server: SmtpServer
) -> None:
    form = await browser.open("/oauth2/account/register")
    assert "Registration token (if you have one)" in form.text, "whoever is to be the first admin has one"
    first = await browser.open(form.links["Use an e-mail address"])
    assert "password" not in first.form.fields
    assert (await browser.submit(first, address="nonsense")).status == 400
    second = await browser.submit(first, address="carol@example.com")
    early = await browser.submit(second, username="carol", password=PASSWORD)
    assert (early.status, "not confirmed" in early.text) == (403, True)
    await confirm(client, smtp_server)
    assert "@carol:example.org" in (await browser.submit(early, username="carol", password=PASSWORD)).text
    assert "carol@example.com" in (await browser.open("/oauth2/account/addresses")).text
    by_address = browser_for(client)
    assert "@carol:example.org" in (await sign_in(by_address, "Carol@Example.com")).text


async def test_address_is_added_by_its_reader_and_opens_the_account_again(
    client: ApiClient, browser: Browser, alice: ApiClient, smtp_server: SmtpServer
) -> None:
    await sign_in(browser)
    sent = await browser.submit(await browser.open("/oauth2/account/addresses"), address="alice@example.com")
    early = await browser.submit(sent)
    assert early.status == 403
    await confirm(client, smtp_server)
    added = await browser.submit(sent)
    assert "alice@example.com" in added.text
    forgetful = browser_for(client)
    form = await forgetful.open((await forgetful.open("/oauth2/account/sign-in")).links["Forgot password"])
    asked = await forgetful.submit(form, address="alice@example.com")
    assert (await forgetful.submit(asked, password="short")).status == 400
    assert (await forgetful.submit(asked, password="a new password")).status == 403
    await confirm(client, smtp_server)
    unknown = await forgetful.submit(form, address="nobody@example.com")
    assert unknown.text == asked.text.replace("alice@", "nobody@").replace(
        asked.form.fields["sid"], unknown.form.fields["sid"]
    ).replace(asked.form.fields["client_secret"], unknown.form.fields["client_secret"])
    await forgetful.submit(asked, password="a new password")
    assert "Username" in (await browser.open("/oauth2/account")).text, "browsers are signed out by it"
    assert "@alice:example.org" in (await sign_in(forgetful, password="a new password")).text
    removed = await forgetful.open("/oauth2/account/addresses")
    assert "no address" in (await forgetful.submit_form(removed, removed.forms[1])).text
