"""A disk that a test may fill, or close to writing: in memory, and for root alone."""

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PIECE = bytes(65_536)


class SmallDisk:
    """A file system of its own at `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, leave_bytes: int = 0) -> None:
        """Take all its room, but for about so much."""
        with self._ballast.open("ab", buffering=0) as file:
            try:
                while self._free_bytes() > leave_bytes:
                    file.write(PIECE)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Give back what `fill` took."""
        self._ballast.unlink()

    def close_to_writing(self) -> None:
        """Let it be read only, as a system does with a disk that fails."""
        subprocess.run(["mount", "-o", "remount,ro", self.folder], check=True)

    def _free_bytes(self) -> int:
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk | None]:
    """Mount a disk of that size (`400m`) for the length of the block; None where that is not allowed here."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
