"""Files of room keys under a passphrase, as every client writes and reads them.

Spec: https://spec.matrix.org/v1.19/client-server-api/#key-exports
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable
from typing import Final

import orjson

from client_desktop.core.crypto.errors import BadKeyFile, WrongPassphrase
from client_desktop.core.crypto.exported_keys import ExportedKey, parse_exported_key
from client_desktop.core.crypto.primitives import (
    CryptoError,
    aes_ctr,
    decode_base64,
    hmac_sha256,
    pbkdf2_sha512,
    random_bytes,
    same_bytes,
)

HEADER: Final = "-----BEGIN MEGOLM SESSION DATA-----"
FOOTER: Final = "-----END MEGOLM SESSION DATA-----"
VERSION: Final = 1
ROUNDS: Final = 500_000
MAX_ROUNDS: Final = 10_000_000
"""A file that asks for more would keep this machine busy for a minute."""
MAX_FILE_CHARACTERS: Final = 200_000_000
PREFIX: Final = struct.Struct(">B16s16sI")
MAC_BYTES: Final = 32
LINE_CHARACTERS: Final = 96


def write_key_file(keys: Iterable[ExportedKey], passphrase: str, rounds: int = ROUNDS) -> str:
    """Encrypt room keys under a passphrase. Takes long: call it in a thread."""
    salt, iv = random_bytes(16), bytearray(random_bytes(16))
    iv[8] &= 0x7F  # bit 63 is zero, for those whose counters end there
    aes_key, mac_key = _derive(passphrase, salt, rounds)
    plaintext = orjson.dumps([key.to_json() for key in keys])
    body = PREFIX.pack(VERSION, salt, bytes(iv), rounds) + aes_ctr(aes_key, bytes(iv), plaintext)
    encoded = _encode_lines(body + hmac_sha256(mac_key, body))
    return f"{HEADER}\n{encoded}\n{FOOTER}\n"


def read_key_file(text: str, passphrase: str) -> tuple[list[ExportedKey], int]:
    """Decrypt a file of room keys; return those that can be read, and how many there were.

    Takes long: call it in a thread.

    Raises: BadKeyFile, WrongPassphrase.
    """
    data = _decode(text)
    if len(data) < PREFIX.size + MAC_BYTES:
        raise BadKeyFile("the file is too short")
    body, mac = data[:-MAC_BYTES], data[-MAC_BYTES:]
    version, salt, iv, rounds = PREFIX.unpack_from(body)
    if version != VERSION or not 0 < rounds <= MAX_ROUNDS:
        raise BadKeyFile("a file of an unknown kind")
    aes_key, mac_key = _derive(passphrase, salt, rounds)
    if not same_bytes(hmac_sha256(mac_key, body), mac):
        raise WrongPassphrase("the file was written with another passphrase, or changed")
    return _parse(aes_ctr(aes_key, iv, body[PREFIX.size :]))


def _derive(passphrase: str, salt: bytes, rounds: int) -> tuple[bytes, bytes]:
    derived = pbkdf2_sha512(passphrase, salt, rounds, 64)
    return derived[:32], derived[32:]


def _encode_lines(data: bytes) -> str:
    text = base64.b64encode(data).decode("ascii")
    return "\n".join(text[at : at + LINE_CHARACTERS] for at in range(0, len(text), LINE_CHARACTERS))


def _decode(text: str) -> bytes:
    if len(text) > MAX_FILE_CHARACTERS:
        raise BadKeyFile("the file is too large")
    _, header, rest = text.partition(HEADER)
    encoded, footer, _ = rest.partition(FOOTER)
    if not header or not footer:
        raise BadKeyFile("no file of room keys")
    try:
        return decode_base64("".join(encoded.split()))
    except CryptoError as error:
        raise BadKeyFile("the file is damaged") from error


def _parse(plaintext: bytes) -> tuple[list[ExportedKey], int]:
    try:
        values = orjson.loads(plaintext)
    except orjson.JSONDecodeError as error:
        raise BadKeyFile("the file holds no JSON") from error
    if not isinstance(values, list):
        raise BadKeyFile("the file holds no list of keys")
    keys = []
    for value in values:
        try:
            keys.append(parse_exported_key(value))
        except CryptoError:
            continue
    return keys, len(values)
