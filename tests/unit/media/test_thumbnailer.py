import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from homeserver.media import thumbnailer
from homeserver.media.thumbnailer import Output, Request, TooManyPixels, fit_picture, make_thumbnails
from tests.unit.media.pictures import BLUE, RED, animation, decode, encode, picture, png_bomb, sideways_photo

MAX_PIXELS = 1_000_000
sides = st.integers(1, 5000)


@pytest.fixture(autouse=True)
def pillows_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    # The program sets it for its own process, which these tests share.
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


def run(
    folder: Path, data: bytes, image_format: str, *wanted: tuple[int, int, str, bool], **limits: int
) -> list[tuple[Output, bytes]]:
    """Make thumbnails and return each answer with the file it left, if any."""
    source = folder / "source"
    source.write_bytes(data)
    request: Request = {
        "source": str(source),
        "format": image_format,
        "max_pixels": limits.get("max_pixels", MAX_PIXELS),
        "max_animation_pixels": limits.get("max_animation_pixels", MAX_PIXELS),
        "memory_bytes": 0,
        "cpu_s": 0,
        "outputs": [
            {
                "width": width,
                "height": height,
                "method": method,
                "animated": moves,
                "path": str(folder / str(n)),
            }
            for n, (width, height, method, moves) in enumerate(wanted)
        ],
    }
    answers = make_thumbnails(request)
    paths = [folder / str(number) for number in range(len(answers))]
    return [(a, p.read_bytes() if p.exists() else b"") for a, p in zip(answers, paths, strict=True)]


@given(st.tuples(sides, sides), sides, sides, st.sampled_from(["crop", "scale"]))
def test_thumbnails_are_never_larger_than_the_picture(
    size: tuple[int, int], width: int, height: int, method: str
) -> None:
    fit = fit_picture(size, width, height, method)
    assert 1 <= fit.size[0] <= size[0]
    assert 1 <= fit.size[1] <= size[1]


@given(st.tuples(sides, sides), sides, sides)
def test_scaled_thumbnails_are_no_smaller_than_asked_for_where_the_picture_allows(
    size: tuple[int, int], width: int, height: int
) -> None:
    fit = fit_picture(size, width, height, "scale")
    assert fit.size[0] >= min(width, size[0])
    assert fit.size[1] >= min(height, size[1])


def test_scale_keeps_the_picture_whole_and_its_shape(tmp_path: Path) -> None:
    [(answer, data)] = run(tmp_path, picture((1000, 500)), "PNG", (320, 240, "scale", False))
    assert answer == {"original": False, "content_type": "image/png"}
    assert decode(data).size == (480, 240)


def test_crop_takes_the_middle(tmp_path: Path) -> None:
    [(_, data)] = run(tmp_path, picture((400, 100)), "PNG", (32, 32, "crop", False))
    small = decode(data).convert("RGB")
    assert small.size == (32, 32)
    assert small.getpixel((2, 16)) == RED
    assert small.getpixel((29, 16)) == BLUE


def test_crop_of_a_flat_picture_keeps_the_shape_without_upscaling(tmp_path: Path) -> None:
    [(_, data)] = run(tmp_path, picture((100, 50)), "PNG", (96, 96, "crop", False))
    assert decode(data).size == (50, 50)


@pytest.mark.parametrize("method", ["crop", "scale"])
def test_a_small_picture_is_its_own_thumbnail(tmp_path: Path, method: str) -> None:
    [(answer, data)] = run(tmp_path, picture((20, 20)), "PNG", (96, 96, method, False))
    assert answer == {"original": True, "content_type": "image/png"}
    assert data == b""


def test_photos_stay_jpeg_and_are_turned_upright(tmp_path: Path) -> None:
    [(answer, data)] = run(tmp_path, sideways_photo((600, 900)), "JPEG", (320, 240, "scale", False))
    assert answer["content_type"] == "image/jpeg"
    small = decode(data)
    assert small.size == (320, 480)
    assert small.getexif().get(0x0112) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_can_be_made_smaller(tmp_path: Path, mode: str) -> None:
    image = (
        Image.new(mode, (200, 200))
        if mode == "I;16"
        else Image.open(io.BytesIO(picture((200, 200)))).convert(mode)
    )
    [(answer, data)] = run(tmp_path, encode(image, "PNG"), "PNG", (96, 96, "crop", False))
    assert answer["content_type"] == "image/png"
    assert decode(data).size == (96, 96)


def test_cmyk_photo_becomes_rgb(tmp_path: Path) -> None:
    [(_, data)] = run(tmp_path, picture((200, 200), "JPEG", "CMYK"), "JPEG", (96, 96, "crop", False))
    assert decode(data).mode == "RGB"


def test_transparency_survives(tmp_path: Path) -> None:
    see_through = encode(Image.new("RGBA", (200, 200), (255, 0, 0, 0)), "WEBP")
    [(answer, data)] = run(tmp_path, see_through, "WEBP", (96, 96, "crop", False))
    assert answer["content_type"] == "image/png"
    assert decode(data).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP"])
def test_animation_moves_only_when_asked_for(tmp_path: Path, image_format: str) -> None:
    moving, still = run(
        tmp_path,
        animation((400, 400), image_format),
        image_format,
        (96, 96, "crop", True),
        (96, 96, "crop", False),
    )
    assert moving[0]["content_type"] == "image/webp"
    assert getattr(decode(moving[1]), "n_frames", 1) == 3
    assert still[0]["content_type"] in ("image/png", "image/jpeg")
    assert getattr(decode(still[1]), "n_frames", 1) == 1


def test_small_animation_asked_to_stand_still_is_drawn_anew(tmp_path: Path) -> None:
    [(answer, data)] = run(tmp_path, animation((20, 20)), "GIF", (96, 96, "crop", False))
    assert not answer["original"]
    assert getattr(decode(data), "n_frames", 1) == 1


def test_still_picture_asked_to_move_stands_still(tmp_path: Path) -> None:
    [(answer, _)] = run(tmp_path, picture((200, 200), "JPEG"), "JPEG", (96, 96, "crop", True))
    assert answer["content_type"] == "image/jpeg"


def test_animation_with_too_many_pixels_is_answered_with_the_original(tmp_path: Path) -> None:
    [(answer, _)] = run(
        tmp_path, animation((400, 400)), "GIF", (96, 96, "crop", True), max_animation_pixels=400 * 400 * 2
    )
    assert answer == {"original": True, "content_type": "image/gif"}


def test_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    with pytest.raises(TooManyPixels):
        run(tmp_path, png_bomb(40_000, 1_000), "PNG", (32, 32, "crop", False))


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "PPM", "ICO"])
def test_only_the_format_told_is_decoded_whatever_the_file_holds(tmp_path: Path, image_format: str) -> None:
    """CVE-2024-53863: no format but PNG, JPEG, GIF and WebP ever reaches a decoder."""
    for told in ("PNG", "JPEG", "GIF", "WEBP"):
        with pytest.raises(OSError, match="cannot identify"):
            run(tmp_path, picture((64, 64), image_format), told, (32, 32, "crop", False))


def test_cut_off_picture_is_damage(tmp_path: Path) -> None:
    data = encode(Image.effect_noise((300, 300), 50), "PNG")
    with pytest.raises(thumbnailer.DAMAGE):
        run(tmp_path, data[: len(data) // 2], "PNG", (32, 32, "crop", False))
