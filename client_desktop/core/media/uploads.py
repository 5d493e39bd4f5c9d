"""Put a file onto the server.

Spec: https://spec.matrix.org/v1.19/client-server-api/#post_matrixmediav3upload
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

from client_desktop.core.api import Api
from client_desktop.core.api.answers import read_json
from client_desktop.core.errors import BadAnswer, MatrixError, NetworkUnavailable, TokenRejected
from client_desktop.core.json_types import JsonObject
from client_desktop.core.media.errors import FileGone, MediaTooLarge
from client_desktop.core.media.mxc import is_mxc
from client_desktop.core.shapes import as_int, as_text

UPLOAD: Final = "/_matrix/media/v3/upload"
CONFIG: Final = "/_matrix/client/v1/media/config"
OLD_CONFIG: Final = "/_matrix/media/v3/config"
CHUNK_BYTES: Final = 64 * 1024
PATIENCE_S: Final = 60.0
SLOWEST_BYTES_PER_S: Final = 4 * 1024
"""An upload that is slower than this is given up, and tried again."""
ENCRYPTED_TYPE: Final = "application/octet-stream"

Progress = Callable[[int, int], None]
"""Called with how many bytes of how many are gone."""


async def upload_limit(api: Api) -> int | None:
    """Return how many bytes the server takes; None where it does not say.

    Raises: ClientError.
    """
    try:
        answer = await api.get(CONFIG)
    except MatrixError as error:
        if error.errcode != "M_UNRECOGNIZED" and error.status != 404:
            raise
        answer = await api.get(OLD_CONFIG)
    return as_int(answer.get("m.upload.size")) or None


async def upload_file(api: Api, path: Path, mime_type: str, name: str | None, progress: Progress) -> str:
    """Upload a file, and return its mxc URI. `name` None tells the server none.

    Raises: FileGone, MediaTooLarge, ClientError.
    """
    upload = _Upload(api, path, mime_type, name, progress)
    try:
        answer = await upload.send()
    except TokenRejected:
        # A body that is read from a file is not repeated by `Api`: now that the token is a new one, it is.
        await upload_limit(api)
        answer = await upload.send()
    except MatrixError as error:
        if error.errcode == "M_TOO_LARGE" or error.status == 413:
            raise MediaTooLarge(error.message) from None
        raise
    url = as_text(answer.get("content_uri"))
    if not is_mxc(url):
        raise BadAnswer("an upload without address")
    return url


class _Upload:
    """One file on its way."""

    def __init__(self, api: Api, path: Path, mime_type: str, name: str | None, progress: Progress) -> None:
        self._api = api
        self._path = path
        self._mime_type = mime_type
        self._name = name
        self._progress = progress
        self._problem: FileGone | None = None
        """What went wrong with the file: whoever sends the body only sees that it ended."""

    async def send(self) -> JsonObject:
        size = await asyncio.to_thread(self._size)
        timeout_s = PATIENCE_S + size / SLOWEST_BYTES_PER_S
        try:
            async with self._api.stream(
                "POST",
                UPLOAD,
                {"filename": self._name},
                self._chunks(size),
                content_type=self._mime_type,
                headers={"Content-Length": str(size)},
                timeout_s=timeout_s,
            ) as response:
                return await read_json(response)
        except NetworkUnavailable:
            if self._problem is not None:
                raise self._problem from None
            raise

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError as error:
            raise FileGone(str(error.strerror)) from error

    async def _chunks(self, size: int) -> AsyncIterator[bytes]:
        """Read the file as it goes; one that has changed its length meanwhile ends the upload."""
        done = 0
        try:
            with self._path.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                    done += len(chunk)
                    if done > size:
                        break
                    self._progress(done, size)
                    yield chunk
            if done != size:
                raise FileGone("the file changed while it was sent")
        except OSError as error:
            self._problem = FileGone(str(error.strerror))
            raise
        except FileGone as gone:
            self._problem = gone
            raise
