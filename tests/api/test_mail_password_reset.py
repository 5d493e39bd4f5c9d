"""Resetting a password by e-mail."""

from collections.abc import AsyncIterator

import pytest

from homeserver.accounts.threepid_validations import LIFETIMES
from homeserver.json_types import JsonObject
from homeserver.storage.threepid_validations import Purpose
from tests.api.client import ApiClient, Reply
from tests.api.mailbox import Validation, add_address, ask, link_in, press_button, smtp_settings, validate
from tests.support.fake_clock import FakeClock
from tests.support.smtp_server import SmtpServer, running_smtp_server

ADDRESS = "alice@example.com"
NEW = "a new and better one"


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
def overrides(smtp_server: SmtpServer) -> JsonObject:
    return {"smtp": smtp_settings(smtp_server)}


async def reset(client: ApiClient, validation: Validation, **members: object) -> Reply:
    return await client.post("/account/password", {"new_password": NEW, "auth": validation.stage, **members})


async def test_reader_of_the_mail_sets_the_password_and_everybody_is_logged_out(
    client: ApiClient, alice: ApiClient, smtp_server: SmtpServer
) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    challenge = await client.post("/account/password", {"new_password": NEW})
    assert (challenge.status, challenge.json["flows"]) == (401, [{"stages": ["m.login.email.identity"]}])
    validation = await validate(client, smtp_server, "/account/password", ADDRESS, "reset")
    pending = await validate(client, smtp_server, "/account/password", ADDRESS, "pending")
    assert (await reset(client, validation)).ok() == {}
    assert (await alice.whoami()).status == 401
    assert (await client.try_log_in("alice")).status == 403
    await client.log_in("alice", NEW)
    notice = await smtp_server.next_mail()
    assert "password" in notice.message["Subject"]
    assert "@alice:example.org" in notice.part("plain")
    assert link_in(notice) is None
    assert (await reset(client, validation)).status == 401, "a confirmation is good once"
    assert (await reset(client, pending)).status == 401, "others of before are good for nothing"


async def test_devices_can_be_kept(client: ApiClient, alice: ApiClient, smtp_server: SmtpServer) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    validation = await validate(client, smtp_server, "/account/password", ADDRESS, "reset")
    assert (await reset(client, validation, logout_devices=False)).status == 200
    assert (await alice.whoami()).status == 200


async def test_confirmation_for_one_purpose_is_good_for_no_other(
    client: ApiClient, alice: ApiClient, bob: ApiClient, smtp_server: SmtpServer
) -> None:
    """Somebody else's account must not be had by what its owner agreed to for another reason."""
    await add_address(alice, smtp_server, ADDRESS)
    for path in ("/register", "/account/3pid"):
        other = await validate(client, smtp_server, path, f"x{ADDRESS}", f"for{path[1:4]}")
        assert (await reset(client, other)).status == 401
    resetting = await validate(client, smtp_server, "/account/password", ADDRESS, "reset")
    body = {**resetting.creds, "auth": bob.password_auth()}
    assert (await bob.post("/account/3pid/add", body)).errcode == "M_THREEPID_AUTH_FAILED"
    assert (await client.post("/register", {"password": "x", "auth": resetting.stage})).status == 401
    assert (await reset(bob, resetting)).status == 401, "who is logged in shows the password"
    assert (await reset(client, resetting)).status == 200


async def test_nobody_learns_from_the_answer_whose_address_it_is(
    client: ApiClient, alice: ApiClient, smtp_server: SmtpServer
) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    known = await ask(client, "/account/password", ADDRESS)
    unknown = await ask(client, "/account/password", "eve@example.com")
    assert (known.status, list(known.json)) == (unknown.status, list(unknown.json)) == (200, ["sid"])
    assert link_in(await smtp_server.next_mail()) is not None
    letter = await smtp_server.next_mail()
    assert (letter.recipient, link_in(letter)) == ("eve@example.com", None)
    creds = Validation(unknown.json["sid"], "monkeys")
    assert (await reset(client, creds)).status == 401


async def test_link_and_confirmation_expire(
    client: ApiClient, alice: ApiClient, smtp_server: SmtpServer, clock: FakeClock
) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    validation = await validate(client, smtp_server, "/account/password", ADDRESS, "reset")
    (await ask(client, "/account/password", ADDRESS, "late")).ok()
    link = link_in(await smtp_server.next_mail())
    assert link is not None
    clock.advance(LIFETIMES[Purpose.RESET][0])
    assert (await client.request("GET", link)).status == 404
    assert (await reset(client, validation)).status == 401
    (await ask(client, "/account/password", ADDRESS, "late")).ok()
    fresh = link_in(await smtp_server.next_mail())
    assert fresh is not None
    assert (await press_button(client, fresh)).status == 200


async def test_address_of_a_closed_account_resets_nothing(
    client: ApiClient, alice: ApiClient, smtp_server: SmtpServer
) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    validation = await validate(client, smtp_server, "/account/password", ADDRESS, "reset")
    (await alice.post("/account/deactivate", {"auth": alice.password_auth()})).ok()
    refused = await reset(client, validation)
    assert (refused.status, refused.errcode) == (403, "M_THREEPID_AUTH_FAILED")
    assert (await client.try_log_in("alice", NEW)).status == 403
