"""Making accounts with an e-mail address."""

from collections.abc import AsyncIterator

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient
from tests.api.mailbox import ask, link_in, press_button, smtp_settings, validate
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


def account(name: str, auth: JsonObject) -> JsonObject:
    return {"username": name, "password": PASSWORD, "auth": auth}


async def test_address_is_confirmed_by_the_button_only_and_becomes_the_accounts(
    client: ApiClient, smtp_server: SmtpServer
) -> None:
    flows = (await client.post("/register", {})).json["flows"]
    assert flows[:2] == [{"stages": ["m.login.dummy"]}, {"stages": ["m.login.email.identity"]}]
    sid = (await ask(client, "/register", "Alice@Example.COM")).ok()["sid"]
    mail = await smtp_server.next_mail()
    link = link_in(mail)
    assert link is not None
    assert mail.recipient == "alice@example.com"
    creds = {"sid": sid, "client_secret": "monkeys"}
    body = account("alice", {"type": "m.login.email.identity", "threepid_creds": creds})

    page = await client.request("GET", link)
    assert page.status == 200
    assert b"alice@example.com" in page.body
    refused = await client.post("/register", body)
    assert (refused.status, refused.errcode) == (401, "M_UNAUTHORIZED"), "mail scanners open links too"

    assert (await press_button(client, link)).status == 200
    for wrong in ({"sid": sid, "client_secret": "other"}, {"sid": "x", "client_secret": "monkeys"}):
        auth = {"type": "m.login.email.identity", "threepid_creds": wrong}
        assert (await client.post("/register", account("alice", auth))).status == 401
    alice = client.logged_in((await client.post("/register", body)).ok())
    (threepid,) = (await alice.get("/account/3pid")).ok()["threepids"]
    assert (threepid["medium"], threepid["address"]) == ("email", "alice@example.com")
    again = await client.post("/register", {**body, "username": "alice2"})
    assert again.status == 401, "a confirmation is good once"
    assert (await alice.get("/capabilities")).ok()["capabilities"]["m.3pid_changes"] == {"enabled": True}


async def test_nobody_learns_from_the_answer_whether_an_address_is_in_use(
    client: ApiClient, smtp_server: SmtpServer
) -> None:
    first = await validate(client, smtp_server, "/register", "alice@example.com")
    second = await validate(client, smtp_server, "/register", "alice@example.com", "another")
    (await client.post("/register", account("alice", first.stage))).ok()
    late = await client.post("/register", account("eve", second.stage))
    assert (late.status, late.errcode) == (400, "M_THREEPID_IN_USE"), "both had confirmed it before"
    known = await ask(client, "/register", "ALICE@example.com", "third")
    unknown = await ask(client, "/register", "bob@example.com", "third")
    assert (known.status, list(known.json)) == (unknown.status, list(unknown.json)) == (200, ["sid"])
    mails = [await smtp_server.next_mail() for _ in range(2)]
    assert [mail.recipient for mail in mails] == ["alice@example.com", "bob@example.com"]
    assert link_in(mails[0]) is None
    assert "@alice:example.org" in mails[0].part("plain")


@pytest.mark.parametrize("registration", [{"mode": "open", "email": "required"}])
async def test_address_can_be_required(client: ApiClient, smtp_server: SmtpServer) -> None:
    refused = await client.post("/register", account("alice", {"type": "m.login.dummy"}))
    assert refused.json["flows"][0] == {"stages": ["m.login.email.identity"]}
    assert refused.status == 401
    validation = await validate(client, smtp_server, "/register", "alice@example.com")
    (await client.post("/register", account("alice", validation.stage))).ok()


@pytest.mark.parametrize("registration", [{"mode": "closed"}, {"mode": "open", "email": "off"}])
async def test_no_mail_is_sent_where_it_is_of_no_use(client: ApiClient) -> None:
    refused = await ask(client, "/register", "alice@example.com")
    assert (refused.status, refused.errcode) == (403, "M_THREEPID_DENIED")
