"""Room keys in a backup."""

import pytest
import vodozemac

from client_desktop.core.crypto.backup.session_data import decrypt_key, encrypt_key
from client_desktop.core.crypto.exported_keys import ExportedKey
from client_desktop.core.crypto.primitives import CryptoError, SigningKey, pk_encrypt, pk_public_key
from client_desktop.core.json_types import JsonObject

PRIVATE = bytes(range(1, 33))
PUBLIC = pk_public_key(PRIVATE)


def a_key() -> ExportedKey:
    session = vodozemac.InboundGroupSession(vodozemac.GroupSession().session_key)
    exported = session.export_at(0)
    assert exported is not None
    curve = vodozemac.Account().curve25519_key.to_base64()
    ed25519 = SigningKey.generate().public_key
    return ExportedKey("!r:example.org", session.session_id, exported.to_base64(), curve, ed25519, (), True)


def test_a_key_comes_back_as_it_went_in() -> None:
    key = a_key()
    data = encrypt_key(PUBLIC, key, 3, True)
    assert (data["first_message_index"], data["forwarded_count"], data["is_verified"]) == (3, 0, True)
    assert decrypt_key(PRIVATE, key.room_id, key.session_id, data) == key


def test_a_key_for_another_backup_is_refused() -> None:
    key = a_key()
    with pytest.raises(CryptoError):
        decrypt_key(bytes(range(2, 34)), key.room_id, key.session_id, encrypt_key(PUBLIC, key, 0, False))


def garbage(clear: bytes) -> JsonObject:
    message = pk_encrypt(PUBLIC, clear)
    return {
        "session_data": {
            "ciphertext": message.ciphertext,
            "mac": message.mac,
            "ephemeral": message.ephemeral,
        }
    }


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"session_data": []},
        {"session_data": {"ciphertext": "AAAA", "mac": "AAAA", "ephemeral": "AAAA"}},
        {"session_data": {"ciphertext": "A" * 70_000, "mac": "", "ephemeral": ""}},
        garbage(b"no json"),
        garbage(b"[]"),
        garbage(b'{"algorithm": "m.megolm.v1.aes-sha2"}'),
    ],
)
def test_whatever_else_the_server_gives_is_refused(data: object) -> None:
    with pytest.raises(CryptoError):
        decrypt_key(PRIVATE, "!r:example.org", "session", data)
