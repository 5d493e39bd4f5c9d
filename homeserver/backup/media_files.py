"""The uploads of a backup: files beside each other, named as in the store, and a list of them."""

import os
from collections.abc import AsyncIterator, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

from homeserver.backup.errors import BackupError
from homeserver.media.blob_store import BlobStore, key_of
from homeserver.storage.media import Blob

LIST_FILE: Final = "media.txt"


class DamagedFile(Exception):
    """A file's content is not what its name says; the message names it."""


async def write_list(folder: Path, batches: AsyncIterator[Sequence[Blob]]) -> tuple[int, int]:
    """Write down which files there are; return how many, and how many bytes they hold."""
    files = size_bytes = 0
    with (folder / LIST_FILE).open("w") as listed:
        async for blobs in batches:
            for blob in blobs:
                listed.write(f"{blob.blob_nid} {blob.sha256.hex()} {blob.size_bytes}\n")
            files += len(blobs)
            size_bytes += sum(blob.size_bytes for blob in blobs)
    return files, size_bytes


def read_list(folder: Path) -> Iterator[Blob]:
    """Yield the files that a backup lists. Raises: BackupError when the list is damaged."""
    with (folder / LIST_FILE).open() as listed:
        for line in listed:
            try:
                number, digest, size = line.split()
                yield Blob(int(number), bytes.fromhex(digest), int(size))
            except ValueError:
                raise BackupError(f"{folder / LIST_FILE} is damaged: {line[:100]!r}") from None


async def fetch_file(store: BlobStore, blob: Blob, target: Path, previous: Path | None) -> None:
    """Have the file at `target`: as the same file on the disk that the backup before has, or from the store.

    Raises: NotFound when the store has it no more, DamagedFile, Unavailable.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if previous is not None and _can_be_shared(previous, blob, target):
        return
    digest = sha256()
    chunks = store.read(blob)
    first = await anext(chunks, b"")  # before there is a file: there may be nothing to write
    with target.open("wb") as file:
        digest.update(first)
        file.write(first)
        async for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    if digest.digest() != blob.sha256:
        raise DamagedFile(f"{key_of(blob)} of the media store is not what was uploaded: it is damaged")


def _can_be_shared(previous: Path, blob: Blob, target: Path) -> bool:
    try:
        if previous.stat().st_size == blob.size_bytes:
            os.link(previous, target)
            return True
    except OSError:  # it is not there, or on another disk, or on one that knows no links
        pass
    return False


def check_file(file: Path, blob: Blob) -> None:
    """Raises: DamagedFile when the file is not the one that was uploaded."""
    digest = sha256()
    try:
        with file.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                digest.update(chunk)
    except OSError as error:
        raise DamagedFile(f"{file}: {error.strerror}") from error
    if digest.digest() != blob.sha256:
        raise DamagedFile(f"{file} is damaged: its content is not what was uploaded")
