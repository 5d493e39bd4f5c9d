"""What a file of ours is, as the event that sends it says: type, sizes, blur, thumbnail."""

from __future__ import annotations

import logging
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client_desktop.core.media.errors import FileGone, MediaRefused
from client_desktop.core.media.pictures import SmallPicture, blurhash_of, look_at_picture, shrink
from client_desktop.core.media.sniff import HEAD_BYTES, PICTURES, mime_type_of

logger = logging.getLogger(__name__)

THUMBNAIL_SIZE: Final = (800, 600)
THUMBNAIL_WORTH_BYTES: Final = 200_000
"""Smaller pictures are their own thumbnail."""
MAX_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class Thumbnail:
    data: bytes
    mime_type: str
    width: int
    height: int

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class FileHints:
    """What whoever recorded or opened the file knows of it, and its bytes do not tell us."""

    name: str | None = None
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    still: bytes | None = None
    """A picture of the video, as PNG or JPEG."""


@dataclass(frozen=True, slots=True)
class FileDescription:
    name: str
    mime_type: str
    size: int
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    blurhash: str | None = None
    animated: bool = False
    thumbnail: Thumbnail | None = None


def describe_file(path: Path, hints: FileHints | None = None) -> FileDescription:
    """Look at a file; run it in a thread. A picture that cannot be read is sent as any other file.

    Raises: FileGone.
    """
    hints = hints or FileHints()
    name = (hints.name or path.name)[:MAX_NAME]
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FileGone(f"{path.name} is no file")  # a pipe would be waited for
        size = found.st_size
        with path.open("rb") as file:
            mime_type = mime_type_of(file.read(HEAD_BYTES), name)
    except OSError as error:
        raise FileGone(f"{path.name}: {error.strerror}") from error
    if mime_type in PICTURES:
        return _describe_picture(path, name, mime_type, size)
    return FileDescription(
        name,
        mime_type,
        size,
        hints.width,
        hints.height,
        hints.duration_ms,
        thumbnail=None if hints.still is None else _checked_still(hints.still),
    )


def _describe_picture(path: Path, name: str, mime_type: str, size: int) -> FileDescription:
    try:
        facts = look_at_picture(path)
        blur = blurhash_of(path)
        large = facts.width > THUMBNAIL_SIZE[0] or facts.height > THUMBNAIL_SIZE[1]
        small = shrink(path, *THUMBNAIL_SIZE) if large and size > THUMBNAIL_WORTH_BYTES else None
    except MediaRefused as refusal:
        logger.info("A picture is sent as it is: %s", refusal)
        return FileDescription(name, mime_type, size)
    return FileDescription(
        name,
        mime_type,
        size,
        facts.width,
        facts.height,
        blurhash=blur,
        animated=facts.animated,
        thumbnail=None if small is None else _thumbnail(small),
    )


def _checked_still(still: bytes) -> Thumbnail | None:
    """Return the picture of a video, encoded anew within the bounds of thumbnails."""
    try:
        return _thumbnail(shrink(still, *THUMBNAIL_SIZE))
    except MediaRefused as refusal:
        logger.info("A video goes without a picture: %s", refusal)
        return None


def _thumbnail(small: SmallPicture) -> Thumbnail:
    return Thumbnail(small.data, small.mime_type, small.width, small.height)
