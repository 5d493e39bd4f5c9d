"""Copies of the files that wait to be sent: the originals may change or go while they wait."""

from __future__ import annotations

import shutil
from collections.abc import Container
from pathlib import Path
from typing import Final

from client_desktop.core.media.errors import FileGone

FREE_BYTES: Final = 64 * 1024 * 1024
"""What a copy leaves free on the disk."""


class FileStore:
    """A folder with one folder per entry. Everything here blocks: run it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, txn_id: str, slot: str, source: Path) -> Path:
        """Copy a file, and return where it is.

        Raises: FileGone.
        """
        target = self.place(txn_id, slot)
        try:
            if source.stat().st_size + FREE_BYTES > shutil.disk_usage(target.parent).free:
                raise FileGone("the disk is full")
            shutil.copyfile(source, target)
        except OSError as error:
            raise FileGone(f"{source.name}: {error.strerror}") from error
        return target

    def write(self, txn_id: str, slot: str, data: bytes) -> Path:
        """Keep bytes as a file, and return where it is."""
        target = self.place(txn_id, slot)
        target.write_bytes(data)
        return target

    def remove(self, txn_id: str) -> None:
        """Delete what an entry had."""
        shutil.rmtree(self._folder / txn_id, ignore_errors=True)

    def strays(self, known: Container[str]) -> list[Path]:
        """Return the folders that belong to no entry; quick, and before anything new is put here."""
        if not self._folder.is_dir():
            return []
        return [folder for folder in self._folder.iterdir() if folder.name not in known]

    def sweep(self, strays: list[Path]) -> None:
        """Delete what `strays` found."""
        for folder in strays:
            shutil.rmtree(folder, ignore_errors=True)

    def place(self, txn_id: str, slot: str) -> Path:
        """Return where a file of an entry is to be."""
        folder = self._folder / txn_id
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / slot
