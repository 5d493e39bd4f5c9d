"""Redaction: what each room version keeps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.protocol.canonical_json import JsonObject
from federation.protocol.redaction import redact
from federation.protocol.room_versions import ROOM_VERSIONS
from tests.protocol.properties import PROPERTY, json_values, texts
from tests.protocol.room_factory import ALL_VERSIONS

KEPT = [
    "event_id",
    "type",
    "room_id",
    "sender",
    "state_key",
    "content",
    "hashes",
    "signatures",
    "depth",
    "prev_events",
    "auth_events",
    "origin_server_ts",
]
KEPT_BEFORE_V11 = ["prev_state", "origin", "membership"]
LEVELS = ["ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"]
EVERYTHING = [
    "membership",
    "join_authorised_via_users_server",
    "third_party_invite",
    "creator",
    "room_version",
    "m.federate",
    "join_rule",
    "allow",
    "aliases",
    "history_visibility",
    "redacts",
    "body",
    "invite",
    "notifications",
    "additional_creators",
    *LEVELS,
]


def kept_content(version: str, event_type: str) -> set[str]:
    content: JsonObject = {key: {"signed": 1, "other": 2} for key in EVERYTHING}
    kept = redact(ROOM_VERSIONS[version], {"type": event_type, "content": content})["content"]
    assert isinstance(kept, dict)
    return set(kept)


def versions(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last + 1)]


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_top_level_keys_are_stripped(version: str) -> None:
    event: JsonObject = dict.fromkeys([*KEPT, *KEPT_BEFORE_V11, "unsigned", "redacts", "age_ts", "x"], 1)
    expected = {*KEPT} if version in ("11", "12") else {*KEPT, *KEPT_BEFORE_V11}
    assert set(redact(ROOM_VERSIONS[version], event)) == expected


@pytest.mark.parametrize("version", ALL_VERSIONS)
def test_message_content_is_emptied(version: str) -> None:
    assert kept_content(version, "m.room.message") == set()
    assert kept_content(version, "m.room.third_party_invite") == set()


@pytest.mark.parametrize(
    ("event_type", "versions", "kept"),
    [
        ("m.room.member", versions(1, 8), {"membership"}),
        ("m.room.member", versions(9, 10), {"membership", "join_authorised_via_users_server"}),
        (
            "m.room.member",
            versions(11, 12),
            {"membership", "join_authorised_via_users_server", "third_party_invite"},
        ),
        ("m.room.create", versions(1, 10), {"creator"}),
        ("m.room.create", versions(11, 12), set(EVERYTHING)),
        ("m.room.join_rules", versions(1, 7), {"join_rule"}),
        ("m.room.join_rules", versions(8, 12), {"join_rule", "allow"}),
        ("m.room.power_levels", versions(1, 10), set(LEVELS)),
        ("m.room.power_levels", versions(11, 12), {*LEVELS, "invite"}),
        ("m.room.aliases", versions(1, 5), {"aliases"}),
        ("m.room.aliases", versions(6, 12), set()),
        ("m.room.history_visibility", versions(1, 12), {"history_visibility"}),
        ("m.room.redaction", versions(1, 10), set()),
        ("m.room.redaction", versions(11, 12), {"redacts"}),
    ],
)
def test_content_keeps_what_the_version_protects(
    event_type: str, versions: list[str], kept: set[str]
) -> None:
    for version in versions:
        assert kept_content(version, event_type) == kept, version


@pytest.mark.parametrize(
    ("invite", "kept"),
    [
        ({"signed": {"token": "t"}, "display_name": "x"}, {"third_party_invite": {"signed": {"token": "t"}}}),
        ({"display_name": "x"}, {"third_party_invite": {}}),
        ("text", {}),
    ],
)
def test_third_party_invite_keeps_its_signed_part_only(invite: JsonObject, kept: JsonObject) -> None:
    event: JsonObject = {"type": "m.room.member", "content": {"third_party_invite": invite}}
    assert redact(ROOM_VERSIONS["11"], event)["content"] == kept


def test_event_without_readable_content_is_redacted_to_none() -> None:
    assert redact(ROOM_VERSIONS["12"], {"type": "m.room.create", "content": 1})["content"] == {}
    assert redact(ROOM_VERSIONS["12"], {"content": {"a": 1}})["content"] == {}


EVENT_TYPES = [
    f"m.room.{name}"
    for name in ["create", "member", "join_rules", "power_levels", "aliases", "redaction", "x"]
]


@settings(PROPERTY, max_examples=50)
@given(
    st.sampled_from(ALL_VERSIONS),
    st.sampled_from(EVENT_TYPES),
    st.dictionaries(st.sampled_from(EVERYTHING) | texts, json_values, max_size=6),
    st.dictionaries(
        st.sampled_from([*KEPT_BEFORE_V11, "unsigned", "redacts"]) | texts, json_values, max_size=6
    ),
)
def test_redacting_twice_is_redacting_once(
    version: str, event_type: str, content: JsonObject, extra: JsonObject
) -> None:
    event: JsonObject = {**extra, "type": event_type, "content": content}
    once = redact(ROOM_VERSIONS[version], event)
    assert redact(ROOM_VERSIONS[version], once) == once
    assert event["content"] is content
