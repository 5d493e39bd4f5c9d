"""Which thumbnail answers a request: a small set of sizes, so that nobody can have thousands stored.

Spec: https://spec.matrix.org/v1.19/client-server-api/#thumbnails
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from math import ceil
from typing import Final


class Method(StrEnum):
    """How the picture is fitted."""

    CROP = "crop"
    SCALE = "scale"


@dataclass(frozen=True, slots=True)
class Variant:
    """A thumbnail as it is asked for and stored: the pixels made may be fewer when the picture is smaller."""

    width: int
    height: int
    method: Method
    animated: bool = False


STANDARD_VARIANTS: Final = (
    Variant(32, 32, Method.CROP),
    Variant(96, 96, Method.CROP),
    Variant(320, 240, Method.SCALE),
    Variant(640, 480, Method.SCALE),
    Variant(800, 600, Method.SCALE),
)
"""The sizes of the specification: made together when the first thumbnail of a picture is asked for."""

ORIGINAL: Final = Variant(65_535, 65_535, Method.SCALE)
"""No smaller than any picture within the pixel limit: the picture itself, or its first frame."""

_SCALE_STEPS: Final = ((96, 96), (320, 240), (640, 480), (800, 600), (1600, 1200))
_CROP_STEPS: Final = (32, 96, 192, 320, 640, 800)


def choose_variant(width: int, height: int, method: Method, *, animated: bool) -> Variant:
    """Return the smallest variant that is no smaller than asked for; beyond the largest, the original.

    A crop keeps the shape asked for exactly, its longer side goes up to the next step.
    """
    variant = _choose_crop(width, height) if method is Method.CROP else None
    return replace(variant or _choose_scale(width, height), animated=animated)


def without_new_shape(variant: Variant) -> Variant:
    """Return the scaled variant that can stand for a crop of which no more may be stored."""
    return replace(_choose_scale(variant.width, variant.height), animated=variant.animated)


def _choose_crop(width: int, height: int) -> Variant | None:
    longer = max(width, height)
    for step in _CROP_STEPS:
        if longer <= step:
            return Variant(ceil(width * step / longer), ceil(height * step / longer), Method.CROP)
    return None


def _choose_scale(width: int, height: int) -> Variant:
    for step_width, step_height in _SCALE_STEPS:
        if width <= step_width and height <= step_height:
            return Variant(step_width, step_height, Method.SCALE)
    return ORIGINAL
