"""Folders for what tests need fast and not for long."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

MEMORY = Path("/dev/shm")
NEEDED_BYTES = 2 * 1024**3


@contextmanager
def folder_in_memory(otherwise: Path) -> Iterator[Path]:
    """Give a folder in memory where this system has enough, else another one.

    A database is then copied in a fifth of the time, which every test of the server does.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < NEEDED_BYTES:
        yield otherwise
        return
    with TemporaryDirectory(prefix="parlour-tests-", dir=MEMORY) as folder:
        yield Path(folder) / "postgres"
