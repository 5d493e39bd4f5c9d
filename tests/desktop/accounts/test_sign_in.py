"""Signing in, staying signed in and signing out, against a real server."""

from typing import Any

import aiohttp
import pytest
from yarl import URL

from client_desktop.core.accounts.account_settings import AccountSettings
from client_desktop.core.accounts.login import (
    AccountDeactivated,
    AccountLocked,
    AnotherAccount,
    WrongPassword,
)
from client_desktop.core.accounts.managed_elsewhere import ManagedInBrowser
from client_desktop.core.accounts.oauth_tokens import OAuthRefused
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sign_in import SignIn
from client_desktop.core.accounts.sign_out import end_session
from client_desktop.core.accounts.sso import BrowserTimeout, sign_in_with_sso
from client_desktop.core.accounts.stages import Done, Password
from client_desktop.core.accounts.tokens import SessionTokens
from client_desktop.core.api import Api
from client_desktop.core.errors import Cancelled, MatrixError, NetworkUnavailable, TokenRejected
from homeserver.accounts.find import find_account
from homeserver.accounts.moderate import set_locked
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.oauth_calls import sign_in as sign_browser_in
from tests.desktop.accounts.conftest import WORDS, Person, SystemBrowser
from tests.desktop.homeserver import Homeserver
from tests.support.browser import Browser
from tests.support.fake_clock import FakeClock
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_oidc_provider
from tests.support.ports import free_port
from tests.support.sso_browser import Browser as SsoBrowser


def at_its_own_address(**settings: object) -> JsonObject:
    """Settings of a server that leads browsers to where it really is."""
    port = free_port()
    return {
        "public_baseurl": f"http://127.0.0.1:{port}",
        "listeners": [{"port": port, "serve": ["client", "media", "health"]}],
        **settings,
    }


class Kept:
    """What was written down of a session."""

    def __init__(self) -> None:
        self.sessions: list[Session] = []

    def __call__(self, session: Session) -> None:
        self.sessions.append(session)


def api_of(session: Session, http: aiohttp.ClientSession, clock: FakeClock, kept: Kept | None = None) -> Api:
    tokens = SessionTokens(session, http, clock, kept or Kept())
    return Api(session.homeserver_url, http, tokens)


async def whoami(api: Api) -> JsonObject:
    return await api.get("/_matrix/client/v3/account/whoami")


async def test_a_password_signs_in_and_the_session_renews_itself(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    assert server.has_password
    with pytest.raises(WrongPassword):
        await sign_in.with_password(server, "alice", "wrong")
    session = await sign_in.with_password(server, " @alice:example.org ", PASSWORD)
    assert session.user_id == "@alice:example.org"
    assert session.refresh_token is not None
    assert session.expires_at_ms is not None
    kept = Kept()
    api = api_of(session, http, clock, kept)
    assert (await whoami(api))["device_id"] == session.device_id
    clock.advance(session.expires_at_ms - clock.now_ms() + 1000)
    assert (await whoami(api))["device_id"] == session.device_id
    (renewed,) = kept.sessions
    assert renewed.access_token != session.access_token
    assert renewed.expires_at_ms is not None
    assert renewed.expires_at_ms > clock.now_ms()
    (device,) = [device for device in (await settings_of(renewed, http, clock).devices()) if device.own]
    assert device.name == "Parlour on a desk"
    await end_session(http, renewed, api)
    with pytest.raises(TokenRejected) as refused:
        await whoami(api)
    assert not refused.value.soft
    await end_session(http, renewed, api_of(renewed, http, clock))


async def test_locked_and_closed_accounts_are_told_apart(
    nobody: ApiClient, sign_in: SignIn, homeserver: Homeserver, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    accounts = homeserver.services.accounts
    account = await find_account(accounts, "alice")
    await set_locked(accounts, account.user_nid, True)
    with pytest.raises(AccountLocked):
        await sign_in.with_password(server, "alice", PASSWORD)
    await set_locked(accounts, account.user_nid, False)
    settings = settings_of(session, http, clock)
    await settings.deactivate(Person(Password(PASSWORD)), erase=False)
    with pytest.raises((AccountDeactivated, WrongPassword)):
        await sign_in.with_password(server, "alice", PASSWORD)


async def test_signing_in_again_keeps_the_device_and_no_other_account_slips_in(
    nobody: ApiClient, sign_in: SignIn
) -> None:
    await nobody.register("alice")
    await nobody.register("bob")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    again = await sign_in.again_with_password(session, PASSWORD)
    assert again.device_id == session.device_id
    assert again.access_token != session.access_token
    odd = Session("@BOB:example.org", "OLD", server.url, "token")  # servers take names in any case
    with pytest.raises(AnotherAccount):
        await sign_in.again_with_password(odd, PASSWORD)


async def test_a_login_token_of_one_device_lets_in_another(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    token = await settings_of(session, http, clock).login_token(Person(Password(PASSWORD)))
    other = await sign_in.with_token(server, token)
    assert (other.user_id, other.device_id != session.device_id) == (session.user_id, True)
    with pytest.raises(MatrixError):
        await sign_in.with_token(server, token)


def settings_of(session: Session, http: aiohttp.ClientSession, clock: FakeClock) -> AccountSettings:
    return AccountSettings(api_of(session, http, clock), session, http)


class OAuthUser:
    """Somebody whose browser is signed in, and who agrees (or not)."""

    def __init__(self, browser: Browser, decision: str = "allow") -> None:
        self._browser = browser
        self._decision = decision

    async def __call__(self, url: str) -> str:
        consent = await self._browser.open(url)
        answer = await self._browser.submit(consent, decision=self._decision)
        async with self._browser.http.get(answer.location) as response:
            return await response.text()


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_oauth_signs_in_through_the_browser_renews_and_ends(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    alice = await nobody.register("alice")
    browser = Browser(http, nobody.base_url, nobody.base_url)
    await sign_browser_in(browser)
    server = await sign_in.discover(nobody.base_url)
    system = SystemBrowser(OAuthUser(browser))
    session = await _with(sign_in, system).with_oauth(server, login_hint="alice")
    (page,) = [await task for task in system.tasks]
    assert "You may close this &lt;window&gt;." in str(page)
    assert "login_hint=alice" in system.opened[0]
    assert session.uses_oauth
    assert session.user_id == alice.user_id

    kept = Kept()
    api = api_of(session, http, clock, kept)
    clock.advance(2 * 3_600_000)
    assert (await whoami(api))["device_id"] == session.device_id
    renewed = kept.sessions[0]
    assert renewed.refresh_token != session.refresh_token

    settings = settings_of(renewed, http, clock)
    with pytest.raises(ManagedInBrowser) as elsewhere:
        await settings.sign_out_devices([alice.device_id], Person())
    assert elsewhere.value.url is not None
    assert f"action=org.matrix.device_delete&device_id={alice.device_id}" in elsewhere.value.url
    for act in (
        settings.change_password("new", Person()),
        settings.deactivate(Person(), erase=True),
        settings.add_email("a@example.org"),
        settings.remove_address("email", "a@example.org"),
        settings.login_token(Person()),
        settings.sign_out_all_others(Person()),
    ):
        with pytest.raises(ManagedInBrowser):
            await act

    again = await _with(sign_in, SystemBrowser(OAuthUser(browser))).again_in_browser(renewed)
    assert (again.device_id, again.user_id) == (session.device_id, session.user_id)
    await end_session(http, again, api)
    with pytest.raises(TokenRejected) as refused:
        await api_of(again, http, clock).get("/_matrix/client/v3/account/whoami")
    assert not refused.value.soft


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_oauth_that_is_refused_or_tampered_with_signs_nobody_in(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession
) -> None:
    await nobody.register("alice")
    browser = Browser(http, nobody.base_url, nobody.base_url)
    await sign_browser_in(browser)
    server = await sign_in.discover(nobody.base_url)
    with pytest.raises(Cancelled):
        await _with(sign_in, SystemBrowser(OAuthUser(browser, "deny"))).with_oauth(server)

    async def forged(url: str) -> None:
        """A page that knows the port tries to slip in what it likes, before the user agrees."""
        consent = await browser.open(url)
        answer = await browser.submit(consent, decision="allow")
        back = answer.location.partition("?")[0]
        for query in ("?code=stolen", "?code=stolen&state=guessed"):
            async with http.get(back + query) as response:
                assert response.status == 400
        async with http.get(
            answer.location.replace("iss=", "iss=https%3A%2F%2Fevil.example&was=")
        ) as response:
            assert response.status == 200

    with pytest.raises(Exception, match="another server"):
        await _with(sign_in, SystemBrowser(forged)).with_oauth(server)

    async def broken(url: str) -> None:
        consent = await browser.open(url)
        answer = await browser.submit(consent, decision="allow")
        async with http.get(answer.location.replace("code=", "code=x")) as response:
            assert response.status == 200

    with pytest.raises(OAuthRefused):
        await _with(sign_in, SystemBrowser(broken)).with_oauth(server)


def _with(sign_in: SignIn, browser: SystemBrowser) -> SignIn:
    return SignIn(
        sign_in.http, sign_in.clock, browser, sign_in.words, sign_in.description, sign_in.device_name
    )


@pytest.mark.parametrize("overrides", [at_its_own_address()])
async def test_an_account_is_made_on_the_servers_page(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession
) -> None:
    browser = Browser(http, nobody.base_url, nobody.base_url)
    server = await sign_in.discover(nobody.base_url)
    assert (await sign_in.registration_options(server)).in_browser

    async def visit(url: str) -> None:
        assert "prompt=create" in url
        form = await browser.open(url)
        consent = await browser.submit(form, username="carol", password=PASSWORD)
        answer = await browser.submit(consent, decision="allow")
        async with http.get(answer.location):
            pass

    system = SystemBrowser(visit)
    session = await _with(sign_in, system).with_oauth(server, register=True)
    await system.closed()
    assert session.user_id == "@carol:example.org"


async def test_a_session_outlives_a_server_that_cannot_be_asked(
    nobody: ApiClient, sign_in: SignIn, homeserver: Homeserver, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    tokens = SessionTokens(session, http, clock, Kept())
    await homeserver.stop()
    with pytest.raises(NetworkUnavailable):
        await tokens.refresh()
    assert tokens.session == session
    without = Session("@a:example.org", "D", nobody.base_url, "token")
    assert not await SessionTokens(without, http, clock, Kept()).refresh()
    tokens.replace(without)
    assert tokens.access_token == "token"


async def test_a_refused_refresh_says_whether_the_store_may_stay(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    await sign_in.again_with_password(session, PASSWORD)  # which ends the tokens of the device before
    with pytest.raises(TokenRejected):
        await SessionTokens(session, http, clock, Kept()).refresh()


@pytest.fixture
async def provider(clock: FakeClock, overrides: JsonObject) -> Any:
    async with running_oidc_provider(OidcProvider(now_s=lambda: clock.now_ms() // 1000)) as provider:
        provider.user = {"sub": "1", "preferred_username": "dave", "name": "Dave"}
        overrides["oidc"] = {
            "issuer": provider.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        yield provider


@pytest.mark.parametrize("overrides", [at_its_own_address(auth={"oauth": False, "password_hash": "minimum"})])
async def test_single_sign_on_comes_back_to_this_machine_and_nowhere_else(
    provider: OidcProvider, nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    server = await sign_in.discover(nobody.base_url)
    assert not server.has_oauth
    assert [(entry.provider_id, entry.name) for entry in server.providers] == [("oidc", "Single sign-on")]

    async def visit(url: str) -> None:
        browser = SsoBrowser(http, nobody.base_url)
        begun = await browser.open(url.removeprefix(nobody.base_url))
        at_provider = await browser.open(begun.location)
        page = await browser.open(at_provider.location.removeprefix(nobody.base_url))
        if "/arrival/" in page.location:  # "do you trust this client?"
            question = await browser.open(page.location.removeprefix(nobody.base_url))
            page = await browser.open(question.links[0].removeprefix(nobody.base_url))
        back = page.location
        assert back.startswith("http://127.0.0.1:")
        async with http.get(back.replace("state=", "state=x")) as response:
            assert response.status == 400
        async with http.get(back) as response:
            assert response.status == 200
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]

    system = SystemBrowser(visit)
    session = await _with(sign_in, system).with_sso(server, "oidc")
    await system.closed()
    assert session.user_id == "@dave:example.org"
    assert not session.uses_oauth
    assert "action=login" in system.opened[0]

    again = await _with(sign_in, SystemBrowser(visit)).again_in_browser(session)
    assert again.device_id == session.device_id

    async def refuse(url: str) -> None:
        back = URL(url).query["redirectUrl"]
        async with http.get(back):
            pass

    with pytest.raises(Cancelled):
        await _with(sign_in, SystemBrowser(refuse)).with_sso(server)
    with pytest.raises(BrowserTimeout):
        await sign_in_with_sso(
            http, server.url, sign_in.open_browser, WORDS, clock=clock, device_name="x", timeout_s=0.01
        )


async def test_done_is_no_password(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    """An answer that does not fit its question is asked for again, and giving up is possible."""
    await nobody.register("alice")
    server = await sign_in.discover(nobody.base_url)
    session = await sign_in.with_password(server, "alice", PASSWORD)
    settings = settings_of(session, http, clock)
    person = Person(Done(), Password("wrong"), None)
    with pytest.raises(Cancelled):
        await settings.change_password("another good one", person)
    assert person.kinds == ["password", "password", "password"]
    assert [stage.error_word for stage in person.asked] == ["", "", "stage_password"]
    await settings.change_password("another good one", Person(Password(PASSWORD)), sign_out_others=False)
    await sign_in.with_password(server, "alice", "another good one")
