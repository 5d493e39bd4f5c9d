"""Signing: the published vectors, key files, and signatures that must not count."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol.canonical_json import CanonicalJsonError, JsonObject
from federation.protocol.signing import (
    SignatureError,
    SigningKeyError,
    decode_base64,
    encode_base64,
    encode_base64_url,
    generate_signing_key,
    parse_signing_key,
    serialize_signing_key,
    sign_json,
    verify_json,
)
from tests.protocol.properties import PROPERTY, json_objects

SEED = decode_base64("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")
KEY = generate_signing_key("1", SEED)


@pytest.mark.parametrize(
    ("json_object", "signature"),
    [
        ({}, "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"),
        (
            {"one": 1, "two": "Two"},
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw",
        ),
    ],
)
def test_published_json_is_signed_as_published(json_object: JsonObject, signature: str) -> None:
    signed = sign_json(json_object, "domain", KEY)
    assert signed == {**json_object, "signatures": {"domain": {"ed25519:1": signature}}}
    verify_json(signed, "domain", "ed25519:1", KEY.public_key)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"f", "Zg"),
        (b"fo", "Zm8"),
        (b"foo", "Zm9v"),
        (b"foob", "Zm9vYg"),
        (b"fooba", "Zm9vYmE"),
        (b"foobar", "Zm9vYmFy"),
    ],
)
def test_published_base64_is_encoded_as_published(data: bytes, text: str) -> None:
    assert encode_base64(data) == text
    assert decode_base64(text) == decode_base64(text + "=" * (-len(text) % 4)) == data


def test_base64_of_both_alphabets_is_decoded() -> None:
    assert encode_base64(b"\xfb\xff") == "+/8"
    assert encode_base64_url(b"\xfb\xff") == "-_8"
    assert decode_base64("-_8") == decode_base64("+/8=") == b"\xfb\xff"


@pytest.mark.parametrize("text", ["a", "ab!c", "ab c", "a=bc", "日本"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="Base64"):
        decode_base64(text)


def test_signing_keeps_other_signatures_and_unsigned_data() -> None:
    others: JsonObject = {
        "a": 1,
        "unsigned": {"age": 4},
        "signatures": {"other": {"ed25519:x": "abc"}, "domain": {"ed25519:0": "def"}},
    }
    signed = sign_json(others, "domain", KEY)
    assert signed["unsigned"] == {"age": 4}
    signatures = signed["signatures"]
    assert isinstance(signatures, dict)
    assert signatures["other"] == {"ed25519:x": "abc"}
    alone = sign_json({"a": 1}, "domain", KEY)["signatures"]
    assert alone == {"domain": {"ed25519:1": signatures["domain"]["ed25519:1"]}}  # type: ignore[index,call-overload]
    assert set(signatures["domain"]) == {"ed25519:0", "ed25519:1"}  # type: ignore[arg-type]
    assert others["signatures"] == {"other": {"ed25519:x": "abc"}, "domain": {"ed25519:0": "def"}}


@pytest.mark.parametrize("signatures", [[], "x", {"domain": 1}])
def test_signing_refuses_malformed_signatures(signatures: object) -> None:
    with pytest.raises(SignatureError):
        sign_json({"signatures": signatures}, "domain", KEY)  # type: ignore[dict-item]


def test_what_has_no_canonical_form_is_not_signed() -> None:
    with pytest.raises(CanonicalJsonError):
        sign_json({"a": 1.5}, "domain", KEY)
    signed = sign_json({"a": 1.5}, "domain", KEY, strict_numbers=False)
    verify_json(signed, "domain", KEY.key_id, KEY.public_key, strict_numbers=False)
    with pytest.raises(SignatureError, match="canonical"):
        verify_json(signed, "domain", KEY.key_id, KEY.public_key)


@pytest.mark.parametrize(
    "signatures",
    [
        None,
        {},
        [],
        {"domain": []},
        {"domain": {"ed25519:2": "abc"}},
        {"domain": {"ed25519:1": 1}},
        {"domain": {"ed25519:1": "!"}},
        {"domain": {"ed25519:1": "AAAA"}},
        {"domain": {"ed25519:1": encode_base64(bytes(64))}},
    ],
)
def test_missing_or_malformed_signature_is_refused(signatures: object) -> None:
    with pytest.raises(SignatureError):
        verify_json({"a": 1, "signatures": signatures}, "domain", "ed25519:1", KEY.public_key)  # type: ignore[dict-item]


def test_signature_counts_for_its_key_and_algorithm_only() -> None:
    signed = sign_json({"a": 1}, "domain", KEY)
    other = generate_signing_key("1", bytes(32))
    for public_key in (other.public_key, b"short", bytes(32)):
        with pytest.raises(SignatureError):
            verify_json(signed, "domain", "ed25519:1", public_key)
    with pytest.raises(SignatureError, match="algorithm"):
        verify_json(signed, "domain", "curve25519:1", KEY.public_key)


@settings(PROPERTY, max_examples=50)
@given(json_objects, json_objects)
def test_signature_covers_all_but_unsigned_data(json_object: JsonObject, other: JsonObject) -> None:
    signed = sign_json({k: v for k, v in json_object.items() if k != "signatures"}, "domain", KEY)
    verify_json({**signed, "unsigned": other}, "domain", KEY.key_id, KEY.public_key)
    with pytest.raises(SignatureError):
        verify_json({**signed, "added\0": other}, "domain", KEY.key_id, KEY.public_key)


@PROPERTY
@given(st.binary(min_size=32, max_size=32), st.from_regex(r"[A-Za-z0-9_]{1,64}", fullmatch=True))
def test_key_file_gives_back_its_key(seed: bytes, version: str) -> None:
    key = generate_signing_key(version, seed)
    line = serialize_signing_key(key)
    assert line == f"ed25519 {version} {encode_base64(seed)}\n"
    assert parse_signing_key(line) == key


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ed25519 a",
        "rsa a AAAA",
        "ed25519 a !!",
        "ed25519 a AAAA",
        "ed25519 a:b " + "A" * 43,
        "ed25519 a b c",
    ],
)
def test_malformed_key_file_is_refused_without_quoting_it(line: str) -> None:
    with pytest.raises(SigningKeyError) as refusal:
        parse_signing_key(line)
    assert line == "" or line not in str(refusal.value)


def test_secret_does_not_show_in_a_printed_key() -> None:
    assert str(SEED) not in repr(KEY)
    assert "_secret_key" not in repr(KEY)
