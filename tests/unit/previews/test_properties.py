"""What previews are made of: what pages say, whom to ask by oEmbed, in which language."""

import pytest
from yarl import URL

from homeserver.previews.extract import Extract
from homeserver.previews.make_preview import properties_of
from homeserver.previews.oembed import endpoint_of, parse_oembed
from homeserver.previews.preview_url import languages_of


def extract(**said: str) -> Extract:
    rest = {"title": "", "heading": "", "description": "", "text": "", "image": "", "oembed": ""}
    return Extract(
        properties={n: v for n, v in said.items() if ":" in n}, **{n: said.get(n, "") for n in rest}
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, {}),
        ({"og:title": "a", "twitter:title": "b", "title": "c"}, {"og:title": "a"}),
        ({"twitter:title": "b", "title": "c"}, {"og:title": "b"}),
        ({"heading": "d", "text": "e"}, {"og:title": "d", "og:description": "e"}),
        ({"title": "c", "description": "f", "text": "e"}, {"og:title": "c", "og:description": "f"}),
        ({"twitter:image:src": "/i", "image": "/j"}, {"og:image": "/i"}),
        ({"og:site_name": "S", "twitter:site": "@s"}, {"og:site_name": "S"}),
    ],
)
def test_words_for_machines_come_before_those_for_people(
    said: dict[str, str], expected: dict[str, str]
) -> None:
    assert properties_of(extract(**said)) == expected


def test_a_long_text_ends_at_a_word() -> None:
    described = properties_of(extract(text="word " * 300))["og:description"]
    assert len(described) <= 501
    assert described.endswith("word…")


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.youtube.com/watch?v=abc", "https://www.youtube.com/oembed"),
        ("https://youtu.be/abc", "https://www.youtube.com/oembed"),
        ("https://vimeo.com/123", "https://vimeo.com/api/oembed.json"),
        ("https://x.com/somebody/status/1", "https://publish.twitter.com/oembed"),
    ],
)
def test_known_sites_are_asked_by_oembed(url: str, site: str) -> None:
    endpoint = URL(endpoint_of(URL(url)) or "")
    assert (str(endpoint.with_query(None)), endpoint.query["url"]) == (site, url)


@pytest.mark.parametrize(
    "url", ["https://youtube.com.evil.example/watch?v=1", "https://evil.example/youtu.be/1", "https://x.com/"]
)
def test_sites_that_are_named_alike_are_not(url: str) -> None:
    assert endpoint_of(URL(url)) is None


def test_an_oembed_answer_of_the_wrong_shape_is_none() -> None:
    photo = parse_oembed(b'{"type": "photo", "url": "u", "thumbnail_url": "t", "author_name": "A"}')
    assert photo is not None
    assert photo.properties() == {"og:title": "A", "og:image": "u"}
    for raw in (b"", b"[]", b'{"title": []}', b"\xff", b"[" * 10_000):
        assert parse_oembed(raw) is None


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("", "en"),
        ("*", "en"),
        ("de", "de"),
        ("de-DE,de;q=0.9,en;q=0.8,fr;q=0.7", "de-de, de;q=0.8, en;q=0.7"),
        ("x\r\nHost: evil, <b>, de", "de"),
    ],
)
def test_languages_are_sent_on_in_one_form(header: str | None, expected: str) -> None:
    assert languages_of(header) == expected
