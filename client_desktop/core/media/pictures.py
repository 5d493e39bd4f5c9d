"""Pictures that somebody sent: looked at and made smaller, never trusted.

Everything here takes time in proportion to bounds of ours, not of the file's: sizes are read before pixels
are. Run it in a thread.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from PIL import Image, ImageOps

from client_desktop.core.media import blurhash
from client_desktop.core.media.errors import MediaRefused
from client_desktop.core.media.sniff import HEAD_BYTES, PICTURES, sniff

MAX_PIXELS: Final = 50_000_000
"""A picture of 50 megapixels takes 200 MB while it is decoded."""
MAX_SIDE: Final = 30_000
MAX_ANIMATION_PIXELS: Final = 400_000_000
"""All frames together."""
SHOWABLE: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
"""What the interface shows as it is; the others are converted."""

_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF", "TIFF", "MPO")
_ORIENTATION: Final = 0x0112
_TURNED: Final = (5, 6, 7, 8)
_BLURHASH_SIDE: Final = 32
_QUALITY: Final = 85

Source: TypeAlias = Path | bytes


@dataclass(frozen=True, slots=True)
class PictureFacts:
    mime_type: str
    width: int
    """As it is shown: turned where the camera said so."""
    height: int
    animated: bool


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture that we encoded ourselves."""

    data: bytes
    mime_type: str
    width: int
    height: int


def picture_type(source: Source) -> str | None:
    """Return the type of a picture by its first bytes; None where it is no picture."""
    if isinstance(source, bytes):
        head = source[:HEAD_BYTES]
    else:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
    seen = sniff(head)
    return seen if seen in PICTURES else None


def look_at_picture(source: Source) -> PictureFacts:
    """Read a picture's sizes, without its pixels.

    Raises: MediaRefused where it is no picture, damaged, or too large to be decoded.
    """
    seen = picture_type(source)
    if seen is None:
        raise MediaRefused("no picture")
    with _Opened(source) as image:
        frames = int(getattr(image, "n_frames", 1))
        if frames * image.width * image.height > MAX_ANIMATION_PIXELS:
            raise MediaRefused("an animation of too many pixels")
        turned = image.getexif().get(_ORIENTATION) in _TURNED
        width, height = (image.height, image.width) if turned else (image.width, image.height)
        return PictureFacts(seen, width, height, frames > 1)


def shrink(source: Source, width: int, height: int) -> SmallPicture:
    """Return the picture within these bounds, its first frame, turned upright, without what cameras add.

    Raises: MediaRefused.
    """
    if picture_type(source) is None:
        raise MediaRefused("no picture")
    with _Opened(source) as image:
        # A JPEG is decoded at a fraction of its size where that is enough.
        image.draft("RGB", (width, height))
        small = ImageOps.exif_transpose(image)
        small.thumbnail((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        return _encoded(small)


def blurhash_of(source: Source) -> str:
    """Return the picture's blurhash.

    Raises: MediaRefused.
    """
    small = shrink(source, _BLURHASH_SIDE, _BLURHASH_SIDE)
    with Image.open(io.BytesIO(small.data)) as image:
        flat = _on_white(image)
        return blurhash.encode(flat.tobytes(), flat.width, flat.height)


class _Opened:
    """A picture within bounds; whatever its decoder stumbles over becomes `MediaRefused`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._image: Image.Image | None = None

    def __enter__(self) -> Image.Image:
        try:
            file = io.BytesIO(self._source) if isinstance(self._source, bytes) else self._source
            image = Image.open(file, formats=_FORMATS)
        except FileNotFoundError:
            raise
        except Exception as error:
            raise MediaRefused(f"no readable picture: {type(error).__name__}") from error
        self._image = image
        if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE or min(image.size) < 1:
            image.close()
            raise MediaRefused(f"a picture of {image.width} x {image.height}")
        return image

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self._image is not None:
            self._image.close()
        if isinstance(error, Exception) and not isinstance(error, MediaRefused):
            # Decoders raise whatever their authors did not think of; all of it says the same.
            raise MediaRefused(f"a damaged picture: {type(error).__name__}") from error


def _encoded(image: Image.Image) -> SmallPicture:
    see_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    plain = image.convert("RGBA" if see_through else "RGB")
    plain.info.clear()
    buffer = io.BytesIO()
    if see_through:
        plain.save(buffer, "PNG")
    else:
        plain.save(buffer, "JPEG", quality=_QUALITY)
    mime_type = "image/png" if see_through else "image/jpeg"
    return SmallPicture(buffer.getvalue(), mime_type, plain.width, plain.height)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")
