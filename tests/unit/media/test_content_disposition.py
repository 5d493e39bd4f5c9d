import pytest

from homeserver.media.content_disposition import content_disposition


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (None, "inline"),
        ("cat.png", 'inline; filename="cat.png"'),
        ("a cat.png", 'inline; filename="a cat.png"'),
        ("War; Peace.pdf", 'inline; filename="War; Peace.pdf"'),
        ('a"b\\c', 'inline; filename="a\\"b\\\\c"'),
        ("Katze ä🐈.png", "inline; filename*=utf-8''Katze%20%C3%A4%F0%9F%90%88.png"),
        ("a\r\nSet-Cookie: x", "inline; filename*=utf-8''a%0D%0ASet-Cookie%3A%20x"),
        ("a\x00b", "inline; filename*=utf-8''a%00b"),
        ("a\ud800b", "inline; filename*=utf-8''a%3Fb"),
    ],
)
def test_names_cannot_leave_their_header(name: str | None, value: str) -> None:
    assert content_disposition("image/png", name) == value


def test_what_could_run_scripts_is_an_attachment() -> None:
    assert content_disposition("Image/SVG+xml", "x.svg") == 'attachment; filename="x.svg"'
    assert content_disposition("text/html", None) == "attachment"
