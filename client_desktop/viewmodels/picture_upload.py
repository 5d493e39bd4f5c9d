"""Upload a picture that somebody chose from their files, to be shown for a room or a person."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl

from client_desktop.core.errors import NotAllowed
from client_desktop.viewmodels.bridge import Bridge

if TYPE_CHECKING:
    from client_desktop.core.client import Client

MAX_PICTURE_BYTES = 10 * 1024 * 1024


class PictureTooLarge(NotAllowed):
    """Nobody wants to download this much for a small round picture."""

    word = "picture_too_large"


async def upload_picture(bridge: Bridge, client: Client, file: QUrl) -> str:
    """Upload a local file and return its mxc URI.

    Raises: PictureTooLarge, NotAllowed where it cannot be read, ClientError.
    """
    path = Path(file.toLocalFile())
    size = await asyncio.to_thread(_size_of, path)
    if size > MAX_PICTURE_BYTES:
        raise PictureTooLarge(str(size))
    return await bridge.call(lambda: client.media.upload_avatar(path))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as problem:
        raise NotAllowed(f"the picture cannot be read: {type(problem).__name__}") from problem
