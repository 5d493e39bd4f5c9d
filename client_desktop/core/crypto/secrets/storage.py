"""Secret storage: secrets in the account's data, encrypted with a key that only its owner has.

Spec: https://spec.matrix.org/v1.19/client-server-api/#storage
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.secrets.account_data import AccountData
from client_desktop.core.crypto.secrets.errors import NoSecretStorage, SecretMissing, WrongRecoveryKey
from client_desktop.core.crypto.secrets.recovery_key import decode_recovery_key, encode_recovery_key
from client_desktop.core.crypto.secrets.storage_key import (
    StorageKey,
    check_key,
    decrypt_secret,
    derive_from_passphrase,
    describe,
    encrypt_secret,
    make_passphrase_info,
    make_storage_key,
    read_passphrase_info,
)
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_text

DEFAULT_KEY: Final = "m.secret_storage.default_key"
KEY_PREFIX: Final = "m.secret_storage.key."
KEY_NAME: Final = "m.default"
MAX_PASSPHRASE_CHARACTERS: Final = 1024


@dataclass(frozen=True, slots=True, repr=False)
class NewStorage:
    """A storage that was made but is not the account's yet; `recovery_key` is what opens it."""

    key: StorageKey
    description: JsonObject
    recovery_key: str


class OpenStorage:
    """Storage whose key is here. Keep it no longer than what it was opened for."""

    def __init__(self, data: AccountData, key: StorageKey) -> None:
        self._data = data
        self._key = key

    async def get(self, name: str) -> str | None:
        """Return a secret; None where the storage has none of this name.

        Raises: SecretMissing, when it cannot be decrypted; ClientError.
        """
        content = await self._data.get(name)
        encrypted = as_object(content.get("encrypted")).get(self._key.key_id)
        if encrypted is None:
            return None
        return decrypt_secret(self._key, name, as_object(encrypted))

    async def put(self, name: str, secret: str) -> None:
        """Store a secret, in place of what was stored under any key.

        Raises: ClientError.
        """
        await self._data.put(name, {"encrypted": {self._key.key_id: encrypt_secret(self._key, name, secret)}})


class SecretStorage:
    """The account's storage on the server."""

    def __init__(self, data: AccountData) -> None:
        self._data = data

    async def exists(self) -> bool:
        """Tell whether there is a storage that this client can open.

        Raises: ClientError.
        """
        try:
            await self._describe()
        except NoSecretStorage:
            return False
        return True

    async def opens_with_passphrase(self) -> bool:
        """Tell whether a passphrase opens it, besides the recovery key.

        Raises: NoSecretStorage, ClientError.
        """
        _key_id, description = await self._describe()
        return read_passphrase_info(description) is not None

    async def open(self, typed: str) -> OpenStorage:
        """Open with what the user typed, be it the recovery key or the passphrase.

        Raises: WrongRecoveryKey, NoSecretStorage, ClientError.
        """
        key_id, description = await self._describe()
        for candidate in await _candidates(typed, description):
            key = StorageKey(key_id, candidate)
            try:
                check_key(key, description)
            except WrongRecoveryKey:
                continue
            opened = OpenStorage(self._data, key)
            if "mac" not in description:
                await _check_by_secret(opened)
            return opened
        raise WrongRecoveryKey("neither the recovery key nor the passphrase")

    async def make(self, passphrase: str = "") -> NewStorage:
        """Make a key, from a passphrase where one is given; nothing is stored yet."""
        if not passphrase:
            key = make_storage_key()
            return NewStorage(key, describe(key, KEY_NAME), encode_recovery_key(key.key))
        info = make_passphrase_info()
        derived = await asyncio.to_thread(derive_from_passphrase, passphrase, info)
        key = make_storage_key(derived)
        return NewStorage(key, describe(key, KEY_NAME, info), encode_recovery_key(key.key))

    async def establish(self, new: NewStorage, secrets: Mapping[str, str]) -> OpenStorage:
        """Make a new storage the account's, with these secrets in it; the one before is of no use then.

        The secrets come first: whoever finds the storage finds them in it.

        Raises: ClientError.
        """
        await self._data.put(KEY_PREFIX + new.key.key_id, new.description)
        opened = OpenStorage(self._data, new.key)
        for name, secret in secrets.items():
            await opened.put(name, secret)
        await self._data.put(DEFAULT_KEY, {"key": new.key.key_id})
        return opened

    async def abolish(self, names: tuple[str, ...]) -> None:
        """Make the account have no storage, and empty these secrets.

        Raises: ClientError.
        """
        await self._data.put(DEFAULT_KEY, {})
        for name in names:
            await self._data.put(name, {})

    async def _describe(self) -> tuple[str, JsonObject]:
        """Return the default key's id and description.

        Raises: NoSecretStorage, ClientError.
        """
        key_id = as_text((await self._data.get(DEFAULT_KEY)).get("key"))
        description = await self._data.get(KEY_PREFIX + key_id) if key_id else {}
        if not description:
            raise NoSecretStorage("the account has no secret storage")
        return key_id, description


async def _candidates(typed: str, description: Mapping[str, object]) -> list[bytes]:
    """Return the keys that what was typed can stand for."""
    keys = []
    with suppress(WrongRecoveryKey):  # what is none may be the passphrase
        keys.append(decode_recovery_key(typed))
    info = read_passphrase_info(description)
    if not keys and info is not None and 0 < len(typed) <= MAX_PASSPHRASE_CHARACTERS:
        keys.append(await asyncio.to_thread(derive_from_passphrase, typed, info))
    return keys


async def _check_by_secret(storage: OpenStorage) -> None:
    """Tell a wrong key by what it cannot decrypt, where the storage's description does not tell.

    Raises: WrongRecoveryKey, ClientError.
    """
    try:
        await storage.get("m.cross_signing.master")
    except SecretMissing as error:
        raise WrongRecoveryKey("the key decrypts nothing") from error
