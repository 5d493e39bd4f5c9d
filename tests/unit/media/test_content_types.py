import pytest

from homeserver.errors import InvalidParam
from homeserver.media.content_types import ImageFormat, is_inline, parse_content_type, sniff_image
from tests.unit.media.pictures import animation, picture


@pytest.mark.parametrize("header", [None, "", "  "])
def test_absent_content_type_is_octet_stream(header: str | None) -> None:
    assert parse_content_type(header, 255) == "application/octet-stream"


@pytest.mark.parametrize(
    "header",
    ["image/png", "text/plain; charset=utf-8", "Application/X-Tar", "multipart/form-data; boundary=x"],
)
def test_content_type_is_kept_as_it_came(header: str) -> None:
    assert parse_content_type(header, 255) == header


@pytest.mark.parametrize(
    "header",
    ["png", "image/", "image/png\x7f", "im age/png", "imäge/png", "image/png;\ta=b", "a/" + "b" * 254],
)
def test_what_is_no_content_type_is_refused(header: str) -> None:
    with pytest.raises(InvalidParam):
        parse_content_type(header, 255)


@pytest.mark.parametrize("content_type", ["image/png", "IMAGE/PNG", "text/plain; charset=utf-8", "Audio/Ogg"])
def test_harmless_types_are_inline_in_any_case(content_type: str) -> None:
    assert is_inline(content_type)


@pytest.mark.parametrize(
    "content_type", ["text/html", "Text/HTML", "image/svg+xml", "application/pdf", "image/png2"]
)
def test_all_other_types_are_attachments(content_type: str) -> None:
    assert not is_inline(content_type)


def test_images_are_told_by_their_bytes() -> None:
    assert sniff_image(picture((1, 1), "PNG")) is ImageFormat.PNG
    assert sniff_image(picture((1, 1), "JPEG")) is ImageFormat.JPEG
    assert sniff_image(picture((1, 1), "WEBP")) is ImageFormat.WEBP
    assert sniff_image(animation((1, 1), "GIF")) is ImageFormat.GIF


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "ICO", "PPM", "PDF", "EPS", "TGA", "PCX"])
def test_other_image_formats_are_not_recognised(image_format: str) -> None:
    assert sniff_image(picture((16, 16), image_format)) is None


@pytest.mark.parametrize("head", [b"", b"<svg/>", b"RIFF____WAVE", b"\x89PNG"])
def test_what_is_no_image_is_not_recognised(head: bytes) -> None:
    assert sniff_image(head) is None
