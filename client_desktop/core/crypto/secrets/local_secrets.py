"""Secrets that are on this device: sealed with the pickle key, which is kept elsewhere."""

from __future__ import annotations

from sqlite3 import Connection
from typing import Final

import orjson

from client_desktop.core.crypto.secrets.errors import SecretMissing
from client_desktop.core.crypto.secrets.storage_key import StorageKey, decrypt_secret, encrypt_secret
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.store import Store
from client_desktop.core.store.secrets import delete_secret, select_secret, upsert_secret

BACKUP_KEY: Final = "m.megolm_backup.v1"
_SEAL_ID: Final = "pickle"


class LocalSecrets:
    """Named as in secret storage."""

    def __init__(self, store: Store, pickle_key: bytes) -> None:
        self._store = store
        self._key = StorageKey(_SEAL_ID, pickle_key)

    def get(self, name: str) -> str | None:
        """Return a secret that is here.

        Raises: StoreDamaged, when it is sealed with another key.
        """
        sealed = select_secret(self._store.db, name)
        if sealed is None:
            return None
        try:
            return decrypt_secret(self._key, name, orjson.loads(sealed))
        except SecretMissing as error:
            raise StoreDamaged("secrets cannot be read with this pickle key") from error

    def put(self, db: Connection, name: str, secret: str) -> None:
        """Store a secret, in place of what had its name."""
        upsert_secret(db, name, orjson.dumps(encrypt_secret(self._key, name, secret)))

    def remove(self, db: Connection, name: str) -> None:
        delete_secret(db, name)
