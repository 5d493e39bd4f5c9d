"""Logging another device in: POST /login/get_token and `m.login.token`."""

import pytest

from homeserver.accounts.login_tokens import LIFETIME_MS
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock

GET_TOKEN = "/_matrix/client/v1/login/get_token"


async def get_token(client: ApiClient) -> str:
    challenge = await client.post(GET_TOKEN)
    assert challenge.status == 401
    auth = client.password_auth(session=challenge.json["session"])
    answer = (await client.post(GET_TOKEN, {"auth": auth})).ok()
    assert answer["expires_in_ms"] == LIFETIME_MS
    token = answer["login_token"]
    assert isinstance(token, str)
    return token


async def log_in(client: ApiClient, token: object, **members: object) -> Reply:
    body: JsonObject = {"type": "m.login.token", "token": token, **members}
    return await client.post("/login", body)


async def test_a_token_logs_another_device_in_exactly_once(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    flows = (await client.get("/login")).ok()["flows"]
    assert {"type": "m.login.token", "get_login_token": True} in flows
    capabilities = (await alice.get("/capabilities")).ok()["capabilities"]
    assert capabilities["m.get_login_token"] == {"enabled": True}

    token = await get_token(alice)
    async with services.db.acquire() as conn:
        row = await conn.fetchrow("SELECT * FROM login_tokens")
    assert row is not None
    assert token not in str(dict(row)), "only the hash is stored"

    other = client.logged_in((await log_in(client, token, device_id="OTHER")).ok())
    assert (await other.whoami()).ok()["user_id"] == alice.user_id
    assert (other.device_id, (await alice.whoami()).status) == ("OTHER", 200)
    again = await log_in(client, token)
    assert (again.status, again.errcode) == (403, "M_FORBIDDEN")


async def test_every_token_asks_for_the_password_again(alice: ApiClient) -> None:
    challenge = await alice.post(GET_TOKEN)
    auth = alice.password_auth(session=challenge.json["session"])
    (await alice.post(GET_TOKEN, {"auth": auth})).ok()
    spent = {"auth": {"session": challenge.json["session"]}}
    assert (await alice.post(GET_TOKEN, spent)).status == 401
    wrong = await alice.post(GET_TOKEN, {"auth": alice.password_auth("wrong")})
    assert (wrong.status, wrong.errcode) == (401, "M_FORBIDDEN")


async def test_an_expired_token_logs_nobody_in(client: ApiClient, alice: ApiClient, clock: FakeClock) -> None:
    token = await get_token(alice)
    clock.advance(LIFETIME_MS)
    assert (await log_in(client, token)).errcode == "M_FORBIDDEN"


async def test_tokens_end_with_the_sessions_and_with_the_account(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    token = await get_token(alice)
    (await alice.post("/logout/all")).ok()
    assert (await log_in(client, token)).errcode == "M_FORBIDDEN"

    alice = await alice.log_in("alice")
    locked, deactivated = await get_token(alice), await get_token(alice)
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE accounts SET is_locked = true")
    assert (await log_in(client, locked)).errcode == "M_USER_LOCKED"
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE accounts SET is_locked = false")
    (await alice.post("/account/deactivate", {"auth": alice.password_auth()})).ok()
    assert (await log_in(client, deactivated)).errcode in ("M_FORBIDDEN", "M_USER_DEACTIVATED")


@pytest.mark.parametrize("overrides", [{"registration": {"mode": "open", "guests": True}}])
async def test_guests_get_no_token_and_nonsense_is_none(client: ApiClient) -> None:
    guest = client.logged_in((await client.post("/register?kind=guest")).ok())
    assert (await guest.post(GET_TOKEN)).errcode == "M_GUEST_ACCESS_FORBIDDEN"
    assert (await client.post(GET_TOKEN)).errcode == "M_MISSING_TOKEN"
    for token in ("", "nonsense", "\u0000", "x" * 10_000):
        assert (await log_in(client, token)).errcode == "M_FORBIDDEN"
    assert (await client.post("/login", {"type": "m.login.token"})).errcode == "M_MISSING_PARAM"
