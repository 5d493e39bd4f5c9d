"""Fetch a file from the server, bounded, onto the disk.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv1mediadownloadservernamemediaid
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from client_desktop.core.api import Api, path
from client_desktop.core.api.paths import Query
from client_desktop.core.errors import MatrixError, NetworkUnavailable
from client_desktop.core.media.errors import MediaTooLarge
from client_desktop.core.media.mxc import Mxc

DOWNLOAD: Final = "/_matrix/client/v1/media/download/{}/{}"
THUMBNAIL: Final = "/_matrix/client/v1/media/thumbnail/{}/{}"
# COMPAT: servers from before v1.11 of the specification.
OLD_DOWNLOAD: Final = "/_matrix/media/v3/download/{}/{}"
OLD_THUMBNAIL: Final = "/_matrix/media/v3/thumbnail/{}/{}"

CHUNK_BYTES: Final = 256 * 1024
SERVER_WAITS_MS: Final = 20_000
"""How long the server may wait for a file that is not there yet."""
STALLED_S: Final = 60.0
"""A download of which nothing comes for so long has failed."""

Progress = Callable[[int, int | None], object]


def no_progress(done: int, total: int | None) -> None:
    """Tell nobody."""


async def download(
    api: Api, mxc: Mxc, target: Path, max_bytes: int, progress: Progress = no_progress
) -> None:
    """Write a file to `target`.

    Raises: MediaTooLarge, ClientError.
    """
    query: Query = {"timeout_ms": SERVER_WAITS_MS, "allow_redirect": True}
    await _fetch(api, DOWNLOAD, OLD_DOWNLOAD, mxc, query, target, max_bytes, progress)


async def download_thumbnail(
    api: Api, mxc: Mxc, size: tuple[int, int], target: Path, max_bytes: int, *, crop: bool
) -> None:
    """Write the server's thumbnail of a picture to `target`.

    Raises: MediaTooLarge, ClientError.
    """
    width, height = size
    query: Query = {
        "width": width,
        "height": height,
        "method": "crop" if crop else "scale",
        "timeout_ms": SERVER_WAITS_MS,
        "allow_redirect": True,
    }
    await _fetch(api, THUMBNAIL, OLD_THUMBNAIL, mxc, query, target, max_bytes, no_progress)


async def _fetch(
    api: Api,
    template: str,
    old_template: str,
    mxc: Mxc,
    query: Query,
    target: Path,
    max_bytes: int,
    progress: Progress,
) -> None:
    try:
        await _stream(api, path(template, mxc.server_name, mxc.media_id), query, target, max_bytes, progress)
    except MatrixError as error:
        if error.errcode != "M_UNRECOGNIZED":
            raise
        old_path = path(old_template, mxc.server_name, mxc.media_id)
        await _stream(api, old_path, query, target, max_bytes, progress)


async def _stream(
    api: Api, full_path: str, query: Query, target: Path, max_bytes: int, progress: Progress
) -> None:
    async with api.stream("GET", full_path, query, timeout_s=None) as response:
        total = response.content_length
        if total is not None and total > max_bytes:
            raise MediaTooLarge(f"{total} bytes")
        done = 0
        with target.open("wb") as file:
            while True:
                async with asyncio.timeout(STALLED_S):
                    chunk = await response.content.readany()
                if not chunk:
                    break
                done += len(chunk)
                if done > max_bytes:
                    raise MediaTooLarge(f"more than {max_bytes} bytes")
                await asyncio.to_thread(file.write, chunk)
                progress(done, total)
        if total is not None and response.headers.get("Content-Encoding") is None and done != total:
            raise NetworkUnavailable(f"{done} of {total} bytes")
