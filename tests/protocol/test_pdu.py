"""PDUs: built, parsed and stored ones are the same event."""

from __future__ import annotations

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.protocol.canonical_json import MAX_INTEGER, JsonObject, encode_canonical_json
from federation.protocol.errors import FormatError
from federation.protocol.event_signatures import check_event_signature
from federation.protocol.hashes import event_id_of, has_valid_content_hash, reference_hash
from federation.protocol.ids import EventId, RoomId, ServerName, UserId
from federation.protocol.pdu import (
    EventDraft,
    Pdu,
    build_pdu,
    create_event_id_of,
    parse_pdu,
    pdu_from_stored,
    room_id_of_create,
)
from federation.protocol.room_versions import ROOM_VERSIONS
from federation.protocol.signing import encode_base64
from tests.protocol.properties import PROPERTY, json_objects, texts
from tests.protocol.room_factory import ALICE, ALL_VERSIONS, KEY, RoomFactory

NEW_VERSIONS = ALL_VERSIONS[2:]


def build(version: str, draft: EventDraft, **changes: object) -> Pdu:
    arguments: dict[str, object] = {
        "room_id": RoomId("!" + "r" * 43),
        "prev_events": [EventId("$" + "p" * 43)],
        "auth_events": [EventId("$" + "a" * 43)],
        "depth": 7,
        "origin_server_ts": 1_700_000_000_000,
        "server_name": ServerName("a.example"),
        "key": KEY,
    }
    return build_pdu(ROOM_VERSIONS[version], draft, **{**arguments, **changes})  # type: ignore[arg-type]


@PROPERTY
@given(
    st.sampled_from(NEW_VERSIONS),
    st.sampled_from(["m.room.member", "m.room.redaction", "m.room.join_rules"]) | texts,
    json_objects,
    st.none() | texts,
    st.none() | st.just("$redacted"),
)
def test_built_event_is_canonical_hashed_and_signed(
    version: str, event_type: str, content: JsonObject, state_key: str | None, redacts: str | None
) -> None:
    rules = ROOM_VERSIONS[version]
    draft = EventDraft(event_type, ALICE, content, state_key, cast("EventId | None", redacts))
    pdu = build(version, draft)
    assert pdu.canonical == encode_canonical_json(pdu.json)
    assert pdu.event_id == event_id_of(rules, pdu.json)
    assert has_valid_content_hash(rules, pdu.json)
    check_event_signature(rules, pdu.json, "a.example", KEY.key_id, KEY.public_key)
    assert pdu_from_stored(rules, pdu.canonical, pdu.event_id, pdu.room_id) == pdu


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_built_parsed_and_stored_event_are_equal(version: str) -> None:
    room = RoomFactory.public(version)
    for pdu in room.events.values():
        assert parse_pdu(room.version, {**pdu.json, "unsigned": {"age": 1}}, room_id=room.room_id) == pdu
        assert pdu_from_stored(room.version, pdu.canonical, pdu.event_id, pdu.room_id) == pdu


def test_event_of_an_old_room_references_ids_with_hashes() -> None:
    room = RoomFactory.with_alice("1")
    member, create = room.event("m.room.member", ALICE), room.event("m.room.create")
    sha256 = encode_base64(reference_hash(room.version, create.json))
    assert member.json["prev_events"] == [[create.event_id, {"sha256": sha256}]]
    assert member.prev_events == (create.event_id,)
    assert member.json["event_id"] == member.event_id


def test_create_event_of_version_12_names_its_room_by_its_hash() -> None:
    room = RoomFactory("12")
    create = room.create()
    assert "room_id" not in create.json
    assert create.room_id == room_id_of_create(create.event_id) == "!" + create.event_id[1:]
    assert create_event_id_of(create.room_id) == create.event_id
    assert create.auth_events == ()


@pytest.mark.parametrize("version", ["10", "11"])
def test_redacted_event_is_named_where_the_version_wants_it(version: str) -> None:
    room = RoomFactory.public(version)
    target = room.send(ALICE, "m.room.message", {"body": "x"})
    pdu = room.draft(ALICE, "m.room.redaction", {"reason": "y"}, redacts=target.event_id)
    assert pdu.redacts == target.event_id
    assert ("redacts" in pdu.json, "redacts" in pdu.content) == (version == "10", version == "11")


def test_redacts_counts_for_redactions_only() -> None:
    room = RoomFactory.public("12")
    assert room.draft(ALICE, "m.room.message", {"redacts": "$x"}).redacts is None
    assert room.draft(ALICE, "m.room.redaction", {"redacts": 1}).redacts is None


def test_message_event_has_no_state_entry() -> None:
    room = RoomFactory.public("12")
    message = room.draft(ALICE, "m.room.message", {})
    assert not message.is_state
    with pytest.raises(AssertionError):
        _ = message.state_entry
    assert room.event("m.room.create").state_entry == ("m.room.create", "")


@pytest.mark.parametrize("version", ["5", "12"])
def test_depth_stops_where_peers_would_drop_the_event(version: str) -> None:
    draft = EventDraft("m.test", ALICE, {})
    assert build(version, draft, depth=MAX_INTEGER + 1).depth == MAX_INTEGER


@pytest.mark.parametrize(
    "draft",
    [
        EventDraft("m.test", ALICE, {"a": 1.5}),
        EventDraft("m.test", ALICE, {"a": 2**60}),
        EventDraft("m.test", ALICE, {"body": "x" * 65_536}),
        EventDraft("t" * 256, ALICE, {}),
        EventDraft("m.test", ALICE, {}, "é" * 128),
        EventDraft("m.test", ALICE, {}, "\ud800"),
        EventDraft("m.test", UserId("@" + "a" * 255), {}),
    ],
    ids=lambda draft: repr(draft)[:60],
)
def test_event_that_peers_would_drop_is_not_built(draft: EventDraft) -> None:
    with pytest.raises(FormatError):
        build("12", draft)


def test_old_room_may_hold_floats() -> None:
    pdu = build("5", EventDraft("m.test", ALICE, {"a": 1.5, "b": 2**70}))
    assert b'"content":{"a":1.5,"b":1180591620717411303424}' in pdu.canonical
    assert pdu_from_stored(ROOM_VERSIONS["5"], pdu.canonical, pdu.event_id, pdu.room_id) == pdu


def test_caller_cannot_mix_up_the_ways_of_naming_rooms_and_events() -> None:
    create = EventDraft("m.room.create", ALICE, {}, "")
    mixed_up: list[tuple[str, EventDraft, dict[str, object]]] = [
        ("12", create, {}),
        ("12", EventDraft("m.test", ALICE, {}), {"room_id": None}),
        ("12", EventDraft("m.test", ALICE, {}), {"event_id": "$x"}),
        ("11", create, {"room_id": None}),
        ("1", create, {"reference_hashes": {}}),
        ("1", create, {"event_id": "$x:a.example"}),
    ]
    for version, draft, changes in mixed_up:
        with pytest.raises(ValueError, match="room version"):
            build(version, draft, **changes)


def test_event_of_another_room_is_refused() -> None:
    room = RoomFactory.public("12")
    pdu = room.event("m.room.join_rules")
    with pytest.raises(FormatError, match="another room"):
        parse_pdu(room.version, pdu.json, room_id=RoomId("!" + "x" * 43))
