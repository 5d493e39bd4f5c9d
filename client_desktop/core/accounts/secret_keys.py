"""Where the key of the file of secrets comes from: the system keyring, a key file, or a passphrase."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from client_desktop.core.accounts.private_files import read_private, write_private
from client_desktop.core.accounts.secret_store import FILE_NAME, KEY_BYTES, FileSecretStore
from client_desktop.core.errors import ClientError, NotAllowed, StoreDamaged

logger = logging.getLogger(__name__)

SERVICE: Final = "Parlour"
KEY_FILE_NAME: Final = "secrets.key"
SALT_FILE_NAME: Final = "secrets.salt"
KEYRING_TIMEOUT_S: Final = 60.0
"""People may be asked to unlock it; a keyring that never answers must not keep the client from starting."""

_SALT_BYTES: Final = 16


class KeyringClosed(ClientError):
    """The system keyring is locked, or not there now: the secrets are safe and cannot be read."""

    word = "keyring_closed"


class Keyring(Protocol):
    """What of the package `keyring` is used; its calls block."""

    def get_password(self, service_name: str, username: str, /) -> str | None: ...

    def set_password(self, service_name: str, username: str, password: str, /) -> None: ...


class SystemKeyring:
    """The package `keyring`, loaded when it is asked: a client whose key is in a file does without."""

    def get_password(self, service_name: str, username: str, /) -> str | None:
        import keyring

        return keyring.get_password(service_name, username)

    def set_password(self, service_name: str, username: str, password: str, /) -> None:
        import keyring

        keyring.set_password(service_name, username, password)


SYSTEM: Final = SystemKeyring()


class _KeyringFailed(Exception):
    """What a backend raised, by the name of its kind."""


async def open_secret_store(
    folder: Path,
    system_keyring: Keyring | None = SYSTEM,
    ask_passphrase: Callable[[], Awaitable[str]] | None = None,
) -> FileSecretStore:
    """Open the secrets in a folder, with the key from where it is, or else from where it can be kept best.

    `system_keyring` None never asks one. A passphrase is asked for where the secrets were made with one, or,
    without a keyring, where there are none yet and `ask_passphrase` is given.

    Raises: StoreDamaged where there are secrets but their key is gone (`set_secrets_aside` begins anew);
    KeyringClosed where the keyring that may have the key does not give it; NotAllowed for a wrong passphrase.
    """
    path = folder / FILE_NAME
    if (folder / SALT_FILE_NAME).exists():
        return await _open_with_passphrase(folder, ask_passphrase)
    key = _read_key_file(folder)
    if key is None:
        try:
            key = await _key_of_keyring(folder, system_keyring, create=not path.exists())
        except KeyringClosed:
            if path.exists():
                raise
    if key is None and path.exists():
        raise StoreDamaged("the key of the secrets is gone")
    if key is None and ask_passphrase is not None:
        return await _open_with_passphrase(folder, ask_passphrase)
    return FileSecretStore(path, key or _make_key_file(folder))


def set_secrets_aside(folder: Path) -> None:
    """Begin without secrets where those that are there cannot be read; they stay, under another name."""
    for name in (FILE_NAME, KEY_FILE_NAME, SALT_FILE_NAME):
        path = folder / name
        if path.exists():
            path.replace(path.with_name(f"{name}.unreadable"))


async def _open_with_passphrase(folder: Path, ask: Callable[[], Awaitable[str]] | None) -> FileSecretStore:
    if ask is None:
        raise StoreDamaged("the secrets open with a passphrase only")
    salt = read_private(folder / SALT_FILE_NAME, _SALT_BYTES)
    if salt is None:
        salt = secrets.token_bytes(_SALT_BYTES)
        write_private(folder / SALT_FILE_NAME, salt)
    key = await asyncio.to_thread(_stretch, await ask(), salt)
    try:
        return FileSecretStore(folder / FILE_NAME, key)
    except StoreDamaged as error:
        raise NotAllowed("the passphrase is wrong, or the secrets are damaged") from error


def _stretch(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=2**17, r=8, p=1).derive(passphrase.encode())


async def _key_of_keyring(folder: Path, system_keyring: Keyring | None, *, create: bool) -> bytes | None:
    """Return the key in the keyring, made if `create`; None where the keyring does not keep it.

    Raises: KeyringClosed.
    """
    if system_keyring is None:
        return None
    try:
        async with asyncio.timeout(KEYRING_TIMEOUT_S):
            return await asyncio.to_thread(_ask_keyring, system_keyring, str(folder), create)
    except TimeoutError:
        logger.warning("The system keyring does not answer")
        raise KeyringClosed("no answer") from None
    except _KeyringFailed as error:
        logger.info("No system keyring: %s", error)
        raise KeyringClosed(str(error)) from None


def _ask_keyring(system_keyring: Keyring, user: str, create: bool) -> bytes | None:
    try:
        return _key_in_keyring(system_keyring, user, create)
    except Exception as error:
        # Backends raise whatever the libraries below them do: D-Bus, the registry, a locked session.
        raise _KeyringFailed(type(error).__name__) from error


def _key_in_keyring(system_keyring: Keyring, user: str, create: bool) -> bytes | None:
    stored = system_keyring.get_password(SERVICE, user)
    if stored is not None:
        return _decode(stored)
    if not create:
        return None
    key = secrets.token_bytes(KEY_BYTES)
    system_keyring.set_password(SERVICE, user, base64.b64encode(key).decode())
    # Some backends take everything and keep nothing: only what can be read back is relied upon.
    kept = system_keyring.get_password(SERVICE, user)
    return key if kept is not None and _decode(kept) == key else None


def _decode(stored: str) -> bytes | None:
    try:
        key = base64.b64decode(stored, validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None


def _read_key_file(folder: Path) -> bytes | None:
    key = read_private(folder / KEY_FILE_NAME, KEY_BYTES)
    if key is not None and len(key) != KEY_BYTES:
        raise StoreDamaged("the key file of the secrets is damaged")
    return key


def _make_key_file(folder: Path) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    write_private(folder / KEY_FILE_NAME, key)
    return key
