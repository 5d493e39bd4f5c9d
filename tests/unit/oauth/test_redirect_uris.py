import pytest

from homeserver.oauth.errors import OAuthError
from homeserver.oauth.redirect_uris import check_redirect_uri, https_host, is_below, is_registered

HOST = "example.com"


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/callback",
        "https://app.example.com/callback",
        "https://example.com:5173/?query=value",
    ],
)
def test_https_on_the_clients_host_or_below_is_good_for_all(uri: str) -> None:
    check_redirect_uri(uri, HOST, is_native=False)
    check_redirect_uri(uri, HOST, is_native=True)


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/callback#fragment",
        "https://example.com/#",
        "http://example.com/callback",
        "http://localhost/",
        "https://example.com.evil.org/",
        "https://notexample.com/",
        "https://evil.org/example.com",
        "https://user@example.com/",
        "https://user:pw@example.com/",
        "https://evil.org\\@example.com/",
        "https://evil.org%2f.example.com/",
        "https://evil.org;.example.com/",
        "https://example.com:port/",
        "https:/example.com/",
        "https:example.com",
        "https:///example.com",
        "HTTPS://example.com/",
        "https://exämple.com/",
        "https://example.com/ x",
        "https://example.com/\n",
        "https://example.com/" + "x" * 2048,
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_anything_else_is_refused_for_web_clients(uri: str) -> None:
    with pytest.raises(OAuthError) as refusal:
        check_redirect_uri(uri, HOST, is_native=False)
    assert refusal.value.error == "invalid_redirect_uri"


@pytest.mark.parametrize(
    "uri",
    [
        "com.example.app:/callback",
        "com.example:/",
        "com.example:callback",
        "http://localhost/callback",
        "http://127.0.0.1/callback",
        "http://[::1]/callback",
        "http://localhost",
    ],
)
def test_private_schemes_and_loopback_are_good_for_native_clients_only(uri: str) -> None:
    check_redirect_uri(uri, HOST, is_native=True)
    with pytest.raises(OAuthError):
        check_redirect_uri(uri, HOST, is_native=False)


@pytest.mark.parametrize(
    "uri",
    [
        "example:/callback",
        "com.example.app://callback",
        "com.exampleapp:/callback",
        "com.example.app:/callback#x",
        "com.example.app:",
        "https://localhost/callback",
        "http://localhost:1234/callback",
        "http://localhost.evil.org/callback",
        "http://127.0.0.2/callback",
        "http://user@localhost/callback",
        "http://example.com/callback",
        "javascript:alert(1)",
        "data:text/html,x",
    ],
)
def test_native_clients_may_not_use_other_schemes_and_hosts(uri: str) -> None:
    with pytest.raises(OAuthError):
        check_redirect_uri(uri, HOST, is_native=True)


def test_a_host_without_dots_or_an_address_owns_no_scheme() -> None:
    with pytest.raises(OAuthError):
        check_redirect_uri("data:text/html,x", "data", is_native=True)
    assert not is_below("1.2.3.4.5", "2.3.4.5")
    assert is_below("a.b.example.com", HOST)


def test_redirect_uri_is_compared_as_text() -> None:
    registered = ("https://example.com/callback", "http://localhost/callback", "http://[::1]/x")
    assert is_registered("https://example.com/callback", registered)
    for uri in (
        "https://example.com/callback/",
        "https://example.com/callback?x=1",
        "https://example.com/CALLBACK",
        "https://example.com:443/callback",
        "https://example.com/callback/../callback",
        "",
    ):
        assert not is_registered(uri, registered)


def test_loopback_may_have_any_port() -> None:
    registered = ("http://localhost/callback", "http://[::1]/x")
    for uri in ("http://localhost:1/callback", "http://localhost:65535/callback", "http://[::1]:8080/x"):
        assert is_registered(uri, registered)
    for uri in (
        "http://localhost:65536/callback",
        "http://localhost:1/other",
        "http://127.0.0.1:1/callback",
        "http://localhost:1@evil.org/callback",
        "http://localhost:1/callback#x",
    ):
        assert not is_registered(uri, registered)


def test_host_of_an_https_url() -> None:
    assert https_host("https://Example.com:1/x") == "example.com"
    for url in ("http://example.com", "https://", "https://a@b.c", "https://-a.b", "https://[::1", "x"):
        assert https_host(url) is None
