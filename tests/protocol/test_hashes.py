"""Hashes, event IDs and event signatures: the published vectors, and that tampering shows."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol.canonical_json import JsonObject
from federation.protocol.errors import FormatError, SignatureError
from federation.protocol.event_signatures import (
    add_event_signature,
    check_event_signature,
    required_signers,
)
from federation.protocol.hashes import content_hash, event_id_of, has_valid_content_hash, reference_hash
from federation.protocol.ids import ServerName
from federation.protocol.pdu import Pdu, parse_pdu
from federation.protocol.redaction import redact
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import decode_base64, encode_base64, generate_signing_key
from tests.protocol.properties import PROPERTY, json_values, texts
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, KEY, RoomFactory

PUBLISHED_KEY = generate_signing_key("1", decode_base64("YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1"))
MINIMAL: JsonObject = {
    "room_id": "!x:domain",
    "sender": "@a:domain",
    "origin": "domain",
    "origin_server_ts": 1000000,
    "signatures": {},
    "hashes": {},
    "type": "X",
    "content": {},
    "prev_events": [],
    "auth_events": [],
    "depth": 3,
    "unsigned": {"age_ts": 1000000},
}
REDACTABLE: JsonObject = {
    "content": {"body": "Here is the message content"},
    "event_id": "$0:domain",
    "origin": "domain",
    "origin_server_ts": 1000000,
    "type": "m.room.message",
    "room_id": "!r:domain",
    "sender": "@u:domain",
    "signatures": {},
    "unsigned": {"age_ts": 1000000},
}


@pytest.mark.parametrize(
    ("event", "sha256", "signature"),
    [
        (
            MINIMAL,
            "5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos",
            "KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg",
        ),
        (
            REDACTABLE,
            "onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g",
            "Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA",
        ),
    ],
)
def test_published_event_is_hashed_and_signed_as_published(
    event: JsonObject, sha256: str, signature: str
) -> None:
    version = ROOM_VERSIONS["1"]
    assert encode_base64(content_hash(version, event)) == sha256
    hashed: JsonObject = {**event, "hashes": {"sha256": sha256}}
    signed = add_event_signature(version, hashed, ServerName("domain"), PUBLISHED_KEY)
    assert signed == {**hashed, "signatures": {"domain": {"ed25519:1": signature}}}
    check_event_signature(version, signed, "domain", "ed25519:1", PUBLISHED_KEY.public_key)


def message(version: str) -> Pdu:
    room = RoomFactory.public(version)
    return room.send(ALICE, "m.room.message", {"body": "hello/+", "msgtype": "m.text"})


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_redacted_event_keeps_its_id_and_signature_but_not_its_hash(version: str) -> None:
    rules, pdu = ROOM_VERSIONS[version], message(version)
    redacted = redact(rules, pdu.json)
    assert event_id_of(rules, redacted) == pdu.event_id
    check_event_signature(rules, redacted, "a.example", KEY.key_id, KEY.public_key)
    assert has_valid_content_hash(rules, pdu.json)
    assert not has_valid_content_hash(rules, redacted)


def test_event_id_has_the_alphabet_of_its_room_version() -> None:
    digests = [RoomFactory.public("3").draft(ALICE, "m.test", {"n": n}).event_id for n in range(30)]
    assert any("/" in event_id or "+" in event_id for event_id in digests)
    safe = [RoomFactory.public("4").draft(ALICE, "m.test", {"n": n}).event_id for n in range(30)]
    assert any("-" in event_id or "_" in event_id for event_id in safe)
    assert not any("/" in event_id or "+" in event_id for event_id in safe)
    assert all(len(event_id) == 44 for event_id in digests + safe)


def test_event_id_of_old_rooms_is_the_one_it_carries() -> None:
    assert event_id_of(ROOM_VERSIONS["1"], REDACTABLE) == "$0:domain"
    with pytest.raises(FormatError):
        event_id_of(ROOM_VERSIONS["2"], MINIMAL)


def test_unsigned_data_and_signatures_leave_the_hashes_alone() -> None:
    version, pdu = ROOM_VERSIONS["12"], message("12")
    changed: JsonObject = {**pdu.json, "unsigned": {"age": 1.5}, "signatures": {}}
    assert content_hash(version, changed) == content_hash(version, pdu.json)
    assert reference_hash(version, changed) == reference_hash(version, pdu.json)


@pytest.mark.parametrize("hashes", [None, [], {}, {"sha256": 1}, {"sha256": "!"}, {"sha256": "AAAA"}])
def test_malformed_content_hash_is_no_valid_one(hashes: object) -> None:
    event: JsonObject = {**message("12").json, "hashes": cast(JsonObject, hashes)}
    assert not has_valid_content_hash(ROOM_VERSIONS["12"], event)


@PROPERTY
@given(st.sampled_from(ALL_VERSIONS), texts.filter(lambda key: key != "body"), json_values)
def test_tampered_event_fails_its_hash_or_its_signature(version: str, key: str, value: JsonObject) -> None:
    rules, pdu = ROOM_VERSIONS[version], TAMPERED[version]
    in_content: JsonObject = {**pdu.json, "content": {**pdu.content, key: value}}
    at_top: JsonObject = {**pdu.json, "x" + key: value}
    for tampered in (in_content, at_top):
        assert not has_valid_content_hash(rules, tampered)
    for protected in ("depth", "origin_server_ts", "sender", "prev_events", "hashes", "type"):
        tampered = {**pdu.json, protected: ["changed", key]}
        with pytest.raises(SignatureError):
            check_event_signature(rules, tampered, "a.example", KEY.key_id, KEY.public_key)


TAMPERED = {version: message(version) for version in ALL_VERSIONS}


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_event_needs_the_signature_of_its_sender(version: str) -> None:
    assert required_signers(ROOM_VERSIONS[version], message(version)) == {"a.example"}


def test_old_event_needs_the_signature_of_the_server_in_its_id() -> None:
    pdu = message("2")
    relabelled = parse_pdu(ROOM_VERSIONS["2"], {**pdu.json, "event_id": "$1:other.example"})
    assert required_signers(ROOM_VERSIONS["2"], relabelled) == {"a.example", "other.example"}
    unnamed = parse_pdu(ROOM_VERSIONS["2"], {**pdu.json, "event_id": "$1"})
    with pytest.raises(SignatureError):
        required_signers(ROOM_VERSIONS["2"], unnamed)


@pytest.mark.parametrize(("version", "signers"), [("7", {"b.example"}), ("8", {"b.example", "a.example"})])
def test_restricted_join_needs_the_signature_of_the_authorising_server(
    version: str, signers: set[str]
) -> None:
    room = RoomFactory.public(version)
    content = {"membership": "join", "join_authorised_via_users_server": ALICE}
    assert required_signers(room.version, room.draft(BOB, "m.room.member", content, BOB)) == signers


@pytest.mark.parametrize("user", ["nobody", 7, None])
def test_restricted_join_of_a_malformed_user_could_not_be_signed(user: object) -> None:
    room = RoomFactory.public("12")
    content = {"membership": "join", "join_authorised_via_users_server": user}
    with pytest.raises(SignatureError):
        required_signers(room.version, room.draft(BOB, "m.room.member", content, BOB))


def test_third_party_invite_needs_no_signature_of_its_sender() -> None:
    room = RoomFactory.public("12")
    content = {"membership": "invite", "third_party_invite": {}}
    assert required_signers(room.version, room.draft(ALICE, "m.room.member", content, BOB)) == set()
