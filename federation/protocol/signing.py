"""Ed25519 signatures over canonical JSON, signing keys, and unpadded Base64.

Spec: https://spec.matrix.org/v1.19/appendices/#signing-json
"""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from dataclasses import dataclass, field
from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_BYTES, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import CryptoError

from federation.protocol.canonical_json import JsonObject, JsonValue, encode_canonical_json
from federation.protocol.errors import SignatureError, SigningKeyError

__all__ = [
    "SignatureError",
    "SigningKey",
    "SigningKeyError",
    "decode_base64",
    "encode_base64",
    "encode_base64_url",
    "generate_signing_key",
    "parse_signing_key",
    "serialize_signing_key",
    "sign_json",
    "verify_json",
    "verify_signature",
]

ALGORITHM: Final = "ed25519"
SEED_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 32

_URL_SAFE: Final = str.maketrans("+/", "-_")
_STANDARD: Final = str.maketrans("-_", "+/")
_KEY_VERSION = re.compile(r"[A-Za-z0-9_]{1,64}")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An ed25519 signing key. Made by `generate_signing_key` or `parse_signing_key`."""

    version: str
    seed: bytes = field(repr=False)
    public_key: bytes
    key_id: str
    _secret_key: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Return the 64 bytes of the signature."""
        return crypto_sign(message, self._secret_key)[:crypto_sign_BYTES]


def generate_signing_key(version: str, seed: bytes) -> SigningKey:
    """Make the signing key that belongs to 32 bytes of randomness.

    Raises: SigningKeyError.
    """
    if _KEY_VERSION.fullmatch(version) is None:
        raise SigningKeyError("a key version holds letters, digits and underscores")
    if len(seed) != SEED_BYTES:
        raise SigningKeyError(f"a seed has {SEED_BYTES} bytes")
    public_key, secret_key = crypto_sign_seed_keypair(seed)
    return SigningKey(version, seed, public_key, f"{ALGORITHM}:{version}", secret_key)


def parse_signing_key(text: str) -> SigningKey:
    """Read the one line of a signing key file, `ed25519 VERSION SEED`, as Synapse writes it.

    Raises: SigningKeyError, which never quotes the text.
    """
    words = text.split()
    if len(words) != 3 or words[0] != ALGORITHM:
        raise SigningKeyError("expected one line, `ed25519 VERSION SEED`")
    try:
        seed = decode_base64(words[2])
    except ValueError:
        raise SigningKeyError("the seed is not Base64") from None
    return generate_signing_key(words[1], seed)


def serialize_signing_key(key: SigningKey) -> str:
    """Write the line that `parse_signing_key` reads, with a line feed. It holds the secret."""
    return f"{ALGORITHM} {key.version} {encode_base64(key.seed)}\n"


def sign_json(
    json_object: JsonObject, signer_name: str, key: SigningKey, *, strict_numbers: bool = True
) -> JsonObject:
    """Return the object with our signature added beside those it has.

    Raises: CanonicalJsonError; SignatureError when `signatures` is there but is not an object of objects.
    Spec: https://spec.matrix.org/v1.19/appendices/#signing-details
    """
    signature = key.sign(_signed_bytes(json_object, strict_numbers))
    signatures = json_object.get("signatures", {})
    of_signer = signatures.get(signer_name, {}) if isinstance(signatures, dict) else None
    if not isinstance(signatures, dict) or not isinstance(of_signer, dict):
        raise SignatureError("`signatures` is not an object of objects")
    ours: JsonObject = {**of_signer, key.key_id: encode_base64(signature)}
    return {**json_object, "signatures": {**signatures, signer_name: ours}}


def verify_json(
    json_object: JsonObject, signer_name: str, key_id: str, public_key: bytes, *, strict_numbers: bool = True
) -> None:
    """Check one signature of an object.

    `strict_numbers=False` is for events of room versions 1 to 5 and what may hold them.

    Raises: SignatureError, also when the object has no canonical encoding.
    Spec: https://spec.matrix.org/v1.19/appendices/#checking-for-a-signature
    """
    signature = _signature_in(json_object, signer_name, key_id)
    try:
        message = _signed_bytes(json_object, strict_numbers)
    except ValueError as error:
        raise SignatureError("the signed object is not canonical JSON") from error
    verify_signature(message, signature, public_key)


def verify_signature(message: bytes, signature: bytes, public_key: bytes) -> None:
    """Check an ed25519 signature over bytes.

    Raises: SignatureError.
    """
    if len(signature) != crypto_sign_BYTES or len(public_key) != PUBLIC_KEY_BYTES:
        raise SignatureError("signature or public key of the wrong length")
    try:
        crypto_sign_open(signature + message, public_key)
    except CryptoError as error:
        raise SignatureError("the signature does not match") from error


def encode_base64(data: bytes) -> str:
    """Encode as unpadded Base64.

    Spec: https://spec.matrix.org/v1.19/appendices/#unpadded-base64
    """
    return b2a_base64(data, newline=False).rstrip(b"=").decode("ascii")


def encode_base64_url(data: bytes) -> str:
    """Encode as URL-safe unpadded Base64.

    Spec: https://spec.matrix.org/v1.19/appendices/#url-safe-unpadded-base64
    """
    return encode_base64(data).translate(_URL_SAFE)


def decode_base64(text: str) -> bytes:
    """Decode Base64, URL-safe or not, padded or not.

    Raises: ValueError.
    """
    unpadded = text.rstrip("=").translate(_STANDARD)
    try:
        return a2b_base64(unpadded + "=" * (-len(unpadded) % 4), strict_mode=True)
    except ValueError as error:
        raise ValueError("not Base64") from error


def _signed_bytes(json_object: JsonObject, strict_numbers: bool) -> bytes:
    signed = {key: value for key, value in json_object.items() if key not in ("signatures", "unsigned")}
    return encode_canonical_json(signed, strict_numbers=strict_numbers)


def _signature_in(json_object: JsonObject, signer_name: str, key_id: str) -> bytes:
    if not key_id.startswith(f"{ALGORITHM}:"):
        raise SignatureError("unknown signing algorithm")
    signature: JsonValue = json_object.get("signatures")
    for key in (signer_name, key_id):
        signature = signature.get(key) if isinstance(signature, dict) else None
    if not isinstance(signature, str):
        raise SignatureError(f"no signature of {signer_name} with {key_id}")
    try:
        return decode_base64(signature)
    except ValueError as error:
        raise SignatureError("the signature is not Base64") from error
