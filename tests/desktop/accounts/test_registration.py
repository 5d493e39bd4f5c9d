"""Making accounts, through every stage that a server can want."""

import aiohttp
import pytest

from client_desktop.core.accounts.account_settings import AccountSettings
from client_desktop.core.accounts.interactive_auth import with_interactive_auth
from client_desktop.core.accounts.registration import registration_token_is_valid
from client_desktop.core.accounts.session import Session
from client_desktop.core.accounts.sign_in import SignIn
from client_desktop.core.accounts.stages import (
    Another,
    Done,
    Email,
    Password,
    RegistrationToken,
    Stage,
    StageAnswer,
    StageKind,
)
from client_desktop.core.api import Api, FixedToken
from client_desktop.core.errors import Cancelled, MatrixError, NeedsInteractiveAuth
from homeserver.accounts.registration_tokens import create_registration_token
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.mailbox import link_of, press_button
from tests.desktop.accounts.conftest import Person
from tests.desktop.homeserver import Homeserver
from tests.support.smtp_server import SmtpServer

TERMS = [
    {"id": "privacy", "version": "2", "name": "Privacy", "url": "https://example.org/privacy"},
]


async def test_an_open_server_asks_nothing(nobody: ApiClient, sign_in: SignIn) -> None:
    server = await sign_in.discover(nobody.base_url)
    options = await sign_in.registration_options(server)
    assert options.is_open
    assert ("m.login.dummy",) in options.flows
    assert await sign_in.user_name_problem(server, "alice") == ""
    person = Person()
    session = await sign_in.register(server, "alice", PASSWORD, person)
    assert (session.user_id, person.asked) == ("@alice:example.org", [])
    assert session.refresh_token is not None
    assert await sign_in.user_name_problem(server, "alice") == "user_in_use"
    assert await sign_in.user_name_problem(server, "Ali ce") == "invalid_username"
    with pytest.raises(MatrixError, match="M_USER_IN_USE"):
        await sign_in.register(server, "alice", PASSWORD, person)


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "closed"}}])
async def test_a_closed_server_says_so(nobody: ApiClient, sign_in: SignIn, homeserver: Homeserver) -> None:
    server = await sign_in.discover(nobody.base_url)
    options = await sign_in.registration_options(server)
    assert not options.flows or options.flows == (("m.login.registration_token",),)


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "token", "terms": TERMS}}])
async def test_a_token_and_terms_are_asked_for_one_after_the_other(
    nobody: ApiClient, sign_in: SignIn, homeserver: Homeserver, http: aiohttp.ClientSession
) -> None:
    token = await create_registration_token(homeserver.services.accounts, uses_allowed=1)
    server = await sign_in.discover(nobody.base_url)
    assert await registration_token_is_valid(http, server.url, token)
    assert not await registration_token_is_valid(http, server.url, "wrong")
    person = Person(RegistrationToken("wrong"), RegistrationToken(token), Done())
    session = await sign_in.register(server, "alice", PASSWORD, person)
    assert session.user_id == "@alice:example.org"
    assert person.kinds == ["registration_token", "registration_token", "terms"]
    first, again, terms = person.asked
    assert (first.error_word, again.error_word) == ("", "stage_registration_token")
    assert (first.done, terms.done, terms.total) == (0, 1, 2)
    (policy,) = terms.policies
    assert policy.texts == (("en", "Privacy", "https://example.org/privacy"),)
    giving_up = Person(None)
    with pytest.raises(Cancelled):
        await sign_in.register(server, "bob", PASSWORD, giving_up)


CAPTCHA = {"site_key": "site", "secret_key": "secret"}


@pytest.mark.parametrize("overrides", [{"captcha": CAPTCHA, "registration": {"mode": "open"}}])
async def test_a_captcha_is_done_in_the_browser(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession
) -> None:
    server = await sign_in.discover(nobody.base_url)

    async def look(stage: Stage) -> StageAnswer:
        assert stage.kind is StageKind.BROWSER
        async with http.get(stage.url) as response:
            assert response.status == 200
            assert "site" in await response.text()
        return Done()

    person = Person(look, None)
    with pytest.raises(Cancelled):
        await sign_in.register(server, "alice", PASSWORD, person)
    assert person.kinds == ["browser", "browser"], "the page was opened, but not answered"
    assert person.asked[1].error_word == "stage_browser"


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "open", "email": "required"}}])
async def test_an_address_is_proved_by_a_mail_and_can_be_corrected(
    smtp_server: SmtpServer, nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession
) -> None:
    server = await sign_in.discover(nobody.base_url)

    async def follow(stage: Stage) -> StageAnswer:
        assert stage.email == "alice@example.com"
        mails = [await smtp_server.next_mail() for _ in range(2)]
        (mail,) = [mail for mail in mails if mail.recipient == "alice@example.com"]
        await press_button(nobody, link_of(mail))
        return Done()

    person = Person(
        Done(),
        Email("no address"),
        Email("alcie@example.com"),
        Done(),
        Email("alice@example.com"),
        follow,
    )
    session = await sign_in.register(server, "alice", PASSWORD, person)
    assert person.kinds == ["email", "email", "email", "email_sent", "email_sent", "email_sent"]
    words = [stage.error_word for stage in person.asked]
    assert words == ["", "", "email_refused", "", "email_not_confirmed", ""]

    settings = AccountSettings(Api(server.url, http, FixedToken(session.access_token)), session, http)
    (address,) = await settings.emails_and_numbers()
    assert (address.medium, address.address) == ("email", "alice@example.com")
    await check_addresses(settings, smtp_server, nobody)
    await check_forgotten_password(smtp_server, sign_in, nobody, session)


async def check_addresses(settings: AccountSettings, smtp_server: SmtpServer, nobody: ApiClient) -> None:
    """Another address is added with the password, and taken away."""
    validation = await settings.add_email(" second@example.com ")
    with pytest.raises(MatrixError):
        await settings.confirm_email(validation, Person(Password(PASSWORD)))
    again = await settings.add_email("second@example.com", validation)
    assert (again.client_secret, again.attempt) == (validation.client_secret, 2)
    mail = await smtp_server.next_mail()
    await press_button(nobody, link_of(mail))
    await settings.confirm_email(again, Person(Password(PASSWORD)))
    assert len(await settings.emails_and_numbers()) == 2
    await settings.remove_address("email", "second@example.com")
    exported = await settings.export()
    assert exported["addresses"] == [{"medium": "email", "address": "alice@example.com"}]
    assert exported["devices"][0]["display_name"] == "Parlour on a desk"
    assert "m.push_rules" in exported["account_data"]


async def check_forgotten_password(
    smtp_server: SmtpServer, sign_in: SignIn, nobody: ApiClient, session: Session
) -> None:
    """Who has lost the password proves the address."""
    server = await sign_in.discover(nobody.base_url)

    async def follow(stage: Stage) -> StageAnswer:
        mail = await smtp_server.next_mail()
        while mail.recipient != "alice@example.com" or "/_matrix" not in mail.part("plain"):
            mail = await smtp_server.next_mail()  # of the other address; "an address was added"
        await press_button(nobody, link_of(mail))
        return Done()

    await sign_in.reset_password(server, "brand new password", Person(Email("alice@example.com"), follow))
    renewed = await sign_in.with_password(server, "alice@example.com", "brand new password")
    assert renewed.user_id == session.user_id


async def test_another_way_can_be_chosen(nobody: ApiClient, sign_in: SignIn) -> None:
    """Of two ways to prove who one is, the user may take the other; one that is not offered is not taken."""
    sent: list[JsonObject | None] = []

    async def call(auth: JsonObject | None) -> str:
        sent.append(auth)
        if auth == {"session": "s"}:
            return "done"
        raise NeedsInteractiveAuth((("m.login.password",), ("m.login.sso",)), (), {}, "s")

    api = Api(nobody.base_url, nobody.session)
    person = Person(Another("m.login.nonsense"), Another("m.login.sso"), Done())
    assert await with_interactive_auth(call, person, api=api) == "done"
    assert person.kinds == ["password", "password", "browser"]
    assert person.asked[0].others == ("m.login.sso",)
    assert sent == [None, {"session": "s"}]


async def test_devices_are_named_and_signed_out_with_the_password(
    nobody: ApiClient, sign_in: SignIn, http: aiohttp.ClientSession
) -> None:
    alice = await nobody.register("alice")
    phone = await nobody.log_in("alice", initial_device_display_name="Phone")
    await nobody.log_in("alice", initial_device_display_name="Fridge")
    assert alice.access_token is not None
    session = Session(alice.user_id, alice.device_id, nobody.base_url, alice.access_token)
    settings = AccountSettings(Api(nobody.base_url, http, FixedToken(alice.access_token)), session, http)
    devices = await settings.devices()
    assert devices[0].own
    assert {device.name for device in devices[1:]} == {"Phone", "Fridge"}
    await settings.rename_device(phone.device_id, " Old phone ")
    assert "Old phone" in {device.name for device in await settings.devices()}
    await settings.sign_out_devices([phone.device_id], Person(Password(PASSWORD)))
    assert (await phone.whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert await settings.sign_out_all_others(Person(Password(PASSWORD))) == 1
    assert await settings.sign_out_all_others(Person()) == 0
    capabilities = await settings.capabilities()
    assert capabilities.change_password
    assert capabilities.get_login_token
    assert capabilities.default_room_version in dict(capabilities.room_versions)
