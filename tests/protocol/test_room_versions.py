"""Room versions: which flag came when, as the specification's pages say it."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from federation.protocol.room_versions import (
    DEFAULT_ROOM_VERSION,
    ROOM_VERSIONS,
    EventIdFormat,
    StateResolution,
)

SINCE = {
    "strict_canonical_json": 6,
    "enforce_key_validity": 5,
    "room_id_is_create_hash": 12,
    "redaction_keeps_join_rule_allow": 8,
    "redaction_keeps_join_authorisation": 9,
    "updated_redaction_rules": 11,
    "redacts_in_content": 11,
    "limit_notifications_power_levels": 6,
    "integer_power_levels": 10,
    "knocking": 7,
    "restricted_joins": 8,
    "knock_restricted_joins": 10,
    "implicit_room_creator": 11,
    "privileged_creators": 12,
}
UNTIL = {
    "references_have_hashes": 2,
    "signed_by_event_id_domain": 2,
    "redaction_auth_rule": 2,
    "redaction_keeps_aliases": 5,
    "special_case_aliases_auth": 5,
}


@pytest.mark.parametrize("number", range(1, 13))
def test_flags_follow_the_specification(number: int) -> None:
    version = ROOM_VERSIONS[str(number)]
    for flag, first in SINCE.items():
        assert getattr(version, flag) is (number >= first), flag
    for flag, last in UNTIL.items():
        assert getattr(version, flag) is (number <= last), flag
    assert version.identifier == str(number)


@pytest.mark.parametrize("number", range(1, 13))
def test_algorithms_follow_the_specification(number: int) -> None:
    version = ROOM_VERSIONS[str(number)]
    algorithms = {1: StateResolution.V1, 12: StateResolution.V2_1}
    assert version.state_resolution is algorithms.get(number, StateResolution.V2)
    formats = {
        1: EventIdFormat.CHOSEN_BY_SERVER,
        2: EventIdFormat.CHOSEN_BY_SERVER,
        3: EventIdFormat.BASE64_HASH,
    }
    assert version.event_id_format is formats.get(number, EventIdFormat.URL_SAFE_BASE64_HASH)


def test_every_flag_is_tested_here() -> None:
    others = {"identifier", "state_resolution", "event_id_format"}
    assert {field.name for field in fields(ROOM_VERSIONS["1"])} == {*SINCE, *UNTIL, *others}


def test_room_versions_are_fixed() -> None:
    assert DEFAULT_ROOM_VERSION == "12" == [*ROOM_VERSIONS][-1]
    with pytest.raises(FrozenInstanceError):
        ROOM_VERSIONS["1"].knocking = True  # type: ignore[misc]
    with pytest.raises(TypeError):
        ROOM_VERSIONS["13"] = ROOM_VERSIONS["12"]  # type: ignore[index]
