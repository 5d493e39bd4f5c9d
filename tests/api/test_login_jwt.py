"""Logging in with a JSON Web Token that the operator's own system has signed."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import orjson
import pytest
from joserfc import jwk, jwt

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.support.fake_clock import FakeClock

SECRET = "a secret of thirty-two bytes, or so"
NOW_S = 1_700_000_000
HS256: JsonObject = {
    "jwt": {
        "secret": SECRET,
        "issuer": "https://login.example.org",
        "audiences": ["matrix", "other"],
        "display_name_claim": "name",
    }
}
RSA = jwk.RSAKey.generate_key(2048)
RS256: JsonObject = {
    "jwt": {
        "secret": RSA.as_pem(private=False).decode(),
        "algorithm": "RS256",
        "subject_claim": "uid",
    }
}
GOOD: JsonObject = {
    "iss": "https://login.example.org",
    "aud": "matrix",
    "sub": "dave",
    "name": "Dave",
    "exp": NOW_S + 60,
}


def sign(claims: Mapping[str, object], key: jwk.Key | None = None, algorithm: str = "HS256") -> str:
    return jwt.encode(
        {"alg": algorithm}, dict(claims), key or jwk.OctKey.import_key(SECRET), algorithms=[algorithm]
    )


def unsigned(claims: Mapping[str, object]) -> str:
    parts = (orjson.dumps({"alg": "none", "typ": "JWT"}), orjson.dumps(dict(claims)))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


async def log_in(client: ApiClient, token: str) -> Reply:
    return await client.post("/login", {"type": "org.matrix.login.jwt", "token": token})


@pytest.mark.parametrize("overrides", [HS256])
async def test_a_good_token_makes_the_account_and_logs_it_in_again(client: ApiClient) -> None:
    assert {"type": "org.matrix.login.jwt"} in (await client.get("/login")).ok()["flows"]
    dave = client.logged_in((await log_in(client, sign(GOOD))).ok())
    assert (await dave.whoami()).ok()["user_id"] == "@dave:example.org"
    assert (await dave.get(f"/profile/{dave.user_id}")).ok()["displayname"] == "Dave"
    again = client.logged_in((await log_in(client, sign({**GOOD, "sub": "DAVE"}))).ok())
    assert again.user_id == dave.user_id


@pytest.mark.parametrize("overrides", [HS256])
async def test_whatever_is_wrong_with_a_token_it_logs_nobody_in(client: ApiClient, clock: FakeClock) -> None:
    without_issuer = {name: value for name, value in GOOD.items() if name != "iss"}
    without_audience = {name: value for name, value in GOOD.items() if name != "aud"}
    good = sign(GOOD)
    bad = {
        "expired": sign({**GOOD, "exp": NOW_S}),
        "not valid yet": sign({**GOOD, "nbf": NOW_S + 60}),
        "wrong issuer": sign({**GOOD, "iss": "https://evil.example.org"}),
        "no issuer": sign(without_issuer),
        "wrong audience": sign({**GOOD, "aud": "somebody"}),
        "no audience": sign(without_audience),
        "no subject": sign({**GOOD, "sub": None}),
        "a subject that is no text": sign({**GOOD, "sub": ["dave"]}),
        "a subject that is no name": sign({**GOOD, "sub": "d a v e"}),
        "a subject elsewhere": sign({**GOOD, "sub": "@dave:elsewhere.org"}),
        "an expiry that is no time": sign({**GOOD, "exp": "never"}),
        "not signed": unsigned(GOOD),
        "signature cut off": good.rpartition(".")[0] + ".",
        "another secret": sign(GOOD, jwk.OctKey.import_key("x" * 40)),
        "another algorithm": sign(GOOD, algorithm="HS512"),
        "no token": "nonsense",
        "long": "x" * 20_000,
    }
    for reason, token in bad.items():
        reply = await log_in(client, token)
        assert (reply.status, reply.errcode) == (403, "M_FORBIDDEN"), f"{reason}: {reply.body!r}"
    clock.advance(60_000)
    assert (await log_in(client, good)).errcode == "M_FORBIDDEN"


@pytest.mark.parametrize("overrides", [RS256])
async def test_the_public_key_is_no_shared_secret_and_an_audience_is_somebody_elses(
    client: ApiClient,
) -> None:
    claims = {"uid": "erin", "exp": NOW_S + 60}
    assert (await log_in(client, sign({**claims, "aud": "somebody"}, RSA, "RS256"))).errcode == "M_FORBIDDEN"
    assert (await log_in(client, sign(claims, RSA, "RS256"))).ok()["user_id"] == "@erin:example.org"
    assert (await log_in(client, _signed_with_public_half(claims))).errcode == "M_FORBIDDEN"


@pytest.mark.parametrize("overrides", [HS256])
async def test_a_deactivated_or_locked_user_does_not_log_in_by_token(
    client: ApiClient, services: Services
) -> None:
    """CVE-2023-32682 of Synapse."""
    (await log_in(client, sign(GOOD))).ok()
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE accounts SET is_locked = true")
    assert (await log_in(client, sign(GOOD))).errcode == "M_USER_LOCKED"
    async with services.db.acquire() as conn:
        await conn.execute("UPDATE accounts SET is_locked = false, deactivated_ts = 1")
    assert (await log_in(client, sign(GOOD))).errcode == "M_USER_DEACTIVATED"


async def test_there_is_no_such_login_where_no_secret_is_configured(client: ApiClient) -> None:
    flows = (await client.get("/login")).ok()["flows"]
    assert "org.matrix.login.jwt" not in {flow["type"] for flow in flows}
    assert (await log_in(client, sign(GOOD))).errcode == "M_UNKNOWN"


def _signed_with_public_half(claims: Mapping[str, object]) -> str:
    """Return a token whose HMAC is made with the text of the public key, as the old attack on JWT does."""
    parts = (orjson.dumps({"alg": "HS256", "typ": "JWT"}), orjson.dumps(dict(claims)))
    signed = ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    mac = hmac.new(RSA.as_pem(private=False), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
