"""Canonical JSON, the one byte encoding that is hashed and signed, and a decoder that bends nothing.

Two encoders give the same bytes: an exact one (our check, then the package canonicaljson) and a fast one
(orjson) for values that have passed the check. Floats are refused, integral ones too: peers drop events whose
numbers are written with a point or an exponent. Lone surrogates have no UTF-8 encoding and are refused
everywhere, also in the room versions that do not enforce canonical JSON.

Spec: https://spec.matrix.org/v1.19/appendices/#canonical-json
"""

from __future__ import annotations

import json
import math
from typing import Final, NoReturn, TypeAlias

import canonicaljson
import orjson

from federation.protocol.errors import CanonicalJsonError, JsonDecodeError

__all__ = [
    "CanonicalJsonError",
    "JsonDecodeError",
    "JsonObject",
    "JsonValue",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MIN_INTEGER",
    "check_canonical_json",
    "decode_json",
    "encode_canonical_fast",
    "encode_canonical_json",
]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]

MAX_INTEGER: Final = 2**53 - 1
MIN_INTEGER: Final = -MAX_INTEGER
# Ours: deep enough for any real event, and below the 254 levels at which orjson stops.
MAX_DEPTH: Final = 200


def check_canonical_json(value: object, *, strict_numbers: bool = True) -> None:
    """Refuse a value that has no canonical JSON encoding.

    Lists and objects may nest MAX_DEPTH deep. `strict_numbers=False`, for room versions 1 to 5, lets finite
    floats and integers of any size pass.

    Raises: CanonicalJsonError.
    Spec: https://spec.matrix.org/v1.19/appendices/#canonical-json
    """
    _check(value, strict_numbers, MAX_DEPTH)


def encode_canonical_json(value: JsonValue, *, strict_numbers: bool = True) -> bytes:
    """Check a value and encode it, exactly.

    Raises: CanonicalJsonError.
    Spec: https://spec.matrix.org/v1.19/appendices/#canonical-json
    """
    _check(value, strict_numbers, MAX_DEPTH)
    return canonicaljson.encode_canonical_json(value)


def encode_canonical_fast(value: JsonValue) -> bytes:
    """Encode a value that `check_canonical_json` has passed with strict numbers.

    Gives the bytes of `encode_canonical_json`, which it falls back to for whatever orjson refuses.
    """
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return encode_canonical_json(value)


def decode_json(data: bytes) -> JsonValue:
    """Decode one JSON text in UTF-8 and lose nothing of it.

    Refuses duplicate keys, NaN, infinities, floats too large for a double, integers of more digits than
    Python converts, lone surrogates, a byte order mark, and nesting deeper than MAX_DEPTH.

    Raises: JsonDecodeError.
    """
    try:
        value: JsonValue = orjson.loads(data)
        # orjson keeps the last of duplicate keys and turns integers beyond 64 bits into floats.
        # What it writes back to the very same bytes has lost nothing.
        exact = orjson.dumps(value) == data
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        exact = False
    if not exact:
        return _decode_exactly(data)
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH:
        _check_decoded(value)
    return value


def _check(value: object, strict_numbers: bool, depth_left: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth_left == 0:
            raise CanonicalJsonError("nested too deeply")
        if isinstance(value, dict):
            _check_keys(value)
        for member in value.values() if isinstance(value, dict) else value:
            _check(member, strict_numbers, depth_left - 1)
    elif value is not None and not isinstance(value, bool):
        _check_number(value, strict_numbers)


def _check_keys(members: dict[object, object]) -> None:
    for key in members:
        if not isinstance(key, str):
            raise CanonicalJsonError(f"object key is a {type(key).__name__}")
        _check_text(key)


def _check_number(value: object, strict_numbers: bool) -> None:
    if isinstance(value, int):
        if strict_numbers and not MIN_INTEGER <= value <= MAX_INTEGER:
            raise CanonicalJsonError("integer outside of ±(2^53 - 1)")
    elif not isinstance(value, float):
        raise CanonicalJsonError(f"{type(value).__name__} is not JSON")
    elif strict_numbers or not math.isfinite(value):
        raise CanonicalJsonError("float")


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise CanonicalJsonError("string with a lone surrogate") from error


def _decode_exactly(data: bytes) -> JsonValue:
    try:
        value: JsonValue = _EXACT_DECODER.decode(data.decode())
    except JsonDecodeError:
        raise
    except UnicodeDecodeError as error:
        raise JsonDecodeError("not UTF-8") from error
    except json.JSONDecodeError as error:
        raise JsonDecodeError(f"not JSON: {error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise JsonDecodeError("nested too deeply") from error
    except ValueError as error:
        raise JsonDecodeError("integer with too many digits") from error
    _check_decoded(value)
    return value


def _check_decoded(value: JsonValue) -> None:
    try:
        check_canonical_json(value, strict_numbers=False)
    except CanonicalJsonError as error:
        raise JsonDecodeError(str(error)) from error


def _object_without_duplicates(members: list[tuple[str, JsonValue]]) -> JsonObject:
    decoded = dict(members)
    if len(decoded) != len(members):
        raise JsonDecodeError("object with a duplicate key")
    return decoded


def _refuse_constant(name: str) -> NoReturn:
    raise JsonDecodeError(f"{name} is not JSON")


def _finite_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonDecodeError("float out of range")
    return number


_EXACT_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object_without_duplicates, parse_constant=_refuse_constant, parse_float=_finite_float
)
