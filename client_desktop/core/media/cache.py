"""Files that were fetched, on the disk, within a bound: what was not looked at for longest goes first.

A file is named by the digest of what is in it, so the same picture under ten addresses takes its room once.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path
from typing import Final

from client_desktop.core.clock import Clock
from client_desktop.core.store import Store
from client_desktop.core.store import media_cache as table
from client_desktop.core.store.media_cache import CachedFile

DEFAULT_BYTES: Final = 1024**3
FRESH_MS: Final = 60_000
"""How often it is written down that a file was looked at."""
_CHUNK_BYTES: Final = 1024 * 1024
_BATCH: Final = 50
_PARTIAL: Final = ".part"


class MediaCache:
    """One account's cache. Looking something up is quick; `adopt` and `sweep` block: run them in a thread."""

    def __init__(self, store: Store, clock: Clock, folder: Path, max_bytes: int = DEFAULT_BYTES) -> None:
        self._store = store
        self._clock = clock
        self._folder = folder
        self.max_bytes = max_bytes

    def find(self, key: str) -> Path | None:
        """Return a file that is here, and note that it was looked at."""
        cached = table.read_cached(self._store.db, key)
        if cached is None:
            return None
        path = self._folder / cached.name
        if not path.is_file():
            # Somebody has cleaned up behind our back.
            with self._store.transaction() as db:
                table.delete_cached(db, key)
            return None
        now_ms = self._clock.now_ms()
        if now_ms - cached.used_at_ms > FRESH_MS:
            with self._store.transaction() as db:
                table.touch_cached(db, key, now_ms)
        return path

    def partial(self) -> Path:
        """Return where a file may be written that `adopt` takes over."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{secrets.token_hex(16)}{_PARTIAL}"
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        return path

    def adopt(self, path: Path) -> tuple[str, int]:
        """Give a file of `partial` its name by what is in it; return name and size for `note`."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
        size = path.stat().st_size
        path.replace(self._folder / digest.hexdigest())
        return digest.hexdigest(), size

    def note(self, key: str, name: str, size: int) -> Path:
        """Write down what an adopted file is, make room for it, and return where it is."""
        with self._store.transaction() as db:
            table.write_cached(db, CachedFile(key, name, size, self._clock.now_ms()))
        self._make_room(name)
        return self._folder / name

    def used_bytes(self) -> int:
        """Return how much room the files take."""
        return table.read_total(self._store.db)

    def clear(self) -> None:
        """Delete everything."""
        with self._store.transaction() as db:
            names = table.read_names(db)
            table.delete_all_cached(db)
        for name in names:
            (self._folder / name).unlink(missing_ok=True)

    def strays(self) -> list[Path]:
        """Return what a crash left, before anything is fetched: halves, and files nobody knows of."""
        if not self._folder.is_dir():
            return []
        known = table.read_names(self._store.db)
        return [path for path in self._folder.iterdir() if path.name not in known]

    def sweep(self, strays: list[Path]) -> None:
        """Delete what `strays` found."""
        for path in strays:
            path.unlink(missing_ok=True)

    def _make_room(self, keep: str) -> None:
        """Delete what was not looked at for longest until the rest fits; the newest stays in any case."""
        total = table.read_total(self._store.db)
        while total > self.max_bytes:
            oldest = [file for file in table.read_oldest(self._store.db, _BATCH) if file.name != keep]
            if not oldest:
                return
            for file in oldest:
                if total <= self.max_bytes:
                    return
                total -= self._delete(file)

    def _delete(self, file: CachedFile) -> int:
        """Forget a key; return how much room that made."""
        with self._store.transaction() as db:
            table.delete_cached(db, file.key)
            if table.name_is_used(db, file.name):
                return 0
        (self._folder / file.name).unlink(missing_ok=True)
        return file.size
