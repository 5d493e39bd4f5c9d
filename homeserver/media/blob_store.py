"""Bytes by key: on the local disk, or in S3, GCS or Azure by URL, through one object-store library.

The library is imported with the first file stored or read: most workers of an idle server never need its
memory.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import structlog

from homeserver.config.urls import path_of_media_url
from homeserver.errors import NotFound, Unavailable
from homeserver.storage.media import Blob

if TYPE_CHECKING:
    from obstore.store import ObjectStore

CHUNK_BYTES: Final = 256 * 1024
REQUEST_TIMEOUT: Final = timedelta(hours=1)
READ_TIMEOUT: Final = timedelta(seconds=30)
RETRY_TIMEOUT: Final = timedelta(seconds=20)
MAX_RETRIES: Final = 3
LONGEST_REASON: Final = 500

log = structlog.get_logger(__name__)


class BlobStore:
    """Stores files that never change under the key of their blob row.

    A store that cannot be reached raises `Unavailable` everywhere.
    """

    def __init__(self, url: str) -> None:
        """Take a `file:///…`, `s3://bucket/…`, `gs://…` or `az://…` URL; nothing is opened yet.

        Raises: ValueError for any other URL.
        """
        self._url = url
        self._store: ObjectStore | None = None
        self._is_away = False
        self.local_root: Path | None = path_of_media_url(url)

    async def put(self, blob: Blob, file: Path) -> None:
        """Store a closed file on the same machine; it is durable when this returns.

        A local store takes the file over (it is gone from where it was); others copy it. Storing the same
        blob twice, even at the same time, is harmless: the bytes are the same.
        """
        if self.local_root is not None:
            await asyncio.to_thread(_move_durably, file, self.local_root / key_of(blob))
            return
        store = await self._open()
        with self._asking():
            await store.put_async(key_of(blob), file, max_concurrency=2)

    async def copy_in(self, blob: Blob, file: Path) -> None:
        """Store a copy of a file that stays where it is."""
        if self.local_root is not None:
            await asyncio.to_thread(_copy_durably, file, self.local_root / key_of(blob))
            return
        await self.put(blob, file)

    async def has(self, blob: Blob) -> bool:
        """Tell whether the blob's bytes are there."""
        store = await self._open()
        try:
            with self._asking():
                await store.head_async(key_of(blob))
        except FileNotFoundError:
            return False
        return True

    async def read(self, blob: Blob, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`, in chunks.

        Raises: NotFound when the row's bytes are missing, before the first chunk.
        """
        end = blob.size_bytes if end is None else end
        if start >= end:
            return
        store = await self._open()
        try:
            with self._asking():
                found = await store.get_async(key_of(blob), options={"range": (start, end)})
        except FileNotFoundError as error:
            raise NotFound("The content is missing from the store") from error
        with self._asking():
            async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                yield chunk

    async def delete(self, blobs: Sequence[Blob]) -> None:
        """Delete what is there; what is not is fine."""
        store = await self._open()
        for blob in blobs:
            with suppress(FileNotFoundError), self._asking():
                await store.delete_async(key_of(blob))

    def local_file(self, blob: Blob) -> Path | None:
        """Return where the bytes lie on this machine, or None for a store elsewhere."""
        return None if self.local_root is None else self.local_root / key_of(blob)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Turn the library's errors into ours; a missing object stays FileNotFoundError.

        That the store is away is logged once, and once that it is back.
        """
        from obstore.exceptions import BaseError

        try:
            yield
        except FileNotFoundError:
            self._note_answer()
            raise
        except BaseError as error:
            if not self._is_away:
                log.warning("media_store.unavailable", reason=str(error).partition("\n")[0][:LONGEST_REASON])
            self._is_away = True
            raise Unavailable("The media store cannot be reached") from error
        self._note_answer()

    def _note_answer(self) -> None:
        if self._is_away:
            log.warning("media_store.available_again")
        self._is_away = False

    async def _open(self) -> "ObjectStore":
        if self._store is None:
            with self._asking():
                self._store = await asyncio.to_thread(self._connect)
        return self._store

    def _connect(self) -> "ObjectStore":
        from obstore.store import LocalStore, MemoryStore, from_url

        if self.local_root is not None:
            return LocalStore(self.local_root, mkdir=True)
        if self._url.startswith("memory:"):
            return MemoryStore()
        # The library's own 30 seconds for a whole request would cut off large files for slow clients.
        # Options given here hide AWS_ALLOW_HTTP; HTTP is spoken only where the endpoint's own URL says so.
        return from_url(
            self._url,
            client_options={"timeout": REQUEST_TIMEOUT, "read_timeout": READ_TIMEOUT, "allow_http": True},
            retry_config={"max_retries": MAX_RETRIES, "retry_timeout": RETRY_TIMEOUT},
        )


def key_of(blob: Blob) -> str:
    """Return the object's key: hash first, spread over 256 folders, ending in the row that owns the bytes."""
    name = blob.sha256.hex()
    return f"{name[:2]}/{name[2:]}-{blob.blob_nid}"


def _move_durably(source: Path, target: Path) -> None:
    """Rename within one file system so that a power cut leaves the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)
    for folder in (target.parent, target.parent.parent):
        _sync_folder(folder)


def _copy_durably(source: Path, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.unfinished")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, unfinished)
    _move_durably(unfinished, target)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
