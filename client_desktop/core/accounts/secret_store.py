"""Where tokens and keys are kept between two starts: one file, encrypted with a key from the system keyring.

The keyring holds only that key. So it is asked once, at the start; its bounds (Windows keeps 2,560 bytes an
entry) do not matter, and a refreshed token costs one small file instead of a question to another process.
Where there is no keyring, the key lies beside the file, readable by its owner alone, or comes from a
passphrase.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import Final, Protocol

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from client_desktop.core.accounts.private_files import read_private, write_private
from client_desktop.core.errors import StoreDamaged

FILE_NAME: Final = "secrets.bin"
KEY_BYTES: Final = 32
MAX_FILE_BYTES: Final = 4 * 1024**2

_MAGIC: Final = b"parlour-secrets-1\n"
_NONCE_BYTES: Final = 12


class SecretStore(Protocol):
    """Named secrets. Names are not secret; values are, and reach no log."""

    def get(self, name: str) -> bytes | None:
        """Return a secret, or None."""

    def set(self, name: str, value: bytes) -> None:
        """Keep a secret; it is on the disk when this returns."""

    def delete(self, name: str) -> None:
        """Forget a secret, if there is one."""

    def names(self) -> tuple[str, ...]:
        """Return the names of all, sorted."""


class MemorySecretStore:
    """Secrets that last as long as the process."""

    def __init__(self) -> None:
        self._secrets: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    def set(self, name: str, value: bytes) -> None:
        self._secrets[name] = value

    def delete(self, name: str) -> None:
        self._secrets.pop(name, None)

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._secrets))


class FileSecretStore:
    """Secrets in one encrypted file; every change writes it anew, whole or not at all."""

    def __init__(self, path: Path, key: bytes) -> None:
        """Read the file, if it is there.

        Raises: StoreDamaged where the file was not written with this key, or was altered.
        """
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._path = path
        self._cipher = AESGCM(key)
        self._secrets = self._read()

    def get(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    def set(self, name: str, value: bytes) -> None:
        if self._secrets.get(name) != value:
            self._write({**self._secrets, name: value})

    def delete(self, name: str) -> None:
        if name in self._secrets:
            self._write({other: value for other, value in self._secrets.items() if other != name})

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._secrets))

    def _read(self) -> dict[str, bytes]:
        data = read_private(self._path, MAX_FILE_BYTES)
        if data is None:
            return {}
        start = len(_MAGIC)
        if not data.startswith(_MAGIC):
            raise StoreDamaged("the file of secrets is none")
        nonce, sealed = data[start : start + _NONCE_BYTES], data[start + _NONCE_BYTES :]
        try:
            members = orjson.loads(self._cipher.decrypt(nonce, sealed, _MAGIC))
            return {str(name): base64.b64decode(value, validate=True) for name, value in members.items()}
        except (InvalidTag, ValueError, binascii.Error, AttributeError, TypeError):
            raise StoreDamaged("the file of secrets does not open with this key") from None

    def _write(self, secrets: dict[str, bytes]) -> None:
        plain = orjson.dumps({name: base64.b64encode(value).decode() for name, value in secrets.items()})
        nonce = AESGCM.generate_key(128)[:_NONCE_BYTES]
        write_private(self._path, _MAGIC + nonce + self._cipher.encrypt(nonce, plain, _MAGIC))
        self._secrets = secrets
