import hashlib
import hmac

import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.shared_secret import NONCE_LIFETIME_MS
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.storage.uia import UiaSession, insert_uia_session
from tests.api.client import PASSWORD, ApiClient
from tests.support.fake_clock import FakeClock

PATH = "/_synapse/admin/v1/register"
WITH_SECRET = [{"registration": {"mode": "closed", "shared_secret": "reg_secret"}}]


def signed(
    nonce: str, username: str = "alice", *, admin: bool = False, secret: str = "reg_secret"
) -> JsonObject:
    message = "\0".join([nonce, username, PASSWORD, "admin" if admin else "notadmin"])
    mac = hmac.new(secret.encode(), message.encode(), hashlib.sha1).hexdigest()
    return {"nonce": nonce, "username": username, "password": PASSWORD, "admin": admin, "mac": mac}


async def nonce(client: ApiClient) -> str:
    text = (await client.get(PATH)).ok()["nonce"]
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("overrides", WITH_SECRET)
async def test_secret_makes_users_and_admins(client: ApiClient, services: Services) -> None:
    alice = client.logged_in((await client.post(PATH, signed(await nonce(client)))).ok())
    assert (await alice.whoami()).ok()["user_id"] == "@alice:example.org"
    (await client.post(PATH, signed(await nonce(client), "Root", admin=True))).ok()
    assert not (await find_account(services.accounts, "alice")).is_admin
    assert (await find_account(services.accounts, "root")).is_admin


@pytest.mark.parametrize("overrides", WITH_SECRET)
async def test_nonce_is_good_once_and_for_a_minute(client: ApiClient, clock: FakeClock) -> None:
    first = await nonce(client)
    assert (await client.post(PATH, signed(first))).status == 200
    assert (await client.post(PATH, signed(first, "bob"))).errcode == "M_INVALID_PARAM"
    late = await nonce(client)
    clock.advance(NONCE_LIFETIME_MS)
    for stale in (late, "made up", "", "\0"):
        assert (await client.post(PATH, signed(stale, "bob"))).errcode == "M_INVALID_PARAM"


@pytest.mark.parametrize("overrides", WITH_SECRET)
async def test_wrong_mac_is_refused_and_uses_the_nonce_up(client: ApiClient) -> None:
    used = await nonce(client)
    assert (await client.post(PATH, signed(used, secret="guess"))).status == 403
    assert (await client.post(PATH, signed(used))).status == 400
    forged = {**signed(await nonce(client)), "admin": True}
    assert (await client.post(PATH, forged)).status == 403
    for mac in ("", "ü"):
        assert (await client.post(PATH, {**signed(await nonce(client)), "mac": mac})).status == 403
    assert (await client.post(PATH, signed(await nonce(client), "us,er"))).errcode == "M_INVALID_USERNAME"


@pytest.mark.parametrize("overrides", WITH_SECRET)
async def test_session_of_another_kind_is_no_nonce(client: ApiClient, services: Services) -> None:
    async with services.db.acquire() as conn:
        await insert_uia_session(conn, UiaSession("abc", None, "POST /register"), expires_ts=2**60)
    assert (await client.post(PATH, signed("abc"))).errcode == "M_INVALID_PARAM"


async def test_without_a_secret_there_is_no_such_endpoint(client: ApiClient) -> None:
    assert (await client.get(PATH)).errcode == "M_UNRECOGNIZED"
    assert (await client.post(PATH, signed("x", secret=""))).errcode == "M_UNRECOGNIZED"
