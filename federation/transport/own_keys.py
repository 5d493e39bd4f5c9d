"""The keys of this server, as it publishes them.

Spec: https://spec.matrix.org/v1.19/server-server-api/#publishing-keys
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey, encode_base64, sign_json

HOUR_MS: Final = 3600 * 1000
VALID_FOR_MS: Final = 24 * HOUR_MS
SIGNED_ANEW_AFTER_MS: Final = HOUR_MS


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key that this server signed with until a moment."""

    key_id: str
    public_key: bytes
    expired_ms: int


class OwnKeys:
    """The key that this server signs with, and those it signed with before."""

    def __init__(
        self,
        server_name: ServerName,
        signing_key: SigningKey,
        retired: Sequence[RetiredKey],
        now_ms: Callable[[], int],
    ) -> None:
        self.server_name = server_name
        self._signing_key = signing_key
        self._retired = {key.key_id: key for key in retired}
        self._now_ms = now_ms
        self._published: JsonObject = {}
        self._signed_ms = -SIGNED_ANEW_AFTER_MS

    def find(self, key_id: str, valid_at_ms: int) -> bytes | None:
        """Return a public key of this server if it was in use at a time."""
        if key_id == self._signing_key.key_id:
            return self._signing_key.public_key
        retired = self._retired.get(key_id)
        return retired.public_key if retired and valid_at_ms <= retired.expired_ms else None

    def publish(self) -> JsonObject:
        """Return the signed document of our keys: valid for a day, and the same for an hour."""
        now_ms = self._now_ms()
        if abs(now_ms - self._signed_ms) >= SIGNED_ANEW_AFTER_MS:
            self._published = self.countersign(self._document(now_ms))
            self._signed_ms = now_ms
        return self._published

    def countersign(self, document: JsonObject) -> JsonObject:
        """Return a document with our signature beside those it has. Raises ProtocolError."""
        return sign_json(document, self.server_name, self._signing_key)

    def _document(self, now_ms: int) -> JsonObject:
        old: JsonObject = {
            key.key_id: {"key": encode_base64(key.public_key), "expired_ts": key.expired_ms}
            for key in self._retired.values()
        }
        current: JsonObject = {self._signing_key.key_id: {"key": encode_base64(self._signing_key.public_key)}}
        return {
            "server_name": self.server_name,
            "verify_keys": current,
            "old_verify_keys": old,
            "valid_until_ts": now_ms + VALID_FOR_MS,
        }
