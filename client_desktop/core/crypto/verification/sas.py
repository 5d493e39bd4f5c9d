"""Short authentication strings: from two ephemeral keys to what people compare, and to MACs of keys.

Pure functions of bytes; the messages around them are `flow.py`'s concern.

Spec: https://spec.matrix.org/v1.19/client-server-api/#short-authentication-string-sas-verification
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from client_desktop.core.crypto.primitives import (
    KEY_BYTES,
    curve25519_exchange,
    encode_base64,
    hkdf_sha256,
    hmac_sha256,
    pk_public_key,
    random_bytes,
    sha256,
)
from client_desktop.core.json_types import JsonObject
from federation.protocol.canonical_json import encode_canonical_json

AGREEMENT: Final = "curve25519-hkdf-sha256"
DEPRECATED_AGREEMENT: Final = "curve25519"
AGREEMENTS: Final = (AGREEMENT, DEPRECATED_AGREEMENT)
HASHES: Final = ("sha256",)
MAC: Final = "hkdf-hmac-sha256.v2"
DEPRECATED_MAC: Final = "hkdf-hmac-sha256"
MACS: Final = (MAC, DEPRECATED_MAC)
EMOJI: Final = "emoji"
DECIMAL: Final = "decimal"
STRINGS: Final = (EMOJI, DECIMAL)
KEY_IDS: Final = "KEY_IDS"


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a verification."""

    user_id: str
    device_id: str


@dataclass(frozen=True, slots=True)
class KeySide:
    """One side with its ephemeral public key in unpadded base64."""

    party: Party
    public: str


@dataclass(frozen=True, slots=True, repr=False)
class EphemeralKey:
    """Our half of the key agreement: private bytes, and the public key in unpadded base64."""

    private: bytes
    public: str


def make_ephemeral_key() -> EphemeralKey:
    private = random_bytes(KEY_BYTES)
    return EphemeralKey(private, pk_public_key(private))


def agree(ours: EphemeralKey, theirs: str) -> bytes:
    """Return the shared secret.

    Raises: CryptoError for what is no public key, or one that leads to a secret everybody knows.
    """
    return curve25519_exchange(ours.private, theirs)


def commit(public: str, start: JsonObject) -> str:
    """Return the commitment to an ephemeral key: a hash of it and of the start message's content.

    Raises: CanonicalJsonError.
    """
    return encode_base64(sha256(public.encode() + encode_canonical_json(start)))


def derive_string(
    agreement: str, shared: bytes, starter: KeySide, accepter: KeySide, transaction_id: str
) -> bytes:
    """Return six bytes, from which both the emoji and (of the first five) the numbers are made.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#sas-hkdf-calculation
    """
    sides = (starter, accepter)
    if agreement == AGREEMENT:
        parts = [part for side in sides for part in (side.party.user_id, side.party.device_id, side.public)]
        info = "|".join(["MATRIX_KEY_VERIFICATION_SAS", *parts, transaction_id])
    else:
        parts = [part for side in sides for part in (side.party.user_id, side.party.device_id)]
        info = "".join(["MATRIX_KEY_VERIFICATION_SAS", *parts, transaction_id])
    return _derive(shared, info, 6)


def emoji_numbers(string: bytes) -> tuple[int, ...]:
    """Return the numbers of seven emoji, from six bytes."""
    bits = int.from_bytes(string[:6], "big") >> 6
    return tuple(bits >> shift & 0x3F for shift in range(36, -1, -6))


def decimals(string: bytes) -> tuple[int, int, int]:
    """Return three numbers of four digits, from the first five bytes."""
    bits = int.from_bytes(string[:5], "big") >> 1
    return (bits >> 26) + 1000, (bits >> 13 & 0x1FFF) + 1000, (bits & 0x1FFF) + 1000


def calculate_mac(
    method: str, shared: bytes, sender: Party, receiver: Party, transaction_id: str, key_id: str, value: str
) -> str:
    """Return the MAC of a key (or, with KEY_IDS, of the list of key ids) that `sender` wants verified.

    Spec: https://spec.matrix.org/v1.19/client-server-api/#mac-calculation
    """
    parts = (sender.user_id, sender.device_id, receiver.user_id, receiver.device_id, transaction_id, key_id)
    key = _derive(shared, "MATRIX_KEY_VERIFICATION_MAC" + "".join(parts), 32)
    mac = hmac_sha256(key, value.encode())
    return encode_base64(mac) if method == MAC else _encode_as_libolm(mac)


def join_key_ids(key_ids: Iterable[str]) -> str:
    return ",".join(sorted(key_ids))


def _derive(shared: bytes, info: str, length: int) -> bytes:
    return hkdf_sha256(shared, salt=b"", info=info.encode(), length=length)


def _encode_as_libolm(mac: bytes) -> str:
    """Encode as libolm did by mistake: in place, so that what was written is read again as input.

    COMPAT: `hkdf-hmac-sha256` is defined by this.
    """
    buffer = bytearray(mac) + bytearray(11)
    for group in range(len(mac) // 3):
        encoded = encode_base64(bytes(buffer[group * 3 : group * 3 + 3]))
        buffer[group * 4 : group * 4 + 4] = encoded.encode()
    rest = encode_base64(bytes(buffer[len(mac) // 3 * 3 : len(mac)]))
    return buffer[: len(mac) // 3 * 4].decode() + rest
