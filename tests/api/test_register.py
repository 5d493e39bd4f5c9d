import asyncio

import pytest

from homeserver.accounts.interactive_auth import LIFETIME_MS
from homeserver.accounts.registration_tokens import create_registration_token
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import PASSWORD, ApiClient, Reply
from tests.support.fake_clock import FakeClock

DUMMY = {"type": "m.login.dummy"}
TOKEN_MODE = [{"registration": {"mode": "token"}}]
CLOSED = [{"registration": {"mode": "closed"}}]
OPEN_TO_GUESTS = pytest.mark.parametrize("overrides", [{"registration": {"mode": "open", "guests": True}}])
TERMS = {"id": "privacy", "version": "1.2", "name": "Privacy", "url": "https://example.org/privacy"}


async def register(client: ApiClient, **members: object) -> Reply:
    return await client.post("/register", {"username": "alice", "password": PASSWORD, **members})


async def test_registration_without_auth_names_the_flows(client: ApiClient) -> None:
    reply = await client.post("/register", {})
    assert reply.status == 401
    assert reply.json["flows"] == [{"stages": ["m.login.dummy"]}, {"stages": ["m.login.registration_token"]}]
    assert reply.errcode is None
    assert reply.json["session"]


async def test_one_request_registers_and_logs_in(client: ApiClient) -> None:
    login = (await register(client, auth=DUMMY)).ok()
    assert login["user_id"] == "@alice:example.org"
    assert (await client.logged_in(login).whoami()).ok()["device_id"] == login["device_id"]


async def test_two_requests_with_a_session_register(client: ApiClient) -> None:
    session = (await register(client)).json["session"]
    assert (await register(client, auth={**DUMMY, "session": session})).status == 200


async def test_last_request_need_not_repeat_what_the_first_said(client: ApiClient) -> None:
    first = await register(client, device_id="PHONE", initial_device_display_name="Phone \0")
    login = (await client.post("/register", {"auth": {**DUMMY, "session": first.json["session"]}})).ok()
    assert (login["user_id"], login["device_id"]) == ("@alice:example.org", "PHONE")
    alice = client.logged_in(login)
    assert (await alice.get("/devices/PHONE")).ok()["display_name"] == "Phone \0"
    assert (await client.try_log_in("alice")).status == 200


async def test_what_the_last_request_says_counts_but_the_name(client: ApiClient) -> None:
    session = (await register(client, device_id="PHONE")).json["session"]
    auth = {**DUMMY, "session": session}
    other = await client.post("/register", {"username": "bob", "password": PASSWORD, "auth": auth})
    assert other.status == 403
    last = {"password": "another password", "device_id": "DESK", "auth": auth}
    assert (await client.post("/register", last)).ok()["device_id"] == "DESK"
    assert (await client.try_log_in("alice")).status == 403
    assert (await client.try_log_in("alice", "another password")).status == 200


async def test_repeated_last_request_logs_in_again_with_the_password(
    client: ApiClient, clock: FakeClock
) -> None:
    session = (await client.post("/register", {"password": PASSWORD})).json["session"]
    auth = {**DUMMY, "session": session}
    made = (await client.post("/register", {"password": PASSWORD, "auth": auth})).ok()
    again = (await client.post("/register", {"password": PASSWORD, "auth": auth})).ok()
    assert again["user_id"] == made["user_id"]
    assert again["device_id"] != made["device_id"]
    guessed = await client.post("/register", {"password": "not it at all", "auth": auth})
    assert (guessed.status, guessed.errcode) == (403, "M_FORBIDDEN")
    assert (await client.post("/register", {"auth": auth})).errcode == "M_MISSING_PARAM"
    clock.advance(LIFETIME_MS + 1)
    assert (await client.post("/register", {"password": PASSWORD, "auth": auth})).status == 401


async def test_server_makes_up_a_name_where_none_is_wished(client: ApiClient) -> None:
    login = (await client.post("/register", {"password": PASSWORD, "auth": DUMMY})).ok()
    assert (await client.try_log_in(login["user_id"])).status == 200


async def test_device_is_as_requested(client: ApiClient) -> None:
    alice = await client.register("alice", device_id="PHONE", initial_device_display_name="Phone \0")
    device = (await alice.get("/devices/PHONE")).ok()
    assert (alice.device_id, device["display_name"]) == ("PHONE", "Phone \0")


async def test_inhibited_login_makes_an_account_without_device(client: ApiClient) -> None:
    reply = (await register(client, auth=DUMMY, inhibit_login=True)).ok()
    assert "access_token" not in reply
    assert "device_id" not in reply
    alice = await client.log_in("alice")
    assert len((await alice.get("/devices")).ok()["devices"]) == 1


async def test_taken_and_impossible_names_are_refused_before_any_stage(
    client: ApiClient, alice: ApiClient
) -> None:
    assert (await register(client)).errcode == "M_USER_IN_USE"
    assert (await register(client, username="ALICE", auth=DUMMY)).errcode == "M_USER_IN_USE"
    assert (await register(client, username="ali ce")).errcode == "M_INVALID_USERNAME"


async def test_registration_cannot_complete_for_an_existing_account(client: ApiClient) -> None:
    """The name is free at the first request and taken at the second: the account must stay its owner's."""
    session = (await register(client)).json["session"]
    await client.register("alice")
    reply = await register(client, password="mine now", auth={**DUMMY, "session": session})
    assert reply.errcode == "M_USER_IN_USE"
    assert (await client.try_log_in("alice", "mine now")).status == 403
    assert (await client.try_log_in("alice")).status == 200


async def test_same_name_at_the_same_time_is_had_once(client: ApiClient) -> None:
    replies = await asyncio.gather(*(register(client, auth=DUMMY) for _ in range(5)))
    assert sorted(reply.status for reply in replies) == [200, 400, 400, 400, 400]


async def test_deactivated_name_cannot_be_taken_over(client: ApiClient, alice: ApiClient) -> None:
    (await alice.post("/account/deactivate", {"auth": alice.password_auth()})).ok()
    assert (await register(client, auth=DUMMY)).errcode == "M_USER_IN_USE"


async def test_reserved_name_is_exclusive(client: ApiClient, services: Services) -> None:
    services.accounts.hooks.reserved_names.append(lambda user_id: user_id.startswith("@_irc_"))
    assert (await register(client, username="_irc_bob", auth=DUMMY)).errcode == "M_EXCLUSIVE"
    assert (await client.get("/register/available", username="_irc_bob")).errcode == "M_EXCLUSIVE"


async def test_password_is_required_and_bounded(client: ApiClient) -> None:
    assert (await client.post("/register", {"username": "a", "auth": DUMMY})).errcode == "M_MISSING_PARAM"
    assert (await register(client, password="", auth=DUMMY)).errcode == "M_WEAK_PASSWORD"
    assert (await register(client, password="x" * 1000, auth=DUMMY)).errcode == "M_INVALID_PARAM"


async def test_availability_of_a_name(client: ApiClient, alice: ApiClient) -> None:
    assert (await client.get("/register/available", username="carol")).ok() == {"available": True}
    assert (await client.get("/register/available", username="alice")).errcode == "M_USER_IN_USE"
    assert (await client.get("/register/available", username="a:b")).errcode == "M_INVALID_USERNAME"


async def test_new_account_has_its_name_as_display_name(client: ApiClient) -> None:
    alice = await client.register("Alice")
    assert (await client.get(f"/profile/{alice.user_id}")).ok() == {"displayname": "Alice"}


async def test_guests_are_refused_unless_configured(client: ApiClient) -> None:
    assert (await client.post("/register?kind=guest")).errcode == "M_FORBIDDEN"


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "closed", "guests": True}}])
async def test_guest_gets_an_account_that_may_do_little(client: ApiClient) -> None:
    body = {"username": "ignored", "device_id": "ignored", "password": 7}
    guest = client.logged_in((await client.post("/register?kind=guest", body)).ok())
    assert "ignored" not in (guest.user_id, guest.device_id)
    assert (await guest.whoami()).ok()["is_guest"] is True
    assert (await guest.get("/joined_rooms")).errcode == "M_GUEST_ACCESS_FORBIDDEN"
    assert len((await guest.get("/devices")).ok()["devices"]) == 1
    assert (await guest.post("/logout")).status == 200
    assert (await guest.whoami()).status == 401


@OPEN_TO_GUESTS
async def test_guest_may_change_their_display_name_and_nothing_else(client: ApiClient) -> None:
    guest = client.logged_in((await client.post("/register?kind=guest")).ok())
    (await guest.put(f"/profile/{guest.user_id}/displayname", {"displayname": "Visitor"})).ok()
    assert (await guest.get(f"/profile/{guest.user_id}")).ok() == {"displayname": "Visitor"}
    refused = await guest.put(f"/profile/{guest.user_id}/m.tz", {"m.tz": "Europe/London"})
    assert refused.errcode == "M_GUEST_ACCESS_FORBIDDEN"


@OPEN_TO_GUESTS
async def test_guest_becomes_a_full_user_with_all_their_sessions(client: ApiClient) -> None:
    guest = client.logged_in((await client.post("/register?kind=guest")).ok())
    (await guest.put(f"/profile/{guest.user_id}/displayname", {"displayname": "Visitor"})).ok()
    name = guest.user_id[1:].partition(":")[0]
    full = await client.register(name, guest_access_token=guest.access_token)
    assert full.user_id == guest.user_id
    for session in (full, guest):
        assert (await session.whoami()).ok()["is_guest"] is False
        assert (await session.get("/joined_rooms")).ok() == {"joined_rooms": []}
    assert (await client.get(f"/profile/{guest.user_id}")).ok() == {"displayname": "Visitor"}
    await client.log_in(name)


@OPEN_TO_GUESTS
async def test_guest_is_upgraded_only_by_their_own_token(client: ApiClient) -> None:
    guest, other = [client.logged_in((await client.post("/register?kind=guest")).ok()) for _ in range(2)]
    full = await client.register("carol")
    wanted: JsonObject = {"password": PASSWORD, "auth": DUMMY}
    for user, token in ((guest, other), (guest, full), (full, full)):
        name = user.user_id[1:].partition(":")[0]
        body = wanted | {"username": name, "guest_access_token": token.access_token}
        assert (await client.post("/register", body)).errcode == "M_FORBIDDEN"
    body = wanted | {"guest_access_token": guest.access_token}
    assert (await client.post("/register", body)).errcode == "M_MISSING_PARAM"
    body = wanted | {"guest_access_token": "nonsense", "username": guest.user_id[1:].partition(":")[0]}
    assert (await client.post("/register", body)).errcode == "M_FORBIDDEN"
    assert (await guest.whoami()).ok()["is_guest"] is True


@pytest.mark.parametrize("overrides", CLOSED)
async def test_closed_registration_is_forbidden_once_there_is_an_admin(
    client: ApiClient, services: Services, server_token: str
) -> None:
    assert (await register(client, auth=DUMMY)).status == 401
    ordinary = await create_registration_token(services.accounts)
    assert (await register(client, auth=token_auth(ordinary))).errcode == "M_UNAUTHORIZED"
    assert (await register(client, auth=token_auth(server_token))).status == 200
    assert (await register(client, username="bob")).errcode == "M_FORBIDDEN"


@pytest.mark.parametrize("overrides", TOKEN_MODE)
async def test_token_mode_takes_no_dummy(client: ApiClient) -> None:
    reply = await register(client, auth=DUMMY)
    assert (reply.status, reply.errcode) == (401, "M_UNRECOGNIZED")


@pytest.mark.parametrize("overrides", TOKEN_MODE)
async def test_token_is_good_for_as_many_accounts_as_it_says(client: ApiClient, services: Services) -> None:
    token = await create_registration_token(services.accounts, uses_allowed=2)
    assert await is_valid(client, token)
    for name in ("alice", "bob"):
        assert (await register(client, username=name, auth=token_auth(token))).status == 200
    assert not await is_valid(client, token)
    reply = await register(client, username="carol", auth=token_auth(token))
    assert (reply.status, reply.errcode) == (401, "M_UNAUTHORIZED")


@pytest.mark.parametrize("overrides", TOKEN_MODE)
async def test_last_use_of_a_token_is_had_once(client: ApiClient, services: Services) -> None:
    token = await create_registration_token(services.accounts, uses_allowed=1)
    replies = await asyncio.gather(
        *(register(client, username=f"user{n}", auth=token_auth(token)) for n in range(4))
    )
    assert [reply.status for reply in replies].count(200) == 1


@pytest.mark.parametrize("overrides", TOKEN_MODE)
async def test_failed_registration_uses_no_token_up(
    client: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await create_registration_token(services.accounts, uses_allowed=1)
    long_device = {"device_id": "x" * 300, "auth": token_auth(token)}
    assert (await register(client, **long_device)).errcode == "M_INVALID_PARAM"
    assert await is_valid(client, token)
    assert (await register(client, auth=token_auth(token))).status == 200


@pytest.mark.parametrize("overrides", TOKEN_MODE)
async def test_expired_and_malformed_tokens_are_not_valid(
    client: ApiClient, services: Services, clock: FakeClock
) -> None:
    token = await create_registration_token(services.accounts, expires_ts=clock.now_ms() + 1000)
    assert await is_valid(client, token)
    clock.advance(1000)
    for wrong in (token, "", "a\0b", "x" * 65, "no such token"):
        assert (await register(client, auth=token_auth(wrong))).errcode == "M_UNAUTHORIZED"


@pytest.mark.parametrize(
    "overrides", [{"registration": {"mode": "token", "terms": [TERMS, {**TERMS, "language": "fr"}]}}]
)
async def test_token_comes_before_the_terms_and_both_are_needed(
    client: ApiClient, services: Services
) -> None:
    token = await create_registration_token(services.accounts)
    first = await register(client)
    assert first.json["flows"] == [{"stages": ["m.login.registration_token", "m.login.terms"]}]
    assert set(first.json["params"]["m.login.terms"]["policies"]["privacy"]) == {"version", "en", "fr"}
    session = first.json["session"]
    early = await register(client, auth={"type": "m.login.terms", "session": session})
    assert (early.status, early.json["completed"]) == (401, [])
    second = await register(client, auth={**token_auth(token), "session": session})
    assert (second.status, second.json["completed"]) == (401, ["m.login.registration_token"])
    assert (await register(client, auth={"type": "m.login.terms", "session": session})).status == 200


async def test_sessions_of_registration_expire(client: ApiClient, clock: FakeClock) -> None:
    session = (await register(client)).json["session"]
    clock.advance(LIFETIME_MS)
    reply = await register(client, auth={**DUMMY, "session": session})
    assert reply.status == 401
    assert reply.json["session"] != session


@pytest.fixture
def server_token(server: object) -> str:
    token = getattr(server, "first_admin_token", None)
    assert isinstance(token, str)
    return token


def token_auth(token: str) -> dict[str, str]:
    return {"type": "m.login.registration_token", "token": token}


async def is_valid(client: ApiClient, token: str) -> bool:
    path = "/_matrix/client/v1/register/m.login.registration_token/validity"
    valid = (await client.get(path, token=token)).ok()["valid"]
    return valid is True


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "closed"}}])
async def test_no_registration_token_is_looked_at_where_nobody_registers(client: ApiClient) -> None:
    path = "/_matrix/client/v1/register/m.login.registration_token/validity"
    reply = await client.get(path, token="abcd")
    assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")
