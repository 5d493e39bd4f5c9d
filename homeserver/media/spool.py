"""Where an upload is gathered and hashed before it has a name: one file on the local disk, chunk by chunk."""

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from homeserver.errors import TooLarge, Unavailable

BATCH_BYTES: Final = 256 * 1024
FREE_SPACE_CHECK_BYTES: Final = 16 * 1024 * 1024
NO_ROOM: Final = "The server has no room for more media at the moment"


@dataclass(frozen=True, slots=True)
class Spooled:
    """A gathered file. It lies at `path` until it is stored or its context ends."""

    path: Path
    sha256: bytes
    size_bytes: int


class Spool:
    """A folder for files on their way; on the store's own file system where the store is local."""

    def __init__(self, folder: Path, min_free_bytes: int = 0) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes

    @asynccontextmanager
    async def receive(self, chunks: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[Spooled]:
        """Write the chunks into a file, and delete it afterwards unless it was moved away.

        Holds one batch of 256 KiB in memory, whatever the file's size.

        Raises: TooLarge as soon as more than `max_bytes` came; Unavailable when the disk is nearly full.
        """
        with self.file() as path:
            yield await self._write(chunks, path, max_bytes)

    def file(self) -> "_SpoolFile":
        """Return a context with a fresh path, deleted at its end with whatever lies there."""
        return _SpoolFile(self._folder / secrets.token_hex(16))

    async def adopt(self, path: Path) -> Spooled:
        """Hash a file that somebody else wrote to a path of this spool."""
        return await asyncio.to_thread(_hash_file, path)

    def remove_older_than(self, seconds_since_epoch: float, limit: int) -> int:
        """Delete files that a crash left here, last written before the given time; return how many."""
        removed = 0
        for path in _entries(self._folder):
            if removed >= limit:
                break
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < seconds_since_epoch:
                    path.unlink()
                    removed += 1
        return removed

    async def _write(self, chunks: AsyncIterator[bytes], path: Path, max_bytes: int) -> Spooled:
        writer = await asyncio.to_thread(_HashingWriter, path, self._min_free_bytes)
        try:
            batch = bytearray()
            received = 0
            async for chunk in chunks:
                received += len(chunk)
                if received > max_bytes:
                    raise TooLarge(f"Uploads may have at most {max_bytes} bytes")
                batch += chunk
                if len(batch) >= BATCH_BYTES:
                    await asyncio.to_thread(writer.write, bytes(batch))
                    batch.clear()
            await asyncio.to_thread(writer.write, bytes(batch))
        finally:
            await asyncio.to_thread(writer.close)
        return Spooled(path, writer.digest(), received)


class _SpoolFile:
    """A path that holds no file before and after."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        return self._path

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)


class _HashingWriter:
    """Writes and hashes in a worker thread; looks at the free space now and then."""

    def __init__(self, path: Path, min_free_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._folder = path.parent
        self._min_free_bytes = min_free_bytes
        self._unchecked_bytes = FREE_SPACE_CHECK_BYTES
        self._hash = hashlib.sha256()
        self._file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def write(self, data: bytes) -> None:
        self._unchecked_bytes += len(data)
        if self._unchecked_bytes >= FREE_SPACE_CHECK_BYTES:
            self._unchecked_bytes = 0
            if shutil.disk_usage(self._folder).free < self._min_free_bytes + len(data):
                raise Unavailable(NO_ROOM)
        self._hash.update(data)
        try:
            self._file.write(data)
        except OSError as error:
            raise _readable(error) from error

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise _readable(error) from error

    def digest(self) -> bytes:
        return self._hash.digest()


def _hash_file(path: Path) -> Spooled:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        return Spooled(path, digest, file.tell())


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _readable(error: OSError) -> Exception:
    return Unavailable(NO_ROOM) if error.errno in (errno.ENOSPC, errno.EDQUOT) else error
