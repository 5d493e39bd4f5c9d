"""Identifiers: what is one, what is none, and what they are made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from federation.protocol.ids import (
    InvalidIdentifier,
    is_strict_localpart,
    localpart_of,
    parse_event_id,
    parse_room_alias,
    parse_room_id,
    parse_server_name,
    parse_user_id,
    server_name_of,
)

SERVER_NAMES = [
    "matrix.org",
    "matrix.org:8888",
    "1.2.3.4",
    "1.2.3.4:1234",
    "[1234:5678::abcd]",
    "[1234:5678::abcd]:5678",
    "[::ffff:1.2.3.4]",
    "localhost",
    "MATRIX.org",
]
NOT_SERVER_NAMES = [
    "",
    ":80",
    "matrix.org:",
    "matrix.org:123456",
    "matrix.org:80:80",
    "matrix_org",
    "mätrix.org",
    "matrix.org\n",
    "256.1.1.1",
    "[1234:5678::abcd",
    "[::1::]",
    "[]",
    "[1.2.3.4]",
    "::1",
    "matrix.org/path",
    "user@matrix.org",
    "٣.example",
    "a" * 256,
]


@pytest.mark.parametrize("text", SERVER_NAMES)
def test_server_name_of_the_grammar_is_accepted(text: str) -> None:
    assert parse_server_name(text) == text


@pytest.mark.parametrize("text", NOT_SERVER_NAMES)
def test_server_name_outside_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_server_name(text)


@pytest.mark.parametrize(
    "text",
    ["@alice:example.org", "@:example.org", "@Ünï c\tode/:[::1]:8448", "@a:" + "b" * 252, "@=2f:example.org"],
)
def test_user_id_is_accepted_historical_ones_included(text: str) -> None:
    assert parse_user_id(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@",
        "alice:example.org",
        "@alice",
        "@alice:",
        "@al\0ice:example.org",
        "@al\ud800ice:example.org",
        "@alice:exa mple.org",
        "#alice:example.org",
        "@a:" + "b" * 253,
        "@" + "é" * 122 + ":example.org",
    ],
)
def test_user_id_outside_of_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_user_id(text)


def test_identifier_length_is_counted_in_bytes() -> None:
    assert parse_user_id("@" + "é" * 121 + ":example.org")


def test_room_alias_needs_its_sigil_and_a_domain() -> None:
    assert parse_room_alias("#a room:example.org") == "#a room:example.org"
    for text in ("#room", "!room:example.org", "#room:"):
        with pytest.raises(InvalidIdentifier):
            parse_room_alias(text)


def test_room_id_takes_the_form_of_its_room_version() -> None:
    hashed = "!" + "A-_9" * 10 + "abc"
    assert parse_room_id("!opaque:example.org") == "!opaque:example.org"
    assert parse_room_id("!opaque:example.org", with_domain=True) == "!opaque:example.org"
    assert parse_room_id(hashed) == parse_room_id(hashed, with_domain=False) == hashed


@pytest.mark.parametrize(
    ("text", "with_domain"),
    [
        ("!opaque", True),
        ("!opaque:example.org", False),
        ("!" + "a" * 42, False),
        ("!" + "a" * 44, False),
        ("!" + "a" * 42 + "+", False),
        ("!opaque:", None),
        ("!", None),
        ("opaque", None),
        ("!" + "a" * 255, None),
    ],
)
def test_room_id_of_the_wrong_form_is_refused(text: str, with_domain: bool | None) -> None:
    with pytest.raises(InvalidIdentifier):
        parse_room_id(text, with_domain=with_domain)


def test_event_id_is_opaque_behind_its_sigil() -> None:
    for text in ("$opaque:example.org", "$acR1l0raoZnm60CBwAVgqbZqoO/mYU81xysh1u7XcJk"):
        assert parse_event_id(text) == text
    for text in ("$", "opaque", "", "$a\0", "$" + "a" * 255):
        with pytest.raises(InvalidIdentifier):
            parse_event_id(text)


def test_parts_of_an_identifier() -> None:
    assert server_name_of("@alice:[::1]:8448") == "[::1]:8448"
    assert localpart_of("@alice:[::1]:8448") == "alice"
    assert localpart_of("!opaque") == "opaque"
    with pytest.raises(InvalidIdentifier):
        server_name_of("!opaque")


@pytest.mark.parametrize(
    ("localpart", "strict"),
    [("alice", True), ("a.b_c=d-e/f+9", True), ("", False), ("Alice", False), ("ä", False), ("a\n", False)],
)
def test_new_accounts_have_strict_localparts(localpart: str, strict: bool) -> None:
    assert is_strict_localpart(localpart) is strict


@pytest.mark.parametrize("parse", [parse_user_id, parse_room_id, parse_event_id, parse_room_alias])
def test_every_parser_refuses_the_empty_text(parse: Callable[[str], str]) -> None:
    with pytest.raises(InvalidIdentifier):
        parse("")
