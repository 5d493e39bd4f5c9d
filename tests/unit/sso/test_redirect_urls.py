"""Where a browser may be led with a login token, and what people are shown of it."""

import pytest

from homeserver.errors import InvalidParam
from homeserver.sso.redirect_urls import check_redirect_url, is_known, shown_client, with_login_token

KNOWN = ("https://app.example.org/client", "https://matrix.example.org", "element:")


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example.org/",
        "https://app.example.org:8443/a%20b?c=d#/e",
        "http://localhost:1234/callback",
        "http://[::1]:1234/",
        "element:/vector/webapp?x=1",
        "io.element.desktop:/vector/webapp/",
        "nheko://sso",
    ],
)
def test_addresses_of_web_and_native_clients_pass(url: str) -> None:
    check_redirect_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/relative",
        "app.example.org",
        "JavaScript:alert(1)",
        "view-source:https://app.example.org/",
        "https://",
        "https://app.example.org:0/",
        "https://app.example.org:99999/",
        "https://app.example.org:x/",
        "https://[::1/",
        "https://user@app.example.org/",
        "https://:secret@app.example.org/",
        "https://app.example.org/a b",
        "https://app.example.org/\t",
        'https://app.example.org/"',
        "https://app.example.org\\@evil.example.net/",
    ],
)
def test_addresses_that_lead_nowhere_or_hide_where_do_not(url: str) -> None:
    with pytest.raises(InvalidParam):
        check_redirect_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://app.example.org/client", True),
        ("https://app.example.org/client/deep?x", True),
        ("https://app.example.org/clientele", False),
        ("https://app.example.org/", False),
        ("https://app.example.org/client/../other", False),
        ("https://app.example.org/client/%2E%2e/other", False),
        ("http://app.example.org/client", False),
        ("https://app.example.org:444/client", False),
        ("https://app.example.org.evil.net/client", False),
        ("https://matrix.example.org", True),
        ("https://matrix.example.org/anything", True),
        ("https://matrix.example.org.evil.net/", False),
        ("element:/vector", True),
        ("elements:/vector", False),
    ],
)
def test_known_is_what_has_the_origin_and_is_below_the_path(url: str, expected: bool) -> None:
    assert is_known(url, KNOWN) is expected


def test_people_are_shown_where_it_leads_and_nothing_that_distracts() -> None:
    assert shown_client("https://evil.net:8443/https://app.example.org/?a#b") == "https://evil.net:8443"
    assert shown_client("element:/vector") == "element:"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.org", "https://a.org?loginToken=t"),
        ("https://a.org/?x=1&y=", "https://a.org/?x=1&y=&loginToken=t"),
        (
            "https://a.org/?loginToken=old&x=%26&loginToken=older#/f?g",
            "https://a.org/?x=%26&loginToken=t#/f?g",
        ),
        ("app:/path", "app:/path?loginToken=t"),
    ],
)
def test_the_token_takes_the_place_of_others_in_the_query(url: str, expected: str) -> None:
    assert with_login_token(url, "t") == expected
