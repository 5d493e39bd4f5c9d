import orjson
import pytest

from homeserver.oauth.client_metadata import read_client_metadata, render_metadata
from homeserver.oauth.errors import OAuthError

GOOD = {
    "client_uri": "https://example.com/",
    "redirect_uris": ["https://app.example.com/callback"],
}


def read(**members: object) -> dict[str, object]:
    return render_metadata(read_client_metadata(orjson.dumps({**GOOD, **members})))


def refusal(**members: object) -> str:
    with pytest.raises(OAuthError) as refused:
        read(**members)
    return refused.value.error


def test_what_is_not_said_has_the_defaults_of_the_specification() -> None:
    assert read() == {
        **GOOD,
        "redirect_uris": ["https://app.example.com/callback"],
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "none",
        "application_type": "web",
    }


def test_values_that_are_not_understood_are_left_out() -> None:
    read_back = read(
        **{"client_name#fr": "Mon application", "contacts": ["x"], "software_id": 7},
        client_name="My App",
        response_types=["code", "code id_token"],
        grant_types=["refresh_token", "implicit", "authorization_code"],
        redirect_uris=["https://example.com/a", "https://example.com/a"],
    )
    assert read_back["client_name"] == "My App"
    assert read_back["response_types"] == ["code"]
    assert read_back["grant_types"] == ["authorization_code", "refresh_token"]
    assert read_back["redirect_uris"] == ["https://example.com/a"]
    assert not {"client_name#fr", "contacts", "software_id"} & set(read_back)


def test_client_uri_must_be_an_https_url_of_a_full_host_name() -> None:
    for uri in (
        "http://example.com/",
        "https://u@example.com/",
        "https://com/",
        "https://localhost/",
        "x",
        "",
    ):
        assert refusal(client_uri=uri) == "invalid_client_metadata"
    with pytest.raises(OAuthError):
        read_client_metadata(b'{"redirect_uris": ["https://example.com/"]}')


@pytest.mark.parametrize("name", ["logo_uri", "tos_uri", "policy_uri"])
def test_other_uris_must_be_https_on_the_clients_host(name: str) -> None:
    assert read(**{name: "https://www.example.com/x"})[name] == "https://www.example.com/x"
    for uri in (
        "http://example.com/x",
        "https://evil.org/",
        "https://u:p@example.com/",
        "javascript:alert(1)",
    ):
        assert refusal(**{name: uri}) == "invalid_client_metadata"


def test_name_that_could_deceive_is_refused() -> None:
    for name in ("", " ", "x" * 256, "two\nlines", "right\u202eto left", "nul\0"):
        assert refusal(client_name=name) == "invalid_client_metadata"


def test_secrets_and_unknown_kinds_are_refused() -> None:
    assert refusal(token_endpoint_auth_method="client_secret_basic") == "invalid_client_metadata"
    assert refusal(application_type="desktop") == "invalid_client_metadata"


def test_redirect_uris_are_needed_bounded_and_checked() -> None:
    assert refusal(redirect_uris=[]) == "invalid_redirect_uri"
    assert refusal(redirect_uris=[f"https://example.com/{n}" for n in range(21)]) == "invalid_redirect_uri"
    assert refusal(redirect_uris=["https://evil.org/"]) == "invalid_redirect_uri"
    device_only = read(redirect_uris=[], grant_types=["urn:ietf:params:oauth:grant-type:device_code"])
    assert device_only["redirect_uris"] == []


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"client_uri": 1}', b'{"client_uri": "\xff"}', b"[" * 9999]
)
def test_what_is_no_metadata_is_refused(body: bytes) -> None:
    with pytest.raises(OAuthError):
        read_client_metadata(body)
