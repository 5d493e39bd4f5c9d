"""The own device: its identity keys, and the private halves of its one-time and fallback keys.

Whatever changes the account is written in the transaction of what made it change.
"""

from __future__ import annotations

import sqlite3
from typing import Protocol, cast

import vodozemac

from client_desktop.core.crypto.device_keys import build_device_keys
from client_desktop.core.crypto.primitives import crypto_errors
from client_desktop.core.crypto.signed_json import with_signature
from client_desktop.core.errors import StoreDamaged
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.olm import (
    durable_transaction,
    insert_account,
    select_account,
    update_account_pickle,
)


class _FallbackKeys(Protocol):
    """What vodozemac's account has and its stubs leave out."""

    fallback_key: dict[str, vodozemac.Curve25519PublicKey]

    def generate_fallback_key(self) -> None: ...


class OlmAccount:
    """Made once per device, and stored before any of it is published."""

    def __init__(
        self, account: vodozemac.Account, user_id: str, device_id: str, store: Store, pickle_key: bytes
    ) -> None:
        self._account = account
        self._store = store
        self._pickle_key = pickle_key
        self.user_id = user_id
        self.device_id = device_id
        self.curve25519 = account.curve25519_key.to_base64()
        self.ed25519 = account.ed25519_key.to_base64()

    @classmethod
    def open(cls, store: Store, pickle_key: bytes, user_id: str, device_id: str) -> OlmAccount:
        """Load the device's account, or make it.

        Raises: StoreDamaged, when what is stored is another device's, or under another pickle key.
        """
        row = select_account(store.db)
        if row is None:
            account = vodozemac.Account()
            with durable_transaction(store) as db:
                insert_account(db, user_id, device_id, account.pickle(pickle_key))
            return cls(account, user_id, device_id, store, pickle_key)
        if (row.user_id, row.device_id) != (user_id, device_id):
            raise StoreDamaged("the store belongs to another device")
        return cls(_unpickle(row.pickle, pickle_key), user_id, device_id, store, pickle_key)

    def reload(self) -> None:
        """Forget what a transaction that was rolled back has changed."""
        row = select_account(self._store.db)
        assert row is not None, "an open account is stored"
        self._account = _unpickle(row.pickle, self._pickle_key)

    def save(self, db: sqlite3.Connection) -> None:
        update_account_pickle(db, self._account.pickle(self._pickle_key))

    @property
    def key_id(self) -> str:
        return f"ed25519:{self.device_id}"

    def sign(self, message: bytes) -> str:
        """Sign with the device's key; unpadded base64."""
        return self._account.sign(message).to_base64()

    def device_keys(self) -> JsonObject:
        """Describe this device, signed by itself alone."""
        return build_device_keys(self.user_id, self.device_id, self.curve25519, self.ed25519, self.sign)

    @property
    def max_one_time_keys(self) -> int:
        """How many the server should hold."""
        return self._account.max_number_of_one_time_keys

    def unpublished_one_time_keys(self) -> dict[str, str]:
        return {key_id: key.to_base64() for key_id, key in self._account.one_time_keys.items()}

    def unpublished_fallback_key(self) -> dict[str, str]:
        keys = cast("_FallbackKeys", self._account).fallback_key
        return {key_id: key.to_base64() for key_id, key in keys.items()}

    def generate_one_time_keys(self, count: int) -> None:
        self._account.generate_one_time_keys(count)

    def generate_fallback_key(self) -> None:
        """Make a new one; the one before stays usable, the one before that does not."""
        cast("_FallbackKeys", self._account).generate_fallback_key()

    def mark_published(self) -> None:
        """Note that the server has every key that was made."""
        self._account.mark_keys_as_published()

    def signed_key(self, key: str, *, fallback: bool) -> JsonObject:
        """Wrap a one-time or fallback key as it is published."""
        content: JsonObject = {"key": key, "fallback": True} if fallback else {"key": key}
        return with_signature(content, self.user_id, self.key_id, self.sign)

    def open_outbound(self, curve25519: str, one_time_key: str) -> vodozemac.Session:
        """Begin an Olm session with a device by one of its one-time keys.

        Raises: CryptoError.
        """
        with crypto_errors():
            return self._account.create_outbound_session(
                vodozemac.Curve25519PublicKey.from_base64(curve25519),
                vodozemac.Curve25519PublicKey.from_base64(one_time_key),
            )

    def open_inbound(
        self, curve25519: str, message: vodozemac.PreKeyMessage
    ) -> tuple[vodozemac.Session, bytes]:
        """Begin the session that a device began with its first message, and decrypt that.

        The one-time key it used is gone afterwards: `save` in the same transaction as the session.

        Raises: CryptoError; then no key is gone.
        """
        with crypto_errors():
            sender_key = vodozemac.Curve25519PublicKey.from_base64(curve25519)
            return self._account.create_inbound_session(sender_key, message)


def _unpickle(pickle: str, pickle_key: bytes) -> vodozemac.Account:
    try:
        return vodozemac.Account.from_pickle(pickle, pickle_key)
    except ValueError as error:
        raise StoreDamaged("the encryption account cannot be read with this pickle key") from error
