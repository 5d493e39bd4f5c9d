"""Pictures are looked at before they are decoded, and hostile ones are refused."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from client_desktop.core.media import blurhash
from client_desktop.core.media.describe import FileHints, describe_file
from client_desktop.core.media.errors import FileGone, MediaRefused
from client_desktop.core.media.pictures import look_at_picture, shrink
from client_desktop.core.media.sniff import mime_type_of, sniff
from client_desktop.core.media.waveform import waveform_of_levels, waveform_of_samples


def picture(
    width: int = 40, height: int = 30, form: str = "PNG", color: str = "red", **options: object
) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), color).save(buffer, form, **options)
    return buffer.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A small PNG whose header speaks of a large picture: a decompression bomb."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(100_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def kept(folder: Path, data: bytes, name: str = "picture") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF"])
def test_a_picture_is_known_by_its_bytes_and_shrunk(tmp_path: Path, form: str) -> None:
    path = kept(tmp_path, picture(400, 300, form))
    facts = look_at_picture(path)
    assert (facts.width, facts.height, facts.animated) == (400, 300, False)
    assert facts.mime_type == f"image/{form.lower()}"
    small = shrink(path, 100, 100)
    assert (small.width, small.height) == (100, 75)
    assert sniff(small.data) == small.mime_type


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(png_that_claims(20_000, 20_000), id="more pixels than Pillow warns of"),
        pytest.param(png_that_claims(8_000, 8_000), id="more pixels than we decode"),
        pytest.param(png_that_claims(40_000, 1), id="longer than a screen is"),
        pytest.param(picture()[:60], id="cut off"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 100, id="a head and nothing else"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="a program"),
        pytest.param(b"GIF89a" + b"\xff" * 300, id="noise"),
        pytest.param(b"", id="empty"),
    ],
)
def test_a_hostile_picture_is_refused(bomb: bytes) -> None:
    for look in (look_at_picture, lambda source: shrink(source, 10, 10)):
        with pytest.raises(MediaRefused):
            look(bomb)


def test_an_animation_of_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    frames = [Image.new("L", (50, 50), shade) for shade in range(0, 250, 50)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    assert look_at_picture(buffer.getvalue()).animated
    monkeypatch.setattr("client_desktop.core.media.pictures.MAX_ANIMATION_PIXELS", 4 * 50 * 50)
    with pytest.raises(MediaRefused):
        look_at_picture(buffer.getvalue())


def test_a_turned_photograph_is_upright_and_tells_nothing_of_its_camera(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "A camera"
    path = kept(tmp_path, picture(80, 40, "JPEG", exif=exif.tobytes()))
    facts = look_at_picture(path)
    assert (facts.width, facts.height) == (40, 80)
    small = shrink(path, 20, 40)
    assert (small.width, small.height) == (20, 40)
    assert b"A camera" not in small.data


def test_what_is_transparent_stays_so() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(buffer, "PNG")
    assert shrink(buffer.getvalue(), 5, 5).mime_type == "image/png"
    palette = Image.new("P", (10, 10))
    palette.info["transparency"] = 0
    buffer = io.BytesIO()
    palette.save(buffer, "GIF", transparency=0)
    assert shrink(buffer.getvalue(), 5, 5).mime_type == "image/png"


def test_a_file_is_described_by_what_is_in_it(tmp_path: Path) -> None:
    noisy = Image.effect_noise((1200, 900), 90)
    noisy.save(tmp_path / "photo.png")
    described = describe_file(tmp_path / "photo.png")
    assert (described.width, described.height, described.mime_type) == (1200, 900, "image/png")
    assert described.blurhash is not None
    assert blurhash.is_blurhash(described.blurhash)
    assert described.thumbnail is not None
    assert (described.thumbnail.width, described.thumbnail.height) == (800, 600)

    small = describe_file(kept(tmp_path, picture(), "small.png"))
    assert small.thumbnail is None

    bomb = describe_file(kept(tmp_path, png_that_claims(9_000, 9_000), "bomb.png"))
    assert (bomb.mime_type, bomb.width, bomb.blurhash) == ("image/png", None, None)

    lie = describe_file(kept(tmp_path, b"echo hello", "holiday.png"))
    assert lie.mime_type == "application/octet-stream"

    video = describe_file(
        kept(tmp_path, b"\0\0\0\x18ftypisom", "film.mp4"),
        FileHints(name="renamed.mp4", width=640, height=480, duration_ms=1500, still=picture(900, 900)),
    )
    assert (video.name, video.mime_type, video.duration_ms) == ("renamed.mp4", "video/mp4", 1500)
    assert video.thumbnail is not None
    assert video.thumbnail.width == 600
    broken = describe_file(kept(tmp_path, b"\0\0\0\x18ftypisom", "film.mp4"), FileHints(still=b"none"))
    assert broken.thumbnail is None

    for no_file in (tmp_path / "nothing here", tmp_path):
        with pytest.raises(FileGone):
            describe_file(no_file)


def test_types_come_from_bytes_and_only_within_bounds_from_names() -> None:
    assert mime_type_of(b"RIFF1234WAVEfmt ", "x.txt") == "audio/wav"
    assert mime_type_of(b"RIFF1234WEBPVP8 ", "x") == "image/webp"
    assert mime_type_of(b"RIFF1234????", "x.bin") == "application/octet-stream"
    assert mime_type_of(b"\0\0\0\x18ftypavif", "x.mp4") == "image/avif"
    assert mime_type_of(b"OggS", "talk.oga") == "audio/ogg"
    assert mime_type_of(b"OggS", "film.ogv") == "video/ogg"
    assert mime_type_of(b"OggS", "film.png") == "audio/ogg"
    assert mime_type_of(b"hello", "notes.txt") == "text/plain"
    assert mime_type_of(b"hello", "../../notes") == "application/octet-stream"
    assert mime_type_of(picture(), "virus.exe") == "image/png"


def test_a_blurhash_becomes_about_the_picture_it_was_made_of() -> None:
    image = Image.new("RGB", (32, 24))
    image.paste((250, 10, 10), (0, 0, 16, 24))
    image.paste((10, 10, 250), (16, 0, 32, 24))
    text = blurhash.encode(image.tobytes(), 32, 24)
    assert len(text) == 28
    blur = Image.frombytes("RGB", (16, 12), blurhash.decode(text, 16, 12))
    left, right = blur.getpixel((1, 6)), blur.getpixel((14, 6))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert left[0] > 200 > left[2]
    assert right[2] > 200 > right[0]
    plain = blurhash.encode(bytes([10, 200, 30] * 16), 4, 4, 1, 1)
    assert blurhash.decode(plain, 1, 1) == bytes([10, 200, 30])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "LEHV6",
        "LEHV6nWB2yk8pyo0adR*.7kCMdn",
        "LEHV6nWB2yk8pyo0adR*.7kCMdn\u00e9",
        "A" * 400,
        "L~~~~~" + "~" * 22,
    ],
)
def test_what_is_no_blurhash_is_refused(text: str) -> None:
    assert not blurhash.is_blurhash(text)
    with pytest.raises(ValueError):  # noqa: PT011 -- it says no more
        blurhash.decode(text, 8, 8)


def test_a_known_blurhash_is_read() -> None:
    """The example of the algorithm's authors."""
    assert blurhash.is_blurhash("LEHV6nWB2yk8pyo0adR*.7kCMdnj")
    blur = blurhash.decode("LEHV6nWB2yk8pyo0adR*.7kCMdnj", 4, 3)
    assert len(blur) == 36
    with pytest.raises(ValueError, match="too large"):
        blurhash.decode("LEHV6nWB2yk8pyo0adR*.7kCMdnj", 4000, 4000)
    with pytest.raises(ValueError, match="pixels"):
        blurhash.encode(b"abc", 2, 2)
    with pytest.raises(ValueError, match="components"):
        blurhash.encode(bytes(12), 2, 2, 10, 1)


def test_a_waveform_keeps_what_is_loud() -> None:
    samples = struct.pack("<6h", 0, 100, -32768, 5, 16384, 0)
    assert waveform_of_samples(samples, 3) == (3, 1024, 512)
    assert waveform_of_levels([], 10) == ()
    assert waveform_of_levels([0.5, 7.0, -1.0]) == (512, 1024, 0)
