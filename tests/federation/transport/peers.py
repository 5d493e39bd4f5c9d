"""Servers that sign, without a network."""

from dataclasses import dataclass, replace

from federation.ports.keys import ServerKey
from federation.protocol.canonical_json import JsonObject, encode_canonical_json
from federation.protocol.ids import ServerName
from federation.protocol.signing import SigningKey, encode_base64, generate_signing_key, sign_json
from federation.transport.server_keys import read_server_keys
from federation.transport.signed_requests import authorization_header

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True)
class Peer:
    """A server's name and key."""

    name: ServerName
    key: SigningKey

    @classmethod
    def make(cls, name: str, version: str = "a", seed: int = 1) -> "Peer":
        return cls(ServerName(name), generate_signing_key(version, bytes([seed]) * 32))

    def rotated(self, version: str, seed: int) -> "Peer":
        """Return the same server with another key."""
        return replace(self, key=generate_signing_key(version, bytes([seed]) * 32))

    def document(self, valid_until_ms: int, **changes: object) -> JsonObject:
        """Return what this server publishes as its keys, but for some changes."""
        document: JsonObject = {
            "server_name": self.name,
            "valid_until_ts": valid_until_ms,
            "verify_keys": {self.key.key_id: {"key": encode_base64(self.key.public_key)}},
            "old_verify_keys": {},
        }
        return sign_json({**document, **changes}, self.name, self.key)  # type: ignore[dict-item]

    def stored(self, now_ms: int, valid_until_ms: int) -> list[ServerKey]:
        """Return this server's keys as they are kept."""
        return read_server_keys(self.name, self.document(valid_until_ms), now_ms)

    def header(
        self, destination: ServerName, method: str, target: str, content: JsonObject | None = None
    ) -> str:
        """Return the Authorization header of a request of this server."""
        body = None if content is None else encode_canonical_json(content, strict_numbers=False)
        return authorization_header(self.key, method, target, self.name, destination, body)
