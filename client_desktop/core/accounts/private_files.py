"""Small files that nobody but their owner may read, written whole or not at all."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from client_desktop.core.errors import StoreDamaged


def write_private(path: Path, data: bytes) -> None:
    """Replace a file at once: after a crash it is the old one or the new one, never a half.

    Raises: OSError.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _write_new(temporary, data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_private(path: Path, max_bytes: int) -> bytes | None:
    """Return a file's bytes, or None where there is none.

    Raises: StoreDamaged where it is larger than anything we write, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreDamaged(f"{path.name}: {error.strerror}") from error
    if len(data) > max_bytes:
        raise StoreDamaged(f"{path.name} is too large")
    return data


def _write_new(path: Path, data: bytes) -> None:
    # O_BINARY exists on Windows alone, where line ends would be rewritten without it.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
