"""Invites through third-party identifiers: only what the identity server has signed for the user counts."""

from __future__ import annotations

import pytest

from federation.protocol.auth_rules_third_party import MAX_PUBLIC_KEYS, MAX_SIGNATURES
from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.errors import AuthRule
from federation.protocol.ids import UserId
from federation.protocol.pdu import Pdu
from federation.protocol.signing import encode_base64, generate_signing_key, sign_json
from tests.protocol.refusals import assert_allowed, assert_refused
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, BOB, CHARLIE, RoomFactory

IDENTITY_KEY = generate_signing_key("0", b"i" * 32)
OTHER_KEY = generate_signing_key("0", b"o" * 32)
PUBLIC_KEY = encode_base64(IDENTITY_KEY.public_key)
SIGNED = sign_json({"mxid": BOB, "sender": ALICE, "token": "token"}, "id.example", IDENTITY_KEY)
ONE_KEY: JsonObject = {"display_name": "b...", "public_key": PUBLIC_KEY}


def invited_room(version: str = "12", **content: JsonValue) -> RoomFactory:
    room = RoomFactory.public(version, CHARLIE)
    room.send(ALICE, "m.room.third_party_invite", content or ONE_KEY, "token")
    return room


def invite(
    room: RoomFactory, signed: JsonValue = SIGNED, *, sender: UserId = ALICE, target: str = BOB
) -> Pdu:
    third_party: JsonObject = {"display_name": "bob", "signed": signed}
    return room.draft(
        sender, "m.room.member", {"membership": "invite", "third_party_invite": third_party}, target
    )


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_signed_invite_is_allowed(version: str) -> None:
    room = invited_room(version)
    assert_allowed(room, invite(room))


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_invite_of_a_banned_user_is_refused(version: str) -> None:
    room = invited_room(version)
    room.set_membership(ALICE, BOB, "ban")
    assert_refused(room, invite(room), AuthRule.THIRD_PARTY_INVITE_BANNED)


@pytest.mark.parametrize(
    "third_party",
    [
        None,
        "x",
        [],
        {},
        {"signed": None},
        {"signed": {}},
        {"signed": {"mxid": BOB}},
        {"signed": {"token": "token"}},
    ],
)
def test_malformed_invite_is_refused(third_party: JsonValue) -> None:
    room = invited_room()
    content = {"membership": "invite", "third_party_invite": third_party}
    pdu = room.draft(ALICE, "m.room.member", content, BOB)
    assert_refused(room, pdu, AuthRule.THIRD_PARTY_INVITE_FORMAT)


def test_invite_signed_for_another_user_is_refused() -> None:
    room = invited_room()
    pdu = invite(room, target="@dora:d.example")
    assert_refused(room, pdu, AuthRule.THIRD_PARTY_INVITE_OTHER_USER)


def test_invite_with_an_unknown_token_is_refused() -> None:
    room = RoomFactory.public("12")
    assert_refused(room, invite(room), AuthRule.THIRD_PARTY_INVITE_UNKNOWN)


def test_invite_of_another_sender_than_the_third_party_invite_is_refused() -> None:
    room = invited_room()
    assert_refused(room, invite(room, sender=CHARLIE), AuthRule.THIRD_PARTY_INVITE_SENDER)


@pytest.mark.parametrize(
    "signed",
    [
        {**SIGNED, "added": 1},
        {**SIGNED, "signatures": {}},
        {**SIGNED, "signatures": []},
        {**SIGNED, "signatures": {"id.example": []}},
        {**SIGNED, "signatures": {"id.example": {"ed25519:0": 1}}},
        sign_json({"mxid": BOB, "sender": ALICE, "token": "token"}, "id.example", OTHER_KEY),
    ],
)
def test_invite_without_a_valid_signature_is_refused(signed: JsonObject) -> None:
    room = invited_room()
    assert_refused(room, invite(room, signed), AuthRule.THIRD_PARTY_INVITE_SIGNATURE)


@pytest.mark.parametrize(
    ("keys", "allowed"),
    [
        ([{"public_key": PUBLIC_KEY}], True),
        ([{"public_key": encode_base64(OTHER_KEY.public_key)}, {"public_key": PUBLIC_KEY}], True),
        (
            [
                1,
                {},
                {"public_key": 1},
                {"public_key": "!"},
                {"public_key": "AAAA"},
                {"public_key": PUBLIC_KEY},
            ],
            True,
        ),
        ([PUBLIC_KEY], False),
        ({"public_key": PUBLIC_KEY}, False),
        ([{"public_key": encode_base64(OTHER_KEY.public_key)}], False),
        ([*[{}] * (MAX_PUBLIC_KEYS - 2), {"public_key": PUBLIC_KEY}], True),
        ([*[{}] * (MAX_PUBLIC_KEYS - 1), {"public_key": PUBLIC_KEY}], False),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_any_of_the_listed_keys_will_do(keys: JsonValue, allowed: bool) -> None:
    room = invited_room(public_keys=keys)
    if allowed:
        assert_allowed(room, invite(room))
    else:
        assert_refused(room, invite(room), AuthRule.THIRD_PARTY_INVITE_SIGNATURE)


def test_number_of_signatures_to_check_is_bounded() -> None:
    room = invited_room()
    signatures = SIGNED["signatures"]
    assert isinstance(signatures, dict)
    others: JsonObject = {"other.example": {f"ed25519:{n}": "AAAA" for n in range(MAX_SIGNATURES - 1)}}
    assert_allowed(room, invite(room, {**SIGNED, "signatures": {**others, **signatures}}))
    more: JsonObject = {"other.example": {f"ed25519:{n}": "AAAA" for n in range(MAX_SIGNATURES)}}
    pdu = invite(room, {**SIGNED, "signatures": {**more, **signatures}})
    assert_refused(room, pdu, AuthRule.THIRD_PARTY_INVITE_SIGNATURE)
