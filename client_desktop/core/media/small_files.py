"""Small files that are no messages, as bytes: what encryption shares between devices."""

from __future__ import annotations

import asyncio

from client_desktop.core.media.download import download
from client_desktop.core.media.media import MediaFiles
from client_desktop.core.media.mxc import parse_mxc
from client_desktop.core.media.uploads import ENCRYPTED_TYPE, upload_file


class SmallFiles:
    """Uploading and downloading without the cache: nothing of it stays here."""

    def __init__(self, media: MediaFiles) -> None:
        self._media = media

    async def upload(self, data: bytes) -> str:
        """Upload bytes, and return their mxc URI.

        Raises: MediaTooLarge, ClientError.
        """
        partial = self._media.cache.partial()
        try:
            await asyncio.to_thread(partial.write_bytes, data)
            return await upload_file(self._media.api, partial, ENCRYPTED_TYPE, None, _tell_nobody)
        finally:
            partial.unlink(missing_ok=True)

    async def download(self, mxc_uri: str, max_bytes: int) -> bytes:
        """Return the bytes at an mxc URI.

        Raises: MediaRefused, MediaTooLarge, ClientError.
        """
        mxc = parse_mxc(mxc_uri)
        partial = self._media.cache.partial()
        try:
            await download(self._media.api, mxc, partial, max_bytes)
            return await asyncio.to_thread(partial.read_bytes)
        finally:
            partial.unlink(missing_ok=True)


def _tell_nobody(done: int, total: int) -> None:
    """Tell nobody."""
