"""Signing in and making an account, as the cards do it, on a real server."""

from __future__ import annotations

import pytest

from client_desktop.core.engine import Engine
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.login import LoginModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.registration import RegistrationModel
from tests.api.client import PASSWORD as API_PASSWORD
from tests.api.client import ApiClient
from tests.desktop.viewmodels.conftest import Show, Until, shown

PASSWORD = "correct horse battery"


@pytest.fixture
async def login(bridge: Bridge, engine: Engine, browser: Browser, show: Show) -> LoginModel:
    login = LoginModel(bridge, engine, browser)
    await show(login, None)
    return login


@pytest.fixture
async def registration(
    bridge: Bridge, engine: Engine, login: LoginModel, prompt: PromptModel, show: Show
) -> RegistrationModel:
    registration = RegistrationModel(bridge, engine, login, prompt)
    await show(registration, None)
    return registration


async def find(login: LoginModel, homeserver_url: str) -> None:
    login.lookUp(homeserver_url)
    await login.settle()


async def test_server_shows_its_ways_in(login: LoginModel, homeserver_url: str) -> None:
    await find(login, homeserver_url)
    assert (shown(login, "page"), shown(login, "error")) == ("sign_in", "")
    assert shown(login, "hasPassword")
    assert shown(login, "canRegister")
    assert not shown(login, "insecure")


@pytest.mark.parametrize(
    "overrides", [{"listeners": [{"port": 0, "serve": ["client", "media", "health", "federation"]}]}]
)
async def test_a_server_found_by_its_address_says_what_its_people_are_called(
    login: LoginModel, homeserver_url: str
) -> None:
    await find(login, homeserver_url)
    assert shown(login, "serverName") == homeserver_url.removeprefix("http://")
    assert shown(login, "userServer") == "example.org"


async def test_a_server_that_does_not_say_its_name_is_given_none(
    login: LoginModel, homeserver_url: str
) -> None:
    await find(login, homeserver_url)
    assert shown(login, "userServer") == ""


@pytest.mark.parametrize("typed", ["", "not a server", "http://127.0.0.1:1"])
async def test_server_that_is_none_is_said_in_words(login: LoginModel, typed: str) -> None:
    login.lookUp(typed)
    await login.settle()
    assert shown(login, "page") == "server"
    assert str(shown(login, "error")).endswith(".")
    assert not str(shown(login, "error")).startswith("error.")


async def test_password_leads_into_the_account(
    login: LoginModel, engine: Engine, nobody: ApiClient, homeserver_url: str
) -> None:
    user = await nobody.register("alice")
    entered: list[tuple[str, bool]] = []
    login.signedIn.connect(lambda user_id, new: entered.append((user_id, new)))
    await find(login, homeserver_url)
    login.signIn("alice", API_PASSWORD)
    await login.settle()
    assert entered == [(user.user_id, False)]
    assert list(engine.accounts) == [user.user_id]


async def test_wrong_password_says_so_and_enters_nothing(
    login: LoginModel, engine: Engine, nobody: ApiClient, homeserver_url: str
) -> None:
    await nobody.register("alice")
    await find(login, homeserver_url)
    login.signIn("alice", "wrong")
    await login.settle()
    assert shown(login, "error") == "User name or password is not right. Try again."
    assert shown(login, "busy") is False
    assert engine.accounts == {}


async def test_empty_fields_ask_for_what_is_missing(login: LoginModel, homeserver_url: str) -> None:
    await find(login, homeserver_url)
    login.signIn("", "x")
    assert shown(login, "error") == "Enter your user name."
    login.signIn("alice", "")
    assert shown(login, "error") == "Enter your password."


async def test_registration_makes_an_account_and_enters_it(
    login: LoginModel, registration: RegistrationModel, engine: Engine, homeserver_url: str
) -> None:
    entered: list[tuple[str, bool]] = []
    login.signedIn.connect(lambda user_id, new: entered.append((user_id, new)))
    await find(login, homeserver_url)
    registration.register("carol", PASSWORD)
    await registration.settle()
    assert shown(registration, "error") == ""
    assert entered == [("@carol:example.org", True)]
    assert "@carol:example.org" in engine.accounts


async def test_taken_and_impossible_names_are_told_while_typing(
    login: LoginModel, registration: RegistrationModel, nobody: ApiClient, homeserver_url: str
) -> None:
    await nobody.register("alice")
    await find(login, homeserver_url)
    registration.checkName("Al ice")
    assert str(shown(registration, "nameProblem")).startswith("Use small letters")
    registration.checkName("alice")
    await registration.settle()
    assert str(shown(registration, "nameProblem")).startswith("Somebody has this name")
    registration.checkName("somebody-else")
    await registration.settle()
    assert shown(registration, "nameIsFree")


async def test_short_password_never_reaches_the_server(
    login: LoginModel, registration: RegistrationModel, homeserver_url: str
) -> None:
    await find(login, homeserver_url)
    registration.register("carol", "short")
    assert shown(registration, "error") == "Use at least 8 characters."


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "token"}}])
async def test_invitation_code_is_asked_for_and_refused_codes_are_asked_again(
    login: LoginModel,
    registration: RegistrationModel,
    prompt: PromptModel,
    engine: Engine,
    until: Until,
    homeserver_url: str,
) -> None:
    await find(login, homeserver_url)
    registration.register("carol", PASSWORD)
    await until(lambda: shown(prompt, "active"))
    assert shown(prompt, "kind") == "registration_token"
    prompt.giveToken("no-such-code")
    await until(lambda: shown(prompt, "error"))
    assert shown(prompt, "error") == "This code is not valid (any more)."
    prompt.cancel()
    await registration.settle()
    assert (shown(registration, "error"), shown(prompt, "active")) == ("", False)
    assert engine.accounts == {}


async def test_trip_to_the_browser_can_be_given_up(
    login: LoginModel, pages: list[str], until: Until, homeserver_url: str
) -> None:
    await find(login, homeserver_url)
    login.signInWith("")
    assert shown(login, "page") == "browser"
    await until(lambda: pages)
    assert "/login/sso/redirect" in pages[0]
    login.cancel()
    await until(lambda: not shown(login, "busy"))
    assert (shown(login, "page"), shown(login, "error")) == ("sign_in", "")


async def test_session_that_ended_softly_goes_on_with_its_device(
    login: LoginModel, registration: RegistrationModel, engine: Engine, homeserver_url: str
) -> None:
    await find(login, homeserver_url)
    registration.register("carol", PASSWORD)
    await registration.settle()
    before = engine.accounts["@carol:example.org"].me
    login.continueAccount("@carol:example.org")
    await login.settle()
    assert shown(login, "continuing")
    assert shown(login, "userName") == "@carol:example.org"
    login.signIn("@carol:example.org", PASSWORD)
    await login.settle()
    after = engine.accounts["@carol:example.org"].me
    assert shown(login, "error") == ""
    assert (after.device_id, after.access_token != before.access_token) == (before.device_id, True)
