"""What a file is, by what is in it: names and servers are not believed."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath
from typing import Final

HEAD_BYTES: Final = 64
UNKNOWN: Final = "application/octet-stream"

PICTURES: Final = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/avif", "image/tiff"}
)
"""Pixels in formats that Pillow reads; SVG, which is a program, is none of them."""

_STARTS: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}
_BRANDS: Final = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"M4A ": "audio/mp4",
    b"qt  ": "video/quicktime",
}
_MORE_PRECISE: Final = {
    "application/zip": ("application/",),
    "video/webm": ("video/", "audio/"),
    "audio/ogg": ("audio/", "video/"),
}
"""Containers: the name may say what is inside, within its kind."""


def sniff(head: bytes) -> str | None:
    """Return the type that the first bytes show; None where they show none."""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return next((mime_type for start, mime_type in _STARTS if head.startswith(start)), None)


def mime_type_of(head: bytes, name: str) -> str:
    """Return what to say of a file that is sent.

    A name cannot make a picture of what is none, nor something else of a picture.
    """
    seen = sniff(head)
    named, _ = mimetypes.guess_type(PurePath(name).name)
    if seen is None:
        return named if named is not None and named not in PICTURES else UNKNOWN
    if named is not None and named.startswith(_MORE_PRECISE.get(seen, ())) and seen in _MORE_PRECISE:
        return named
    return seen
