"""What a page says of itself, however it is written."""

import pytest

from homeserver.previews.extractor import encoding_of, extract


def test_what_a_page_declares_is_returned() -> None:
    page = b"""<!DOCTYPE html><html><head><title> A  &amp; B </title><title>not this</title>
    <meta property="OG:Title" content="Open &quot;Graph&quot;"><meta property="og:title" content="second">
    <meta name="twitter:description" content="short"><meta name="description" content="long">
    <meta name="viewport" content="x"><link rel="image_src" href="/a.png">
    <link rel="alternate" type="application/json+oembed" href="/oembed?x=1&amp;y=2">
    </head><body><header>Menu</header><h1>Heading</h1><p>One<br>two<script>no</script> <b>bo</b>ld.</p>
    <nav><nav>deep</nav>still menu</nav><style>no</style><p>Three"""
    assert extract(page, None) == {
        "properties": {"og:title": 'Open "Graph"', "twitter:description": "short"},
        "title": "A & B",
        "heading": "Heading",
        "description": "long",
        "text": "Heading One two bold. Three",
        "image": "/a.png",
        "oembed": "/oembed?x=1&y=2",
    }


@pytest.mark.parametrize(
    "page", [b"", b"\x00\x00", b"plain text", b"<", b"<!--", b"<html", b"\xff\xfe", b"<p a=>"]
)
def test_what_is_no_page_says_little_and_harms_nobody(page: bytes) -> None:
    assert extract(page, None)["properties"] == {}


def test_deep_nesting_is_read_in_a_moment() -> None:
    """CVE-2022-31052."""
    page = b"<title>deep</title><body>" + b"<div>" * 200_000 + b"text"
    found = extract(page, None)
    assert found["title"] == "deep"


def test_what_is_extracted_is_bounded() -> None:
    many = b"".join(b'<meta property="og:x%d" content="v">' % n for n in range(1_000))
    page = b"<title>" + b"t" * 100_000 + b"</title>" + many + b"<body>" + b"word " * 100_000
    found = extract(page, None)
    assert len(found["properties"]) == 100
    assert len(found["title"]) == len(found["text"]) == 2_000


@pytest.mark.parametrize(
    ("encoding", "label", "text"),
    [
        ("shift_jis", b"x-sjis", "日本語のページ"),
        ("gb18030", b"gb2312", "汉字与€"),
        ("euc_kr", b"euc-kr", "한국어"),
        ("cp1252", b"iso-8859-1", "naïve €"),
        ("koi8-r", b"koi8-r", "Привет"),
    ],
)
def test_a_declared_character_set_is_read_as_browsers_do(encoding: str, label: bytes, text: str) -> None:
    page = b"<meta charset='" + label + b"'><title>" + text.encode(encoding) + b"</title>"
    assert extract(page, None)["title"] == text
    plain = b"<title>" + text.encode(encoding) + b"</title>"
    assert extract(plain, label.decode())["title"] == text


def test_an_undeclared_character_set_is_guessed() -> None:
    text = "Это совершенно обычная страница, на которой написано несколько русских предложений. " * 3
    page = b"<title>" + text.encode("cp1251") + b"</title>"
    assert extract(page, None)["title"] == text.strip()
    assert encoding_of("héllo".encode(), None) == "utf-8"
    assert encoding_of("\ufeffx".encode("utf-16-le"), "utf-8") == "utf-16-le"


@pytest.mark.parametrize("label", ["no such thing", "rot13", "zlib", "idna", "a\x00b", "\udc80"])
def test_a_character_set_that_is_none_is_ignored(label: str) -> None:
    assert encoding_of(b"<title>x</title>", label) == "utf-8"
