"""Encrypted files: whole, in pieces, on disk; and those that somebody changed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.attachments import (
    AttachmentDecryptor,
    AttachmentEncryptor,
    decrypt_attachment,
    decrypt_file,
    encrypt_attachment,
    encrypt_file,
)
from client_desktop.core.crypto.errors import AttachmentDamaged
from client_desktop.core.json_types import JsonObject


@given(st.lists(st.binary(max_size=100), max_size=8))
def test_a_file_comes_back_in_whatever_pieces_it_went(pieces: list[bytes]) -> None:
    encryptor = AttachmentEncryptor()
    encrypted = b"".join(encryptor.update(piece) for piece in pieces)
    whole = b"".join(pieces)
    assert decrypt_attachment(encrypted, encryptor.file()) == whole
    decryptor = AttachmentDecryptor(encryptor.file())
    assert b"".join(decryptor.update(bytes([byte])) for byte in encrypted) == whole
    decryptor.check()


def test_a_file_encrypted_by_other_software_is_decrypted() -> None:
    # Made with AES-256-CTR of Node.js.
    file = {
        "v": "v2",
        "url": "mxc://example.org/a",
        "key": {
            "kty": "oct",
            "key_ops": ["encrypt", "decrypt"],
            "alg": "A256CTR",
            "k": "__________________________________________8",
            "ext": True,
        },
        "iv": "//////////8AAAAAAAAAAA",
        "hashes": {"sha256": "CY5AuHRBlrFGegFc/eGnVRYjdidSFTJG23KA/sMkXMQ"},
    }
    encrypted = bytes.fromhex("dc1e4d56d4150c502bf0cff9a36442ab34")
    assert decrypt_attachment(encrypted, file) == b"sixteen bytes, +1"


def test_no_two_files_share_a_key_or_a_counter() -> None:
    _, one = encrypt_attachment(b"the same")
    _, other = encrypt_attachment(b"the same")
    assert one["key"]["k"] != other["key"]["k"]
    assert one["iv"] != other["iv"]
    assert one["iv"].endswith("AAAAAAAAAA"), "the counter begins at 0"


def test_a_changed_file_is_refused() -> None:
    encrypted, file = encrypt_attachment(b"contract")
    with pytest.raises(AttachmentDamaged):
        decrypt_attachment(encrypted[:-1] + bytes([encrypted[-1] ^ 1]), file)
    with pytest.raises(AttachmentDamaged):
        decrypt_attachment(encrypted[:-1], file)


@pytest.mark.parametrize(
    "change",
    [
        {"v": "v3"},
        {"key": None},
        {"key": {"alg": "A128CTR"}},
        {"key": {"kty": "RSA"}},
        {"key": {"key_ops": ["encrypt"]}},
        {"key": {"ext": False}},
        {"key": {"k": "AAAA"}},
        {"key": {"k": "not base64 !"}},
        {"key": {"k": "A" * 5}},
        {"iv": "AAAA"},
        {"iv": "*"},
        {"hashes": {}},
        {"hashes": {"sha256": "AAAA"}},
    ],
)
def test_a_description_that_is_none_is_refused(change: JsonObject) -> None:
    encrypted, file = encrypt_attachment(b"data")
    for name, value in change.items():
        file[name] = {**file[name], **value} if name == "key" and value else value
    with pytest.raises(AttachmentDamaged):
        decrypt_attachment(encrypted, file)


def test_files_on_disk_come_back_and_leave_nothing_when_damaged(tmp_path: Path) -> None:
    source, encrypted, target = tmp_path / "source", tmp_path / "encrypted", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 10_000)
    file = encrypt_file(source, encrypted)
    assert encrypted.read_bytes() != source.read_bytes()
    decrypt_file(encrypted, target, file)
    assert target.read_bytes() == source.read_bytes()
    encrypted.write_bytes(encrypted.read_bytes()[:-1])
    with pytest.raises(AttachmentDamaged):
        decrypt_file(encrypted, target, file)
    assert not target.exists()
