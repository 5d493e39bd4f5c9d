"""The file with the key that this server signs with: made on first start, readable by its owner only."""

import os
import secrets
from pathlib import Path

from federation.protocol.errors import SigningKeyError
from federation.protocol.signing import (
    SigningKey,
    generate_signing_key,
    parse_signing_key,
    serialize_signing_key,
)
from homeserver.config import Settings

SEED_BYTES = 32


class SigningKeyUnusable(Exception):
    """The signing key file cannot be read or made; the message says why."""


def load_signing_key(settings: Settings) -> SigningKey:
    """Return the server's signing key; make one where there is no file. Raises SigningKeyUnusable."""
    path = settings.federation.signing_key_file or settings.data_dir / "signing.key"
    try:
        if not path.exists():
            _write(path, generate_signing_key(f"a_{secrets.token_hex(2)}", secrets.token_bytes(SEED_BYTES)))
        return parse_signing_key(path.read_text(encoding="ascii"))
    except (OSError, SigningKeyError, UnicodeError) as error:
        raise SigningKeyUnusable(f"signing key file {path}: {error}") from error


def _write(path: Path, key: SigningKey) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(serialize_signing_key(key) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(temporary, path)  # fails, rather than replaces, where another worker was first
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
