"""What calls need of the server."""

import base64
import hashlib
import hmac

import pytest
from pydantic import ValidationError

from federation.protocol.ids import UserId
from homeserver.accounts.turn_credentials import turn_credentials
from homeserver.config.turn import Turn
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock

URIS = ["turn:turn.example.org:3478?transport=udp", "turns:turn.example.org:5349?transport=tcp"]
LIVEKIT = "https://rtc.example.org/livekit/jwt"
TRANSPORTS = "/_matrix/client/unstable/org.matrix.msc4143/rtc/transports"
KEYS = {"public_keys": {"ed25519": "6yhHGKhCiXTSEN2ksjV7kX/N6rBQZ3Xb+M7LlC6NS+s"}}

CONFIGURED: JsonObject = {
    "turn": {"uris": URIS, "shared_secret": "north", "lifetime": "2h"},
    "rtc": {"livekit_service_urls": [LIVEKIT]},
    "well_known": {"policy_server": KEYS},
}


@pytest.mark.parametrize("overrides", [CONFIGURED])
async def test_servers_for_calls_are_announced(alice: ApiClient, client: ApiClient, clock: FakeClock) -> None:
    turn = (await alice.get("/voip/turnServer")).ok()
    expires, _, user_id = turn["username"].partition(":")
    assert (user_id, int(expires)) == (alice.user_id, clock.now_ms() // 1000 + 7200)
    expected = hmac.new(b"north", turn["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(turn["password"]) == expected
    assert (turn["uris"], turn["ttl"]) == (URIS, 7200)
    assert (await client.get("/voip/turnServer")).status == 401

    livekit = [{"type": "livekit", "livekit_service_url": LIVEKIT}]
    assert (await alice.get(TRANSPORTS)).ok() == {"rtc_transports": livekit}
    assert (await client.get(TRANSPORTS)).status == 401
    found = (await client.get("/.well-known/matrix/client")).ok()
    assert found["org.matrix.msc4143.rtc_foci"] == livekit
    assert (await client.get("/.well-known/matrix/policy_server")).ok() == KEYS


async def test_nothing_is_announced_that_is_not_there(alice: ApiClient) -> None:
    missing = await alice.get("/voip/turnServer")
    assert (missing.status, missing.errcode) == (404, "M_NOT_FOUND")
    assert (await alice.get(TRANSPORTS)).ok() == {"rtc_transports": []}
    assert "org.matrix.msc4143.rtc_foci" not in (await alice.get("/.well-known/matrix/client")).ok()
    assert (await alice.get("/.well-known/matrix/policy_server")).status == 404


def test_turn_server_with_a_fixed_account_needs_no_secret() -> None:
    turn = Turn.model_validate({"uris": URIS, "username": "parlour", "password": "secret"})
    credentials = turn_credentials(turn, UserId("@alice:example.org"), 0)
    assert (credentials.username, credentials.password) == ("parlour", "secret")
    assert "secret" not in repr(credentials)


@pytest.mark.parametrize("wrong", [{"uris": URIS}, {"uris": URIS, "username": "x"}, {"uris": ["https://x"]}])
def test_turn_server_nobody_could_log_in_to_is_refused(wrong: JsonObject) -> None:
    with pytest.raises(ValidationError):
        Turn.model_validate(wrong)
