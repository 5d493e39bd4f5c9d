"""The key by which push services know this server."""

from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from homeserver.config import Settings
from homeserver.pushers.check_pusher import decode_key
from homeserver.pushers.vapid import TOKEN_LIFETIME_S, Vapid, VapidKeyUnusable
from tests.support.fake_clock import FakeClock


def vapid_of(folder: Path, clock: FakeClock) -> Vapid:
    written = {"server_name": "example.org", "data_dir": folder, "public_baseurl": "https://example.org"}
    return Vapid(Settings.model_validate(written), clock)


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path, clock: FakeClock) -> None:
    first = vapid_of(tmp_path, clock).public_key
    assert vapid_of(tmp_path, clock).public_key == first
    assert (tmp_path / "vapid.pem").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["vapid.pem"]


def test_a_file_that_holds_no_such_key_is_named(tmp_path: Path, clock: FakeClock) -> None:
    (tmp_path / "vapid.pem").write_text("not a key")
    with pytest.raises(VapidKeyUnusable, match=r"vapid\.pem"):
        _ = vapid_of(tmp_path, clock).public_key


def test_a_push_service_can_check_who_asks_and_until_when(tmp_path: Path, clock: FakeClock) -> None:
    vapid = vapid_of(tmp_path, clock)
    header = vapid.authorization("https://push.example.net/send/secret")
    assert header == vapid.authorization("https://push.example.net/send/other")
    assert header != vapid.authorization("https://push.example.com/")
    token, key = (part.split("=")[1] for part in header.removeprefix("vapid ").split(", "))
    public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), decode_key(key))
    claims = jwt.decode(
        token, public, ["ES256"], audience="https://push.example.net", options={"verify_exp": False}
    )
    assert claims == {
        "aud": "https://push.example.net",
        "exp": clock.now_ms() // 1000 + TOKEN_LIFETIME_S,
        "sub": "https://example.org",
    }
    clock.advance(TOKEN_LIFETIME_S * 1000)
    assert vapid.authorization("https://push.example.net/") != header
