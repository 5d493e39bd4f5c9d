"""The file of the key that signs this server's events; made on first start."""

import os
import secrets
from pathlib import Path

from federation.protocol.signing import (
    SigningKey,
    SigningKeyError,
    generate_signing_key,
    parse_signing_key,
    serialize_signing_key,
)
from homeserver.config.problems import ConfigProblems

KEY = "federation.signing_key_file"


def load_or_make_signing_key(path: Path) -> SigningKey:
    """Read the key; where there is no file, make one with mode 0600.

    Servers that start at once on one file end up with the same key.

    Raises: ConfigProblems.
    """
    try:
        if not path.exists():
            _make(path)
        return parse_signing_key(path.read_text(encoding="ascii"))
    except OSError as error:
        raise ConfigProblems([f"{KEY}: {path}: {error.strerror}"]) from error
    except (SigningKeyError, UnicodeDecodeError) as error:
        raise ConfigProblems([f"{KEY}: {path} is not a signing key: {error}"]) from None


def _make(path: Path) -> None:
    key = generate_signing_key(f"a_{secrets.token_hex(3)}", secrets.token_bytes(32))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(serialize_signing_key(key))
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, does not replace the file of a server that was faster.
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
