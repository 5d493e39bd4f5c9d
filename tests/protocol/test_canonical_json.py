"""Canonical JSON: the published examples, two encoders that agree, a decoder that bends nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from federation.protocol.canonical_json import (
    MAX_DEPTH,
    MAX_INTEGER,
    CanonicalJsonError,
    JsonDecodeError,
    JsonValue,
    check_canonical_json,
    decode_json,
    encode_canonical_fast,
    encode_canonical_json,
)
from tests.protocol.properties import PROPERTY, json_values

EXAMPLES = [
    ("{}", "{}"),
    ('{"one": 1, "two": "Two"}', '{"one":1,"two":"Two"}'),
    ('{"b": "2", "a": "1"}', '{"a":"1","b":"2"}'),
    ('{"b":"2","a":"1"}', '{"a":"1","b":"2"}'),
    (
        (
            '{"auth": {"success": true, "mxid": "@john.doe:example.com", "profile":'
            ' {"display_name": "John Doe",'
            ' "three_pids": [{"medium": "email", "address": "john.doe@example.org"},'
            ' {"medium": "msisdn", "address": "123456789"}]}}}'
        ),
        (
            '{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":'
            '[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},'
            '"success":true}}'
        ),
    ),
    ('{"a": "日本語"}', '{"a":"日本語"}'),
    ('{"本": 2, "日": 1}', '{"日":1,"本":2}'),
    ('{"a": "\\u65E5"}', '{"a":"日"}'),
    ('{"a": null}', '{"a":null}'),
    ('{"a": -0}', '{"a":0}'),
]
NOT_CANONICAL = [
    1.0,
    -0.0,
    float("nan"),
    float("inf"),
    MAX_INTEGER + 1,
    -MAX_INTEGER - 1,
    2**63 - 1,
    "\ud800",
    {"\udfff": 1},
    {1: "a"},
    {None: "a"},
    (1, 2),
    b"bytes",
    {1, 2},
    frozenset(),
]


def nested(depth: int) -> JsonValue:
    value: JsonValue = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(("text", "canonical"), EXAMPLES)
def test_published_example_is_encoded_as_published(text: str, canonical: str) -> None:
    value = decode_json(text.encode())
    assert encode_canonical_json(value) == encode_canonical_fast(value) == canonical.encode()


def test_number_with_an_exponent_is_a_float_and_refused() -> None:
    # The specification's last example would have 1e10 written as 10000000000. As an event it must be dropped.
    with pytest.raises(CanonicalJsonError):
        encode_canonical_json(decode_json(b'{"b":1e10}'))


@pytest.mark.parametrize("value", NOT_CANONICAL, ids=repr)
@pytest.mark.parametrize("place", ["top", "list", "object"])
def test_value_without_canonical_form_is_refused_wherever_it_stands(value: object, place: str) -> None:
    placed = {"top": value, "list": [[value]], "object": {"a": {"b": value}}}[place]
    with pytest.raises(CanonicalJsonError):
        check_canonical_json(placed)
    with pytest.raises(CanonicalJsonError):
        encode_canonical_json(placed)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [MAX_INTEGER, -MAX_INTEGER, True, False, None, "", "\x7f\u2028", [], {}])
def test_value_at_the_edge_of_the_grammar_is_accepted(value: JsonValue) -> None:
    assert decode_json(encode_canonical_json(value)) == value


def test_old_room_versions_keep_floats_and_large_integers() -> None:
    value: JsonValue = {"float": 1.5, "large": 10**30, "exponent": 1e10}
    encoded = encode_canonical_json(value, strict_numbers=False)
    assert encoded == b'{"exponent":10000000000.0,"float":1.5,"large":1000000000000000000000000000000}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), "\ud800"])
def test_old_room_versions_refuse_what_json_cannot_write(value: JsonValue) -> None:
    with pytest.raises(CanonicalJsonError):
        check_canonical_json([value], strict_numbers=False)


def test_nesting_is_bounded() -> None:
    assert encode_canonical_json(nested(MAX_DEPTH)) == encode_canonical_fast(nested(MAX_DEPTH))
    objects: JsonValue = {"a": nested(MAX_DEPTH)}
    for value in (nested(MAX_DEPTH + 1), objects, nested(5000)):
        with pytest.raises(CanonicalJsonError):
            check_canonical_json(value)


def test_fast_encoder_leaves_what_orjson_refuses_to_the_exact_one() -> None:
    with pytest.raises(CanonicalJsonError):
        encode_canonical_fast("\ud800")
    with pytest.raises(CanonicalJsonError):
        encode_canonical_fast({"a": 2**70})


def test_control_characters_are_escaped_in_the_shortest_way() -> None:
    text = "".join(map(chr, range(0x20))) + '"\\/'
    expected = (
        r'"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f'
        r"\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
        r'\"\\/"'
    )
    assert encode_canonical_json(text) == encode_canonical_fast(text) == expected.encode()


@PROPERTY
@given(json_values)
def test_both_encoders_give_the_same_bytes(value: JsonValue) -> None:
    assert encode_canonical_fast(value) == encode_canonical_json(value)


@PROPERTY
@given(json_values)
def test_decoding_gives_back_what_was_encoded(value: JsonValue) -> None:
    assert decode_json(encode_canonical_json(value)) == value
    assert decode_json(json.dumps(value, indent=1).encode()) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"1 2",
        b"NaN",
        b'{"a":Infinity}',
        b"[-Infinity]",
        b"[1e999]",
        b'{"a":1,"a":1}',
        b'{ "a":1, "b":{"c":1,"c":2}}',
        b'{"a":1,"\\u0061":2}',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b"\xff\xfe{\x00}\x00",
        b'"\x01"',
        b"1" * 5000,
        b"[" * 100_000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
    ],
    ids=lambda data: repr(data[:24]),
)
def test_text_that_is_not_one_exact_json_value_is_refused(data: bytes) -> None:
    with pytest.raises(JsonDecodeError):
        decode_json(data)


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b"-9223372036854775809", -9223372036854775809),
        (b' {"a" : 1.5}\n', {"a": 1.5}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b"[" + b"{}," * MAX_DEPTH + b"{}]", None),
    ],
    ids=lambda case: repr(case)[:24],
)
def test_unusual_but_exact_json_is_decoded_exactly(data: bytes, value: JsonValue) -> None:
    decoded = decode_json(data)
    assert decoded == (json.loads(data) if value is None else value)
    assert type(decoded) is not float
