"""The response validator itself: it finds operations, and refuses what the specification refuses."""

import pytest

from homeserver.json_types import JsonObject
from tests.conformance.openapi import UNSET
from tests.conformance.response_validator import ResponseDiffers, ResponseValidator, response_validator

SEND = "/_matrix/client/v3/rooms/!room%3Aserver/send/m.room.message/1"


@pytest.fixture
def validator() -> ResponseValidator:
    found = response_validator()
    if found is None:
        pytest.skip(UNSET)
    return found


def test_right_response_names_its_operation(validator: ResponseValidator) -> None:
    assert validator.validate("PUT", SEND, 200, {"event_id": "$event"}) == "sendMessage"


def test_path_the_specification_lacks_is_left_alone(validator: ResponseValidator) -> None:
    assert validator.validate("GET", "/health", 200, {"anything": "goes"}) is None


def test_query_is_no_part_of_the_path(validator: ResponseValidator) -> None:
    assert validator.validate("GET", "/_matrix/client/v3/sync?timeout=0", 200, {"next_batch": "s1"}) == "sync"


def test_literal_segment_wins_over_a_variable(validator: ResponseValidator) -> None:
    operation = validator.find_operation("GET", "/_matrix/client/v3/room_keys/version")
    assert operation is not None
    assert operation.operation_id == "getRoomKeysVersionCurrent"


def test_wrong_type_is_refused_with_its_place(validator: ResponseValidator) -> None:
    with pytest.raises(ResponseDiffers, match=r"sendMessage: .* 200: \$\.event_id: 3 is not of type"):
        validator.validate("PUT", SEND, 200, {"event_id": 3})


def test_nested_reference_is_followed(validator: ResponseValidator) -> None:
    event: JsonObject = {"type": "m.room.message", "content": {}, "sender": "@a:b", "origin_server_ts": 1}
    body: JsonObject = {"next_batch": "s1", "rooms": {"join": {"!room": {"timeline": {"events": [event]}}}}}
    with pytest.raises(ResponseDiffers, match=r"events\[0\]: 'event_id' is a required property"):
        validator.validate("GET", "/_matrix/client/v3/sync", 200, body)


def test_success_the_specification_does_not_name_is_refused(validator: ResponseValidator) -> None:
    with pytest.raises(ResponseDiffers, match="names no status 201"):
        validator.validate("PUT", SEND, 201, {"event_id": "$event"})


def test_common_error_is_right_everywhere(validator: ResponseValidator) -> None:
    body: JsonObject = {"errcode": "M_FORBIDDEN", "error": "You are not in the room."}
    assert validator.validate("PUT", SEND, 403, body) == "sendMessage"


def test_error_without_errcode_is_refused(validator: ResponseValidator) -> None:
    with pytest.raises(ResponseDiffers):
        validator.validate("PUT", SEND, 403, {"error": "You are not in the room."})
