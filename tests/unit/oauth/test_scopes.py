import pytest

from homeserver.oauth.errors import OAuthError
from homeserver.oauth.scopes import parse_scope

API = "urn:matrix:client:api:*"
DEVICE = "urn:matrix:client:device:"
OLD_API = "urn:matrix:org.matrix.msc2967.client:api:*"
OLD_DEVICE = "urn:matrix:org.matrix.msc2967.client:device:"


def test_stable_and_unstable_names_are_understood() -> None:
    assert parse_scope(f"{API} {DEVICE}AAABBBCCCDDD").device_id == "AAABBBCCCDDD"
    assert parse_scope(f"{OLD_API} {OLD_DEVICE}abc").text == f"{OLD_API} {OLD_DEVICE}abc"
    both = f"{API} {DEVICE}X {OLD_API} {OLD_DEVICE}X"
    assert parse_scope(both).text == both


def test_unknown_scopes_are_not_granted() -> None:
    assert parse_scope(f"openid  {API} email {DEVICE}a:b").text == f"{API} {DEVICE}a:b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        API,
        f"{DEVICE}X",
        f"{API} {DEVICE}",
        f"{API} {DEVICE}X {DEVICE}Y",
        f"{API} {DEVICE}X {OLD_DEVICE}Y",
        f"{API} {DEVICE}{'x' * 256}",
        f"{API} {DEVICE}ü",
        f'{API} {DEVICE}a"b',
        f"{API} {DEVICE}a\\b",
        f"{API}\t{DEVICE}a",
        f"urn:matrix:client:api:read:* {DEVICE}X",
        f"{API} {DEVICE}X " + "y" * 3000,
    ],
)
def test_scope_must_be_full_access_for_exactly_one_device(text: str) -> None:
    with pytest.raises(OAuthError) as refusal:
        parse_scope(text)
    assert refusal.value.error == "invalid_scope"
