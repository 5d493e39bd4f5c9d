"""Room keys in a backup: encrypted for its public key, and what the server is told beside.

Spec: https://spec.matrix.org/v1.19/client-server-api/#backup-algorithm-mmegolm_backupv1curve25519-aes-sha2
"""

from __future__ import annotations

from typing import Final

import orjson

from client_desktop.core.crypto.exported_keys import ExportedKey, parse_exported_key
from client_desktop.core.crypto.primitives import CryptoError, PkMessage, pk_decrypt, pk_encrypt
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_text

ALGORITHM: Final = "m.megolm_backup.v1.curve25519-aes-sha2"
MAX_CIPHERTEXT_CHARACTERS: Final = 65_536
_BACKED_UP: Final = ("room_id", "session_id")


def encrypt_key(public_key: str, key: ExportedKey, first_index: int, verified: bool) -> JsonObject:
    """Return a room key as the backup holds it (`KeyBackupData`).

    Raises: CryptoError, when the public key is none.
    """
    clear = {name: member for name, member in key.to_json().items() if name not in _BACKED_UP}
    message = pk_encrypt(public_key, orjson.dumps(clear))
    return {
        "first_message_index": first_index,
        "forwarded_count": len(key.chain),
        "is_verified": verified,
        "session_data": {
            "ciphertext": message.ciphertext,
            "mac": message.mac,
            "ephemeral": message.ephemeral,
        },
    }


def decrypt_key(private_key: bytes, room_id: str, session_id: str, data: object) -> ExportedKey:
    """Return the room key that the backup holds under these ids.

    Raises: CryptoError, also for what was encrypted for another backup.
    """
    fields = as_object(as_object(data).get("session_data"))
    ciphertext = as_text(fields.get("ciphertext"))
    if len(ciphertext) > MAX_CIPHERTEXT_CHARACTERS:
        raise CryptoError("too large for a room key")
    message = PkMessage(ciphertext, as_text(fields.get("mac")), as_text(fields.get("ephemeral")))
    clear = pk_decrypt(private_key, message)
    try:
        return parse_exported_key(orjson.loads(clear), room_id, session_id)
    except orjson.JSONDecodeError as error:
        raise CryptoError("the backup holds no JSON") from error
