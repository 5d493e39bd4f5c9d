"""Content types: what an upload may claim, what may be shown inline, and what an image really is."""

import re
from enum import StrEnum
from typing import Final

from homeserver.errors import InvalidParam

DEFAULT_CONTENT_TYPE: Final = "application/octet-stream"

# https://spec.matrix.org/v1.19/client-server-api/#serving-inline-content
INLINE_CONTENT_TYPES: Final = frozenset(
    {
        "text/css",
        "text/plain",
        "text/csv",
        "application/json",
        "application/ld+json",
        "image/jpeg",
        "image/gif",
        "image/png",
        "image/apng",
        "image/webp",
        "image/avif",
        "video/mp4",
        "video/webm",
        "video/ogg",
        "video/quicktime",
        "audio/mp4",
        "audio/webm",
        "audio/aac",
        "audio/mpeg",
        "audio/ogg",
        "audio/wave",
        "audio/wav",
        "audio/x-wav",
        "audio/x-pn-wav",
        "audio/flac",
        "audio/x-flac",
    }
)

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# No tabs, legal though they are: they could not be sent back, aiohttp refuses control characters in headers.
_CONTENT_TYPE = re.compile(rf"{_TOKEN}/{_TOKEN} *(?:;[\x20-\x7e]*)?")


class ImageFormat(StrEnum):
    """The formats that thumbnails are made of; everything else is refused unread (CVE-2024-53863)."""

    PNG = "PNG"
    JPEG = "JPEG"
    GIF = "GIF"
    WEBP = "WEBP"


SNIFF_BYTES: Final = 12


def parse_content_type(header: str | None, max_chars: int) -> str:
    """Return the content type to store with an upload; absent or empty means `application/octet-stream`.

    Raises: InvalidParam when it is no content type or has more than `max_chars` characters.
    """
    value = (header or "").strip()
    if not value:
        return DEFAULT_CONTENT_TYPE
    if len(value) > max_chars or not _CONTENT_TYPE.fullmatch(value):
        raise InvalidParam("The Content-Type header is not a content type")
    return value


def is_inline(content_type: str) -> bool:
    """Tell whether browsers may show this type in place; parameters and case do not matter.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#serving-inline-content
    """
    return content_type.partition(";")[0].strip().lower() in INLINE_CONTENT_TYPES


def sniff_image(head: bytes) -> ImageFormat | None:
    """Tell an image's format by its first `SNIFF_BYTES` bytes, whatever its uploader called it."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return ImageFormat.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return ImageFormat.JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return ImageFormat.GIF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return ImageFormat.WEBP
    return None
