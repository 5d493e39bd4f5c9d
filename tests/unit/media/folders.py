"""Looking at folders and files from asynchronous tests."""

from pathlib import Path


def names_in(folder: Path) -> list[str]:
    """Return the names of what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def write(path: Path, data: bytes) -> None:
    """Write a file."""
    path.write_bytes(data)
