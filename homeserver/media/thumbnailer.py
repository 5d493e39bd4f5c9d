"""Makes thumbnails, as a program of its own: a picture that breaks the decoder breaks nothing else.

It reads one request as JSON from standard input and answers with one JSON object on standard output. It
imports nothing of the server, gets no environment, and limits its own memory and processor time before it
opens the picture.
"""

import json
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, Final, TypedDict

from PIL import Image, ImageOps, ImageSequence

MAX_ICC_PROFILE_BYTES: Final = 64 * 1024
MAX_ANIMATED_OUTPUT_PIXELS: Final = 20_000_000
DEFAULT_FRAME_MS: Final = 100
JPEG_QUALITY: Final = 82
WEBP_QUALITY: Final = 70
ORIENTATION_TAG: Final = 0x0112
SIDEWAYS: Final = frozenset({5, 6, 7, 8})
CAN_ANIMATE: Final = frozenset({"PNG", "GIF", "WEBP"})
# What damaged pictures make Pillow raise, MemoryError being our own limit.
DAMAGE: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, MemoryError)


class WantedOutput(TypedDict):
    """One thumbnail, and the file to write it to."""

    width: int
    height: int
    method: str
    animated: bool
    path: str


class Request(TypedDict):
    """One picture and its limits. `format` is what its first bytes say it is."""

    source: str
    format: str
    max_pixels: int
    max_animation_pixels: int
    memory_bytes: int
    cpu_s: int
    outputs: list[WantedOutput]


class Output(TypedDict):
    """What became of a wanted output; `original` means that the source itself is the answer."""

    original: bool
    content_type: str


class TooManyPixels(Exception):
    """The picture is larger than the limit."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The part of the picture that is shown, in its own pixels, and the size it is drawn at."""

    box: tuple[float, float, float, float]
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Picture:
    """An opened picture: `size` is upright, before anything was scaled.

    `animatable` says that all its frames together are within the limit.
    """

    image: Image.Image
    format: str
    size: tuple[int, int]
    frames: int
    animatable: bool


def main() -> None:
    """Answer the request on standard input."""
    request: Request = json.load(sys.stdin)
    _limit_resources(request)
    try:
        answer: dict[str, Any] = {"outputs": make_thumbnails(request)}
    except TooManyPixels:
        answer = {"error": "too_large"}
    except DAMAGE as error:
        answer = {"error": "damaged", "detail": f"{type(error).__name__}: {error}"[:500]}
    json.dump(answer, sys.stdout)


def make_thumbnails(request: Request) -> list[Output]:
    """Write every wanted output and say what each one is.

    Raises: TooManyPixels; one of `DAMAGE` for a picture that cannot be decoded.
    """
    Image.MAX_IMAGE_PIXELS = request["max_pixels"]
    try:
        with Image.open(request["source"], formats=[request["format"]]) as image:
            if image.width * image.height > request["max_pixels"]:
                raise TooManyPixels
            return _make_all(_measure(image, request), request["outputs"])
    except Image.DecompressionBombError as error:
        # Also raised late, by an animation whose frames outgrow its first one.
        raise TooManyPixels from error


def fit_picture(size: tuple[int, int], width: int, height: int, method: str) -> Fit:
    """Decide what of a picture is shown, and how large; never larger than it is.

    Scaled, it is as small as possible with neither side smaller than asked for. Cropped, it is the largest
    middle part of the shape asked for, at the size asked for or, where the picture has fewer pixels, at its
    own.
    """
    own_width, own_height = size
    if method == "scale":
        factor = min(1.0, max(width / own_width, height / own_height))
        return Fit(
            (0, 0, own_width, own_height), (_round_up(own_width * factor), _round_up(own_height * factor))
        )
    shape = width / height
    shown_width = min(own_width, own_height * shape)
    shown_height = min(own_height, own_width / shape)
    left, top = (own_width - shown_width) / 2, (own_height - shown_height) / 2
    box = (left, top, left + shown_width, top + shown_height)
    if shown_width >= width:
        return Fit(box, (width, height))
    return Fit(box, (max(1, round(shown_width)), max(1, round(shown_height))))


def _round_up(pixels: float) -> int:
    # 320 / 1000 * 1000 is a little more than 320.
    return ceil(pixels - 1e-6)


def is_whole(fit: Fit, size: tuple[int, int]) -> bool:
    """Tell whether the thumbnail would be the picture itself."""
    return fit.size == size


def _limit_resources(request: Request) -> None:
    for kind, limit in (
        (resource.RLIMIT_AS, request["memory_bytes"]),
        (resource.RLIMIT_CPU, request["cpu_s"]),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (allowed, allowed))


def _measure(image: Image.Image, request: Request) -> Picture:
    frames = _count_frames(image, request["format"])
    animatable = frames * image.width * image.height <= request["max_animation_pixels"]
    return Picture(image, request["format"], _upright_size(image), frames, animatable)


def _make_all(picture: Picture, wanted: list[WantedOutput]) -> list[Output]:
    outputs: dict[int, Output] = {}
    still: Image.Image | None = None
    # Animations first: drawing the first frame turns and shrinks the opened picture for good.
    for index, output in sorted(enumerate(wanted), key=lambda item: not item[1]["animated"]):
        fit = fit_picture(picture.size, output["width"], output["height"], output["method"])
        if output["animated"] and picture.frames > 1:
            outputs[index] = _write_animation(picture, fit, output["path"])
        elif picture.frames == 1 and is_whole(fit, picture.size):
            outputs[index] = _original(picture)
        else:
            still = still or _load_still(picture, _largest(picture, wanted))
            outputs[index] = _write_still(still, picture, fit, output["path"])
    return [outputs[index] for index in range(len(wanted))]


def _count_frames(image: Image.Image, image_format: str) -> int:
    return int(getattr(image, "n_frames", 1)) if image_format in CAN_ANIMATE else 1


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.getexif().get(ORIENTATION_TAG) in SIDEWAYS else (width, height)


def _largest(picture: Picture, outputs: list[WantedOutput]) -> tuple[int, int]:
    """Return the size at which the whole picture must be decoded for the largest output."""
    factor = 0.0
    for output in outputs:
        fit = fit_picture(picture.size, output["width"], output["height"], output["method"])
        shown = (fit.box[2] - fit.box[0], fit.box[3] - fit.box[1])
        factor = max(factor, fit.size[0] / shown[0], fit.size[1] / shown[1])
    return (ceil(picture.image.width * factor), ceil(picture.image.height * factor))


def _load_still(picture: Picture, largest: tuple[int, int]) -> Image.Image:
    """Decode the first frame upright, in a mode that can be resized and written."""
    picture.image.seek(0)
    if picture.format == "JPEG":
        picture.image.draft(None, largest)
    ImageOps.exif_transpose(picture.image, in_place=True)
    return _with_plain_mode(picture.image)


def _with_plain_mode(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):
        # 16 bits a channel: Pillow would clip instead of scaling.
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("RGB", "RGBA", "L"):
        return image.convert("RGBA") if "transparency" in image.info else image
    has_alpha = image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info
    converted = image.convert("RGBA" if has_alpha else "RGB")
    if image.mode == "CMYK":
        converted.info.pop("icc_profile", None)
    return converted


def _resize(image: Image.Image, picture_size: tuple[int, int], fit: Fit) -> Image.Image:
    # The decoder may have made the picture smaller already; the box is in the picture's own pixels.
    across, down = image.width / picture_size[0], image.height / picture_size[1]
    left, top, right, bottom = fit.box
    box = (left * across, top * down, min(right * across, image.width), min(bottom * down, image.height))
    return image.resize(fit.size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _write_still(still: Image.Image, picture: Picture, fit: Fit, path: str) -> Output:
    thumbnail = _resize(still, picture.size, fit)
    profile = still.info.get("icc_profile")
    kept = profile if isinstance(profile, bytes) and len(profile) <= MAX_ICC_PROFILE_BYTES else None
    if picture.format in ("JPEG", "WEBP") and thumbnail.mode != "RGBA":
        thumbnail.save(path, "JPEG", quality=JPEG_QUALITY, progressive=True, icc_profile=kept)
        return {"original": False, "content_type": "image/jpeg"}
    thumbnail.info.clear()
    thumbnail.save(path, "PNG", icc_profile=kept)
    return {"original": False, "content_type": "image/png"}


def _write_animation(picture: Picture, fit: Fit, path: str) -> Output:
    """Draw every frame; an animation too long for that is answered with the original, which moves as well."""
    pixels = fit.size[0] * fit.size[1] * picture.frames
    if is_whole(fit, picture.size) or not picture.animatable or pixels > MAX_ANIMATED_OUTPUT_PIXELS:
        return _original(picture)
    durations: list[int] = []
    frames = list(_draw_frames(picture, fit, durations))
    loop = picture.image.info.get("loop", 1)
    frames[0].save(
        path,
        "WEBP",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=loop,
        quality=WEBP_QUALITY,
        method=2,
    )
    return {"original": False, "content_type": "image/webp"}


def _draw_frames(picture: Picture, fit: Fit, durations: list[int]) -> Iterator[Image.Image]:
    for frame in ImageSequence.Iterator(picture.image):
        durations.append(int(frame.info.get("duration") or DEFAULT_FRAME_MS))
        yield _resize(frame.convert("RGBA"), picture.size, fit)


def _original(picture: Picture) -> Output:
    return {"original": True, "content_type": f"image/{picture.format.lower()}"}


if __name__ == "__main__":
    main()
