"""What mails look like on the wire."""

from email import message_from_bytes
from email.policy import default

import pytest

from homeserver.mail.addresses import InvalidAddress, canonical_address, wire_address
from homeserver.mail.build_message import build_message
from homeserver.mail.templates import Letter, Templates

LETTERS = {
    "confirm_registration": {"url", "lifetime"},
    "reset_password": {"url", "lifetime", "user_id"},
    "confirm_address": {"url", "lifetime"},
    "address_in_use": {"user_id"},
    "address_unknown": set(),
    "password_changed": {"user_id"},
    "address_added": {"user_id", "address"},
    "address_removed": {"user_id"},
    "test": set(),
}


@pytest.mark.parametrize("name", LETTERS)
def test_both_parts_say_the_same_and_html_is_escaped(name: str) -> None:
    """Mails once carried what others had chosen as HTML (CVE-2021-21333)."""
    values = dict.fromkeys(LETTERS[name], '<img src="x">')
    letter = Templates().render(name, {"server_name": "example.org", **values})
    assert "example.org" in letter.subject
    assert "<img" not in letter.html
    assert "{" not in letter.text
    for _ in LETTERS[name]:
        assert '<img src="x">' in letter.text
        assert "&lt;img" in letter.html
    assert "src=" not in letter.html.replace("&lt;img src=", ""), "nothing is fetched when it is read"


def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(Exception, match="user_id"):
        Templates().render("password_changed", {"server_name": "example.org"})


def test_no_header_can_be_smuggled_in() -> None:
    evil = "x\r\nBcc: eve@example.com\r\n\r\nbody"
    letter = Templates().render("address_unknown", {"server_name": evil})
    assert "\n" not in letter.subject
    raw = build_message("Parlour <chat@example.org>", "alice@example.com", letter, 0)
    message = message_from_bytes(raw, policy=default)
    assert message["Bcc"] is None
    with pytest.raises(ValueError, match=r"[Ll]ine|header"):
        build_message("chat@example.org", "alice@example.com", Letter(evil, "", ""), 0)
    with pytest.raises(ValueError, match=r"[Ll]ine|header"):
        build_message("chat@example.org", "a@example.com", Letter("x", "", ""), 0, unsubscribe_url=evil)


@pytest.mark.parametrize(
    ("written", "canonical", "wire"),
    [
        ("Strauß@Example.com", "strauss@example.com", "strauss@example.com"),
        ("bob@Example.com", "bob@example.com", "bob@example.com"),
        ("a.b+c@localhost", "a.b+c@localhost", "a.b+c@localhost"),
        ("info@MÜNCHEN.example", "info@münchen.example", "info@xn--mnchen-3ya.example"),
        ("info@xn--mnchen-3ya.example", "info@münchen.example", "info@xn--mnchen-3ya.example"),
        ("用户@例え.example", "用户@例え.example", "用户@xn--r8jz45g.example"),
    ],
)
def test_addresses_that_are_the_same_have_one_form(written: str, canonical: str, wire: str) -> None:
    assert canonical_address(written) == canonical
    assert canonical_address(canonical) == canonical
    assert wire_address(canonical) == wire


@pytest.mark.parametrize(
    "text",
    [
        "", "alice", "@example.org", "alice@", "alice@@example.org", "a@b@example.org", "alice@-x.org",
        "alice@x..org", ".a@x.org", "a.@x.org", "a..b@x.org", "Alice <alice@example.org>", "mailto:a@x.org",
        "alice@example.org\r\nBcc: eve@example.com", "alice@example.org\n", " alice@example.org", "a b@x.org",
        "a,b@x.org", '"a b"@x.org', "a@[127.0.0.1]", "a\0@x.org", "a\u202e@x.org", "a" * 65 + "@x.org",
        "a@" + "x" * 64 + ".org", "a@" + "x." * 130 + "org", "a@x_y.org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidAddress):
        canonical_address(text)
