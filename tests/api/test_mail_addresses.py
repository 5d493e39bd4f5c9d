"""The e-mail addresses of an account: adding, removing, logging in with them, identity servers."""

from collections.abc import AsyncIterator

import pytest

from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient, Reply
from tests.api.mailbox import add_address, ask, link_in, smtp_settings, validate
from tests.support.authority import Authority
from tests.support.identity_server import TOKEN, IdentityServer, running_identity_server
from tests.support.smtp_server import SmtpServer, running_smtp_server

ADDRESS = "alice@example.com"


@pytest.fixture
async def smtp_server() -> AsyncIterator[SmtpServer]:
    async with running_smtp_server() as server:
        yield server


@pytest.fixture
async def identity(authority: Authority) -> AsyncIterator[IdentityServer]:
    async with running_identity_server(authority.ca) as identity:
        yield identity


@pytest.fixture
def overrides(smtp_server: SmtpServer, authority: Authority) -> JsonObject:
    federation = {"ca_file": authority.ca_file, "allow_private_addresses": True}
    return {"smtp": smtp_settings(smtp_server), "federation": federation}


async def log_in(client: ApiClient, identifier: JsonObject, password: str = PASSWORD) -> Reply:
    body = {"type": "m.login.password", "identifier": identifier, "password": password}
    return await client.post("/login", body)


def email(address: str) -> JsonObject:
    return {"type": "m.id.thirdparty", "medium": "email", "address": address}


async def addresses(alice: ApiClient) -> list[str]:
    return [threepid["address"] for threepid in (await alice.get("/account/3pid")).ok()["threepids"]]


async def test_owner_adds_an_address_and_logs_in_with_it(
    client: ApiClient, alice: ApiClient, bob: ApiClient, smtp_server: SmtpServer
) -> None:
    sid = (await ask(alice, "/account/3pid", ADDRESS, "early")).ok()["sid"]
    assert link_in(await smtp_server.next_mail()) is not None
    early = await alice.post("/account/3pid/add", {"sid": sid, "client_secret": "early"})
    assert (early.status, early.errcode) == (403, "M_THREEPID_AUTH_FAILED"), "nobody has confirmed it"

    validation = await validate(alice, smtp_server, "/account/3pid", ADDRESS)
    challenge = await alice.post("/account/3pid/add", validation.creds)
    assert (challenge.status, challenge.json["flows"]) == (401, [{"stages": ["m.login.password"]}])
    stolen = await bob.post("/account/3pid/add", {**validation.creds, "auth": alice.password_auth()})
    assert stolen.status == 403
    (await alice.post("/account/3pid/add", {**validation.creds, "auth": alice.password_auth()})).ok()
    assert await addresses(alice) == [ADDRESS]

    assert (await log_in(client, email("ALICE@Example.com"))).ok()["user_id"] == alice.user_id
    older = {"type": "m.login.password", "medium": "email", "address": ADDRESS, "password": PASSWORD}
    assert (await client.post("/login", older)).ok()["user_id"] == alice.user_id
    proof = {"type": "m.login.password", "identifier": email(ADDRESS), "password": PASSWORD}
    assert (await alice.post("/delete_devices", {"devices": [], "auth": proof})).status == 200
    assert (await bob.post("/delete_devices", {"devices": [], "auth": proof})).status == 403
    for wrong in (
        email("eve@example.com"),
        email("no address"),
        {**email(ADDRESS), "medium": "msisdn"},
        {"type": "m.id.phone", "country": "GB", "phone": "7700900001"},
    ):
        assert (await log_in(client, wrong)).errcode == "M_FORBIDDEN"
    assert (await log_in(client, email(ADDRESS), "wrong")).errcode == "M_FORBIDDEN"


async def test_owner_is_told_of_changes_and_an_address_is_one_accounts_only(
    client: ApiClient, alice: ApiClient, bob: ApiClient, smtp_server: SmtpServer
) -> None:
    await add_address(alice, smtp_server, ADDRESS)
    (await ask(bob, "/account/3pid", ADDRESS)).ok()
    letter = await smtp_server.next_mail()
    assert (letter.recipient, link_in(letter)) == (ADDRESS, None)

    await add_address(alice, smtp_server, "second@example.com")
    notice = await smtp_server.next_mail()
    assert notice.recipient == ADDRESS
    assert "second@example.com" in notice.part("plain")
    assert await addresses(alice) == [ADDRESS, "second@example.com"]

    new = {"new_password": "another one", "auth": alice.password_auth()}
    (await alice.post("/account/password", new)).ok()
    told = {(await smtp_server.next_mail()).recipient for _ in range(2)}
    assert told == {ADDRESS, "second@example.com"}

    removed = await alice.post("/account/3pid/delete", {"medium": "email", "address": ADDRESS.upper()})
    assert removed.ok() == {"id_server_unbind_result": "no-support"}
    assert (await smtp_server.next_mail()).recipient == ADDRESS
    assert await addresses(alice) == ["second@example.com"]
    assert (await log_in(client, email(ADDRESS), "another one")).status == 403
    (await alice.post("/account/3pid/delete", {"medium": "email", "address": "bob@example.com"})).ok()


async def test_older_way_of_adding_binds_and_gives_the_account_nothing(
    alice: ApiClient, smtp_server: SmtpServer, identity: IdentityServer
) -> None:
    """An access token alone must not be enough to make the password resettable."""
    validation = await validate(alice, smtp_server, "/account/3pid", ADDRESS)
    creds = {**validation.creds, "id_server": identity.name, "id_access_token": TOKEN}
    refused = await alice.post("/account/3pid", {"three_pid_creds": creds})
    assert (refused.status, refused.errcode) == (403, "M_THREEPID_AUTH_FAILED")
    identity.validated["1"] = ADDRESS
    (await alice.post("/account/3pid", {"three_pid_creds": {**creds, "sid": "1"}})).ok()
    assert identity.owners == {ADDRESS: alice.user_id}
    assert await addresses(alice) == []


async def test_identity_servers_bind_unbind_and_forget_closed_accounts(
    alice: ApiClient, identity: IdentityServer
) -> None:
    body = {"id_server": identity.name, "id_access_token": TOKEN, "client_secret": "monkeys"}
    for sid, address in (("1", ADDRESS), ("2", "second@example.com"), ("3", "third@example.com")):
        identity.validated[sid] = address
        (await alice.post("/account/3pid/bind", {**body, "sid": sid})).ok()
    assert set(identity.owners.values()) == {alice.user_id}
    assert await addresses(alice) == [], "this server does not take another's word"

    refused = await alice.post("/account/3pid/bind", {**body, "sid": "unknown"})
    assert (refused.status, refused.errcode) == (404, "M_NO_VALID_SESSION")
    denied = await alice.post("/account/3pid/bind", {**body, "sid": "1", "id_access_token": "x"})
    assert (denied.status, denied.errcode) == (403, "M_UNAUTHORIZED"), "a 401 would log the client out"

    first = {"medium": "email", "address": ADDRESS}
    assert (await alice.post("/account/3pid/unbind", first)).ok() == {"id_server_unbind_result": "success"}
    second = {"medium": "email", "address": "second@example.com", "id_server": identity.name}
    assert (await alice.post("/account/3pid/delete", second)).ok() == {"id_server_unbind_result": "success"}
    assert (await alice.post("/account/3pid/unbind", first)).ok() == {"id_server_unbind_result": "no-support"}
    assert list(identity.owners) == ["third@example.com"]
    closed = await alice.post("/account/deactivate", {"auth": alice.password_auth()})
    assert closed.ok() == {"id_server_unbind_result": "success"}
    assert identity.owners == {}


async def test_only_names_of_servers_are_asked(alice: ApiClient) -> None:
    """Requests were once sent wherever a client said (CVE-2021-21392)."""
    for id_server in ("https://x", "a b", "", "x" * 300, "127.0.0.1:1/..", "user@host", "localhost:1#"):
        creds = {"id_access_token": "x", "sid": "1", "client_secret": "monkeys", "id_server": id_server}
        refused = await alice.post("/account/3pid/bind", creds)
        assert (refused.status, refused.errcode) == (400, "M_INVALID_PARAM")
        unbind = {"medium": "email", "address": ADDRESS, "id_server": id_server}
        assert (await alice.post("/account/3pid/unbind", unbind)).status == 400
