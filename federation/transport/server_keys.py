"""The document in which a server publishes its signing keys: reading one, and writing our own.

What bounds it: `MAX_KEYS`, `MAX_KEY_ID`.

Spec: https://spec.matrix.org/v1.19/server-server-api/#publishing-keys
"""

import re
from collections.abc import Iterator
from typing import Final

from federation.ports.keys import ServerKey
from federation.protocol.canonical_json import JsonObject, JsonValue, encode_canonical_json
from federation.protocol.errors import CanonicalJsonError, ProtocolError, SignatureError
from federation.protocol.ids import ServerName
from federation.protocol.signing import decode_base64, verify_json

MAX_KEYS: Final = 64
MAX_KEY_ID: Final = 128
PUBLIC_KEY_BYTES: Final = 32
LONGEST_VALIDITY_MS: Final = 7 * 24 * 3600 * 1000

# Keys whose secret half everybody can compute.
INSECURE_KEYS: Final = frozenset(
    {
        # CVE-2026-24044: made by a random generator that was never seeded.
        decode_base64("l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og"),
    }
)

_KEY_ID = re.compile(r"ed25519:[A-Za-z0-9_.+/=-]+")


class BadServerKeys(ProtocolError):
    """A document is not what a server may publish as its keys."""


def read_server_keys(server: ServerName, document: JsonValue, now_ms: int) -> list[ServerKey]:
    """Check a document that should hold a server's keys, and return them, current and old.

    It must be signed with one of its current keys, and none of its signatures by those may be wrong.

    Raises: BadServerKeys.
    Spec: https://spec.matrix.org/v1.19/server-server-api/#retrieving-server-keys
    """
    if not isinstance(document, dict) or document.get("server_name") != server:
        raise BadServerKeys("it does not name the server")
    until_ms = document.get("valid_until_ts")
    if not isinstance(until_ms, int) or isinstance(until_ms, bool):
        raise BadServerKeys("it has no valid_until_ts")
    until_ms = max(0, min(until_ms, now_ms + LONGEST_VALIDITY_MS))
    current = dict(_public_keys(document, "verify_keys"))
    _check_signatures(server, document, current)
    response = _response(server, document)
    valid_until_ms = _expiries(document, until_ms) | dict.fromkeys(current, until_ms)
    public_keys = dict(_public_keys(document, "old_verify_keys")) | current
    return [
        ServerKey(server, key_id, key, valid_until_ms[key_id], until_ms, now_ms, response)
        for key_id, key in public_keys.items()
        if key_id in valid_until_ms
    ]


def is_key_id(key_id: str) -> bool:
    """Tell whether a text can be the ID of a key that we could check."""
    return len(key_id) <= MAX_KEY_ID and _KEY_ID.fullmatch(key_id) is not None


def _public_keys(document: JsonObject, section: str) -> Iterator[tuple[str, bytes]]:
    """Yield the keys that can be used; those of other algorithms are passed over."""
    keys = document.get(section, {})
    if not isinstance(keys, dict) or len(keys) > MAX_KEYS:
        raise BadServerKeys(f"its {section} is no object of at most {MAX_KEYS} keys")
    for key_id, entry in keys.items():
        text = entry.get("key") if isinstance(entry, dict) else None
        if not is_key_id(key_id) or not isinstance(text, str):
            continue
        try:
            public_key = decode_base64(text)
        except ValueError:
            continue
        if len(public_key) == PUBLIC_KEY_BYTES:
            yield key_id, public_key


def _expiries(document: JsonObject, until_ms: int) -> dict[str, int]:
    """Return when each old key expired, which is never later than the document."""
    keys = document.get("old_verify_keys", {})
    entries = keys.items() if isinstance(keys, dict) else ()
    expiries = {key_id: entry.get("expired_ts") for key_id, entry in entries if isinstance(entry, dict)}
    return {
        key_id: min(expired_ms, until_ms)
        for key_id, expired_ms in expiries.items()
        if isinstance(expired_ms, int) and not isinstance(expired_ms, bool) and expired_ms >= 0
    }


def _check_signatures(server: ServerName, document: JsonObject, current: dict[str, bytes]) -> None:
    signatures = document.get("signatures")
    ours = signatures.get(server) if isinstance(signatures, dict) else None
    signed_with = [key_id for key_id in current if isinstance(ours, dict) and key_id in ours]
    if not signed_with:
        raise BadServerKeys("it is not signed with any of its keys")
    try:
        for key_id in signed_with:
            verify_json(document, server, key_id, current[key_id])
    except SignatureError as error:
        raise BadServerKeys(f"its signature with {key_id} is wrong: {error}") from error


def _response(server: ServerName, document: JsonObject) -> bytes:
    """Encode a document whose signatures were checked, without those of notaries and what none covers."""
    signatures = document["signatures"]
    assert isinstance(signatures, dict), "the signatures were checked"
    signed = {key: value for key, value in document.items() if key != "unsigned"}
    try:
        return encode_canonical_json({**signed, "signatures": {server: signatures[server]}})
    except CanonicalJsonError as error:
        raise BadServerKeys(str(error)) from error
