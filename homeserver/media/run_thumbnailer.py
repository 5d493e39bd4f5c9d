"""Run the thumbnailer program on one file, with a deadline."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from homeserver.errors import MatrixError, TooLarge
from homeserver.isolated_program import run_isolated
from homeserver.media.content_types import ImageFormat
from homeserver.media.limits import MediaLimits
from homeserver.media.thumbnail_variants import Variant

PROGRAM: Final = Path(__file__).with_name("thumbnailer.py")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A variant and the file it goes to."""

    variant: Variant
    path: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What became of a wanted variant; `original`: no file was written, the source is the answer."""

    wanted: Wanted
    original: bool
    content_type: str


class CannotThumbnail(MatrixError):
    """The content is no picture that thumbnails can be made of.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediathumbnailservernamemediaid
    """

    def __init__(self, message: str = "Cannot generate thumbnails for the requested content") -> None:
        super().__init__("M_UNKNOWN", 400, message)


async def run_thumbnailer(
    limits: MediaLimits, source: Path, image_format: ImageFormat, wanted: Sequence[Wanted]
) -> list[Made]:
    """Make all wanted variants of the picture in one run.

    Raises: CannotThumbnail for a damaged picture or one that takes too long; TooLarge for too many pixels.
    """
    request = json.dumps(_request(limits, source, image_format, wanted)).encode()
    try:
        answer = await run_isolated(PROGRAM, request, limits.thumbnail_timeout_s)
    except TimeoutError as error:
        raise CannotThumbnail("The picture takes too long to thumbnail") from error
    return _read_answer(answer, wanted)


def _request(
    limits: MediaLimits, source: Path, image_format: ImageFormat, wanted: Sequence[Wanted]
) -> dict[str, object]:
    return {
        "source": str(source),
        "format": image_format.value,
        "max_pixels": limits.max_image_pixels,
        "max_animation_pixels": limits.max_animation_pixels,
        "memory_bytes": limits.thumbnail_memory_bytes,
        "cpu_s": max(1, int(limits.thumbnail_timeout_s)),
        "outputs": [
            {
                "width": item.variant.width,
                "height": item.variant.height,
                "method": item.variant.method.value,
                "animated": item.variant.animated,
                "path": str(item.path),
            }
            for item in wanted
        ],
    }


def _read_answer(answer: bytes, wanted: Sequence[Wanted]) -> list[Made]:
    # The program says nothing at all when its own limits, or a crash of the decoder, end it.
    result = json.loads(answer) if answer else {"error": "crashed"}
    if result.get("error") == "too_large":
        raise TooLarge("The picture is too large to thumbnail")
    if "error" in result:
        raise CannotThumbnail
    return [
        Made(item, output["original"], output["content_type"])
        for item, output in zip(wanted, result["outputs"], strict=True)
    ]
