from __future__ import annotations

import pytest

from client_desktop.core.text.links import (
    LinkKind,
    MatrixLink,
    find_links,
    matrix_to,
    matrix_uri,
    may_open,
    misleads,
    parse_matrix_link,
    shown_address,
)

ROOM = MatrixLink(LinkKind.ROOM, "!abc:example.org", "$event", ("example.org", "other.example:8448"))


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://matrix.to/#/@alice:example.org", MatrixLink(LinkKind.USER, "@alice:example.org")),
        ("https://matrix.to/#/%40alice%3Aexample.org", MatrixLink(LinkKind.USER, "@alice:example.org")),
        ("https://matrix.to/#/%23hut:example.org", MatrixLink(LinkKind.ALIAS, "#hut:example.org")),
        ("https://matrix.to/#/#hut:example.org", MatrixLink(LinkKind.ALIAS, "#hut:example.org")),
        ("https://matrix.to/#/!abc:example.org/$event?via=example.org&via=other.example:8448", ROOM),
        ("matrix:roomid/abc:example.org/e/event?via=example.org&via=other.example:8448", ROOM),
        (
            "matrix:u/alice:example.org?action=chat",
            MatrixLink(LinkKind.USER, "@alice:example.org", action="chat"),
        ),
        (
            "matrix:r/hut:example.org?action=join",
            MatrixLink(LinkKind.ALIAS, "#hut:example.org", action="join"),
        ),
        ("MATRIX:U/alice:example.org", None),
        ("matrix:user/alice:example.org", MatrixLink(LinkKind.USER, "@alice:example.org")),
        ("matrix://example/u/alice", None),
        ("https://matrix.to/#/!domainless", MatrixLink(LinkKind.ROOM, "!domainless")),
        ("https://matrix.to/#/@alice", None),
        ("https://matrix.to/#/+group:example.org", None),
        ("https://matrix.to/", None),
        ("https://matrix.to.evil.example/#/@alice:example.org", None),
        ("matrix:u/alice:example.org/e/event", None),
        ("matrix:roomid/abc/x/event", None),
        ("https://matrix.to/#/@a:example.org\u202e", None),
        ("https://matrix.to/#/@" + "a" * 300 + ":example.org", None),
        ("matrix:u/alice:example.org?action=delete", MatrixLink(LinkKind.USER, "@alice:example.org")),
        ("https://example.org", None),
    ],
)
def test_both_spellings_of_a_matrix_link_are_understood(address: str, link: MatrixLink | None) -> None:
    assert parse_matrix_link(address) == link


@pytest.mark.parametrize(
    "link",
    [
        ROOM,
        MatrixLink(LinkKind.USER, "@alice/x+y:example.org"),
        MatrixLink(LinkKind.ALIAS, "#hütte ä:example.org".replace(" ", "")),
        MatrixLink(LinkKind.ROOM, "!domainless", "$a/b+c"),
    ],
)
def test_what_is_written_is_read_back(link: MatrixLink) -> None:
    assert parse_matrix_link(matrix_to(link)) == link
    assert parse_matrix_link(matrix_uri(link)) == link


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("see https://example.org.", ["https://example.org"]),
        ("(https://en.wikipedia.org/wiki/Hut_(house))", ["https://en.wikipedia.org/wiki/Hut_(house)"]),
        ("www.example.org, now", ["https://www.example.org"]),
        ("a@b and mailto:a@b.example", ["mailto:a@b.example"]),
        ("@alice:example.org!", ["https://matrix.to/#/@alice:example.org"]),
        ("#hut:example.org", ["https://matrix.to/#/%23hut:example.org"]),
        ("matrix:u/alice:example.org", ["matrix:u/alice:example.org"]),
        ("no links: javascript:alert(1) http:// 1:2", []),
        ("https://a.example/@bob:b.example", ["https://a.example/@bob:b.example"]),
    ],
)
def test_addresses_are_found_where_they_end(text: str, targets: list[str]) -> None:
    assert [link.target for link in find_links(text)] == targets


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("https://example.org", True),
        ("mailto:a@b.example", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("smb://host/share", False),
        ("ms-msdt:/id", False),
        ("https://", False),
        ("https://example.org/\u202e", False),
        ("https://example.org/a b", False),
        ("https://[::1", False),
    ],
)
def test_only_known_schemes_are_handed_to_the_system(address: str, allowed: bool) -> None:
    assert may_open(address) is allowed


@pytest.mark.parametrize(
    ("label", "address", "wrong"),
    [
        ("paypal.com", "https://evil.example", True),
        ("https://paypal.com/login", "https://evil.example", True),
        ("https://example.org/a", "https://www.example.org/b", False),
        ("our page", "https://evil.example", False),
        ("paypal\u202e.com", "https://evil.example", True),
        ("readme.txt", "https://example.org/readme.txt", True),
    ],
)
def test_words_that_are_another_address_are_noticed(label: str, address: str, wrong: bool) -> None:
    assert misleads(label, address) is wrong


def test_a_look_alike_host_is_shown_in_its_real_form() -> None:
    assert shown_address("https://p\u0430ypal.com/x") == "https://xn--pypal-4ve.com/x"
