import asyncio

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from homeserver.accounts import access_tokens
from homeserver.accounts.deactivate import deactivate_account
from homeserver.accounts.find import find_account
from homeserver.accounts.register import Registration, register_account
from homeserver.accounts.usernames import new_user_id
from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.storage import sessions
from homeserver.storage.db import Connection
from homeserver.storage.sessions import Session
from tests.api.client import PASSWORD, ApiClient


async def test_flows_name_the_password(client: ApiClient) -> None:
    assert {"type": "m.login.password"} in (await client.get("/login")).ok()["flows"]


async def test_user_logs_in_by_localpart_or_id(client: ApiClient, alice: ApiClient) -> None:
    for user in ("alice", "@alice:example.org", "Alice"):
        login = (await client.try_log_in(user)).ok()
        assert login["user_id"] == alice.user_id
        assert login["device_id"] != alice.device_id
        assert login["well_known"]["m.homeserver"]["base_url"] == "https://matrix.example.org"
        assert (await client.logged_in(login).whoami()).status == 200
    body = {"type": "m.login.password", "user": "alice", "password": PASSWORD}
    assert (await client.post("/login", body)).status == 200


async def test_unknown_user_cannot_be_told_from_wrong_password(client: ApiClient, alice: ApiClient) -> None:
    wrong = await client.try_log_in("alice", "wrong")
    unknown = await client.try_log_in("nobody")
    elsewhere = await client.try_log_in("@alice:elsewhere.org")
    assert (wrong.status, wrong.errcode) == (403, "M_FORBIDDEN")
    assert wrong.json == unknown.json == elsewhere.json


async def test_unknown_third_party_identifier_is_forbidden(client: ApiClient) -> None:
    email: JsonObject = {"type": "m.id.thirdparty", "medium": "email", "address": "a@b.c"}
    phone: JsonObject = {"type": "m.id.phone", "country": "GB", "phone": "1"}
    for identifier in (email, phone):
        body: JsonObject = {"type": "m.login.password", "identifier": identifier, "password": "x"}
        reply = await client.post("/login", body)
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN")


async def test_incomplete_and_unknown_logins_are_refused(client: ApiClient) -> None:
    assert (await client.post("/login", {"type": "m.login.magic"})).errcode == "M_UNKNOWN"
    assert (await client.post("/login", {"type": "m.login.password"})).errcode == "M_MISSING_PARAM"
    without_password: JsonObject = {"type": "m.login.password", "user": "alice"}
    assert (await client.post("/login", without_password)).errcode == "M_MISSING_PARAM"


async def test_account_without_password_has_none_that_fits(client: ApiClient, services: Services) -> None:
    user_id = new_user_id("bot", services.server_name)
    assert await register_account(services.accounts, Registration(user_id)) is None
    for password in ("", "None", "nobody"):
        assert (await client.try_log_in("bot", password)).status == 403


async def test_login_to_a_known_device_ends_its_older_session(client: ApiClient, alice: ApiClient) -> None:
    again = await client.log_in("alice", device_id=alice.device_id, initial_device_display_name="ignored")
    assert again.device_id == alice.device_id
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"
    devices = (await again.get("/devices")).ok()["devices"]
    assert [device.get("display_name") for device in devices] == [None]


async def test_impossible_device_id_is_refused(client: ApiClient, alice: ApiClient) -> None:
    assert (await client.try_log_in("alice", device_id="x" * 256)).errcode == "M_INVALID_PARAM"
    odd = await client.log_in("alice", device_id="a\0/b\ue000")
    assert (await odd.whoami()).ok()["device_id"] == "a\0/b\ue000"


async def test_missing_and_unknown_tokens(client: ApiClient) -> None:
    assert (await client.whoami()).errcode == "M_MISSING_TOKEN"
    for token in ("x", "a.b.c", "x" * 5000, "ü", "eyJhbGciOiJub25lIn0.e30."):
        reply = await client.with_token(None).request(
            "GET", "/account/whoami", headers={"Authorization": f"Bearer {token}"}
        )
        assert (reply.status, reply.errcode) == (401, "M_UNKNOWN_TOKEN")
    for header in ("Bearer ", "Bearer", "Basic YWxpY2U6eA==", ""):
        reply = await client.request("GET", "/account/whoami", headers={"Authorization": header})
        assert (reply.status, reply.errcode) == (401, "M_MISSING_TOKEN")


async def test_token_in_the_query_still_works(client: ApiClient, alice: ApiClient) -> None:
    assert alice.access_token is not None
    assert (await client.get("/account/whoami", access_token=alice.access_token)).status == 200


async def test_token_is_signed_by_our_key_for_our_name_and_with_our_algorithm(
    alice: ApiClient, services: Services
) -> None:
    """Forged tokens: another key under our key id, no signature, a MAC keyed with the public key."""
    assert alice.access_token is not None
    claims = jwt.decode(alice.access_token, options={"verify_signature": False})
    headers = {"kid": jwt.get_unverified_header(alice.access_token)["kid"]}
    keys = services.accounts.tokens._keys
    ours = Ed25519PrivateKey.from_private_bytes(keys.seeds[keys.newest])
    forged = [
        jwt.encode(claims, Ed25519PrivateKey.generate(), "EdDSA", headers=headers),
        jwt.encode(claims, "", "none", headers=headers),
        jwt.encode(claims, ours.public_key().public_bytes_raw(), "HS256", headers=headers),
        jwt.encode({**claims, "iss": "elsewhere.org"}, ours, "EdDSA", headers=headers),
        jwt.encode(claims, ours, "EdDSA", headers={"kid": "other"}),
        jwt.encode({**claims, "session": "x"}, ours, "EdDSA", headers=headers),
    ]
    for token in forged:
        assert (await alice.with_token(token).whoami()).errcode == "M_UNKNOWN_TOKEN"
    assert jwt.get_unverified_header(alice.access_token)["alg"] == "EdDSA"


async def test_secrets_are_not_predictable(client: ApiClient, services: Services) -> None:
    """CVE-2019-5885, CVE-2019-11842: no two secrets alike, none from a clock, which stands still here."""
    people = await asyncio.gather(*(client.register(f"user{n}", refresh_token=True) for n in range(5)))
    sessions = [(await client.post("/register", {})).json["session"] for _ in range(5)]
    assert len({person.access_token for person in people}) == 5
    assert len({person.device_id for person in people}) == 5
    assert len(set(sessions)) == 5
    assert all(len(session) >= 22 for session in sessions)


async def test_password_is_nowhere_in_the_database_or_the_log(
    client: ApiClient, services: Services, capfd: pytest.CaptureFixture[str]
) -> None:
    """CVE-2023-41335: a password must not lie in a waiting session of user-interactive authentication."""
    secret = "plain-secret-of-mine"
    body = {"username": "carol", "password": secret}
    assert (await client.post("/register", {**body, "auth": {"type": "wrong"}})).status == 401
    await client.register("carol", password=secret)
    carol = await client.log_in("carol", secret)
    await carol.post("/account/password", {"new_password": secret + "2"})
    await carol.post("/account/password", {"new_password": secret + "2", "auth": carol.password_auth(secret)})
    await client.try_log_in("carol", secret + "3")
    async with services.db.acquire() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            rows = await conn.fetch(f'SELECT t::text FROM "{table}" t')
            assert not any(secret in row[0] for row in rows), table
    output = capfd.readouterr()
    assert secret not in output.out + output.err
    assert str(carol.access_token) not in output.out + output.err


async def test_deactivated_user_cannot_log_in(client: ApiClient, alice: ApiClient) -> None:
    """CVE-2023-32682."""
    (await alice.post("/account/deactivate", {"auth": alice.password_auth()})).ok()
    assert (await client.try_log_in("alice")).status == 403
    assert (await alice.whoami()).errcode == "M_UNKNOWN_TOKEN"


async def test_login_that_overlaps_the_deactivation_is_refused(
    client: ApiClient, alice: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = services.accounts
    account = await find_account(ctx, "alice")

    async def matches_and_is_deactivated(password: str, stored: str | None) -> bool:
        await deactivate_account(ctx, account.user_nid)
        return True

    monkeypatch.setattr(ctx.passwords, "matches", matches_and_is_deactivated)
    reply = await client.try_log_in("alice")
    assert (reply.status, reply.errcode) == (403, "M_USER_DEACTIVATED")


async def test_checked_token_is_remembered_and_not_asked_for_again(
    alice: ApiClient, services: Services
) -> None:
    assert (await alice.whoami()).status == 200
    await services.db.close()
    assert (await alice.whoami()).status == 200


async def test_revoked_while_being_checked_is_not_remembered(alice: ApiClient, services: Services) -> None:
    tokens = services.accounts.tokens
    assert alice.access_token is not None
    select = sessions.select_session

    async def revoked_meanwhile(conn: Connection, session_nid: int) -> Session | None:
        session = await select(conn, session_nid)
        assert session is not None
        tokens.forget_user(session.user_nid)
        return session

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sessions, "select_session", revoked_meanwhile)
        await tokens.authenticate(alice.access_token)
    assert len(tokens) == 0


async def test_remembered_tokens_are_bounded(
    client: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access_tokens, "MAX_REMEMBERED", 3)
    people = [await client.register(f"user{n}") for n in range(5)]
    for person in people * 2:
        assert (await person.whoami()).status == 200
    assert len(services.accounts.tokens) == 3
    assert len(services.accounts.tokens._tokens_of) == 3


async def test_busy_password_threads_are_503(
    client: ApiClient, alice: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("homeserver.accounts.passwords.MAX_WAITING", 0)
    assert (await client.try_log_in("alice")).status == 503
