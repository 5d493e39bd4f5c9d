"""The file with the key that this server signs with: made on first start, readable by its owner only."""

import os
import secrets
from pathlib import Path

from federation.protocol.errors import SigningKeyError
from federation.protocol.signing import (
    SigningKey,
    encode_base64,
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
    key = find_signing_key(settings)
    if key is not None:
        return key
    try:
        _write(signing_key_path(settings), new_signing_key(), replace=False)
    except OSError as error:
        raise SigningKeyUnusable(f"signing key file {signing_key_path(settings)}: {error}") from error
    key = find_signing_key(settings)
    assert key is not None, "the file was just written"
    return key


def find_signing_key(settings: Settings) -> SigningKey | None:
    """Return the server's signing key, None where there is no file. Raises SigningKeyUnusable."""
    path = signing_key_path(settings)
    try:
        return parse_signing_key(path.read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except (OSError, SigningKeyError, UnicodeError) as error:
        raise SigningKeyUnusable(f"signing key file {path}: {error}") from error


def replace_signing_key(settings: Settings) -> SigningKey:
    """Write a new key in the place of the old one, and return it. Raises SigningKeyUnusable."""
    key = new_signing_key()
    try:
        _write(signing_key_path(settings), key, replace=True)
    except OSError as error:
        raise SigningKeyUnusable(f"signing key file {signing_key_path(settings)}: {error}") from error
    return key


def new_signing_key() -> SigningKey:
    """Make a key, from the system's source of randomness."""
    return generate_signing_key(f"a_{secrets.token_hex(2)}", secrets.token_bytes(SEED_BYTES))


def public_half(key: SigningKey) -> str:
    """Return what may be known of a key, as `ed25519:VERSION BASE64`."""
    return f"{key.key_id} {encode_base64(key.public_key)}"


def signing_key_path(settings: Settings) -> Path:
    """Return where the signing key is, or is going to be."""
    return settings.federation.signing_key_file or settings.data_dir / "signing.key"


def _write(path: Path, key: SigningKey, *, replace: bool) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(serialize_signing_key(key) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if replace:
        temporary.replace(path)
        return
    try:
        os.link(temporary, path)  # fails, rather than replaces, where another worker was first
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
