import pytest

from homeserver.accounts.find import find_account
from homeserver.accounts.first_admin import ensure_first_admin_token
from homeserver.app import RunningServer
from tests.api.client import PASSWORD, ApiClient


@pytest.mark.parametrize(
    "overrides", [{"registration": {"mode": mode}} for mode in ("open", "token", "closed")]
)
async def test_first_token_makes_one_admin_in_every_mode(client: ApiClient, server: RunningServer) -> None:
    ctx = server.services.accounts
    token = server.first_admin_token
    assert token is not None
    assert await ensure_first_admin_token(ctx) == token, "it is the same one at the next start"
    body = {
        "username": "root",
        "password": PASSWORD,
        "auth": {"type": "m.login.registration_token", "token": token},
    }
    assert (await client.post("/register", body)).status == 200
    assert (await find_account(ctx, "root")).is_admin
    assert (await client.post("/register", {**body, "username": "root2"})).status in (401, 403)
    assert await ensure_first_admin_token(ctx) is None


async def test_ordinary_account_is_no_admin(alice: ApiClient, server: RunningServer) -> None:
    assert not (await find_account(server.services.accounts, "alice")).is_admin
