"""Secret storage keys as people write them down: base58 in groups of four.

Spec: https://spec.matrix.org/v1.19/appendices/#cryptographic-key-representation
"""

from functools import reduce
from operator import xor
from typing import Final

from client_desktop.core.crypto.primitives import KEY_BYTES
from client_desktop.core.crypto.secrets.errors import WrongRecoveryKey

_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PREFIX: Final = b"\x8b\x01"
_GROUP: Final = 4
_MAX_CHARACTERS: Final = 512


def encode_recovery_key(key: bytes) -> str:
    """Return a key of 32 bytes as text with a parity byte, in groups of four characters."""
    data = _PREFIX + key
    text = _encode_base58(data + bytes([reduce(xor, data)]))
    return " ".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def decode_recovery_key(text: str) -> bytes:
    """Return the 32 bytes of a key as it was typed; white space counts nothing.

    Raises: WrongRecoveryKey for what cannot be a recovery key: a slip of the pen, another thing altogether.
    """
    if len(text) > _MAX_CHARACTERS:
        raise WrongRecoveryKey("too long for a recovery key")
    data = _decode_base58("".join(text.split()))
    if len(data) != len(_PREFIX) + KEY_BYTES + 1 or not data.startswith(_PREFIX) or reduce(xor, data):
        raise WrongRecoveryKey("not a recovery key, or mistyped")
    return data[len(_PREFIX) : -1]


def _encode_base58(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    digits = []
    while number:
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    leading_zeros = len(data) - len(data.lstrip(b"\0"))
    return _ALPHABET[0] * leading_zeros + "".join(reversed(digits))


def _decode_base58(text: str) -> bytes:
    number = 0
    for character in text:
        digit = _ALPHABET.find(character)
        if digit < 0:
            raise WrongRecoveryKey("a character that no recovery key has")
        number = number * len(_ALPHABET) + digit
    leading_zeros = len(text) - len(text.lstrip(_ALPHABET[0]))
    return bytes(leading_zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
