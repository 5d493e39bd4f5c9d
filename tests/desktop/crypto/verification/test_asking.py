"""Asking for a verification: who may answer, what several devices are told, when it is too late."""

from dataclasses import replace

import pytest

from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import (
    PROMPT_MS,
    TIMEOUT_MS,
    Audience,
    cancel,
    usable_methods,
)
from client_desktop.core.crypto.verification.machine import accept, receive
from client_desktop.core.crypto.verification.messages import (
    InvalidMessage,
    Request,
    address,
    flow_id_of,
    parse_message,
)
from client_desktop.core.crypto.verification.request_steps import (
    answered_elsewhere,
    ask,
    expire,
    receive_request,
)
from client_desktop.core.values import VerificationStage as Stage
from tests.desktop.crypto.verification.pair import ALICE, BOB, NOW_MS, Pair

READY = {"from_device": "BBB", "methods": ["m.sas.v1"]}


def test_agreeing_names_the_methods_that_the_other_side_can_use() -> None:
    pair = Pair(alice_methods=(names.SAS, names.SCAN, names.RECIPROCATE)).agree()
    assert pair.other.sent[0].type == names.READY
    assert pair.other.sent[0].content["methods"] == [names.SAS, names.SHOW, names.RECIPROCATE]
    assert usable_methods(pair.alice.flow) == (names.SAS, names.SCAN)
    assert usable_methods(pair.other.flow) == (names.SAS, names.SHOW)
    assert pair.alice.flow.stage is pair.other.flow.stage is Stage.READY


@pytest.mark.parametrize("methods", [(), ("m.guess.v1",), (names.SHOW,), (names.SHOW, names.RECIPROCATE)])
def test_a_request_whose_methods_we_do_not_know_waits_for_another_device(methods: tuple[str, ...]) -> None:
    pair = Pair(alice_methods=methods, other_methods=(names.SAS, names.SHOW, names.RECIPROCATE))
    pair.agree()
    assert pair.other.flow.stage is Stage.REQUESTED
    assert pair.other.sent == []


def test_an_answer_without_a_shared_method_ends_the_verification() -> None:
    pair = Pair()
    pair.alice.receive(names.READY, {"from_device": "BBB", "methods": ["m.guess.v1"]})
    pair.deliver()
    assert pair.alice.flow.cancel_code == pair.other.flow.cancel_code == names.UNKNOWN_METHOD


def test_when_one_of_several_devices_agrees_the_others_are_told() -> None:
    pair = Pair()
    pair.alice.flow = replace(pair.alice.flow, targets=("BBB", "CCC"), their_device=None)
    pair.alice.receive(names.READY, READY)
    (message,) = pair.alice.sent
    assert (message.type, message.audience) == (names.CANCEL, Audience.OTHERS)
    assert message.content["code"] == names.ACCEPTED
    assert pair.alice.flow.their_device == "BBB"
    assert pair.alice.flow.stage is Stage.READY


def test_a_second_device_that_agrees_comes_too_late() -> None:
    pair = Pair(room_id="!r:example.org")
    pair.alice.receive(names.READY, READY)
    before = pair.alice.flow
    pair.alice.receive(names.READY, {**READY, "from_device": "CCC"})
    assert pair.alice.flow == before


def test_a_device_that_was_not_asked_may_not_answer() -> None:
    pair = Pair()
    pair.alice.receive(names.READY, {**READY, "from_device": "XXX"})
    assert pair.alice.flow.cancel_code == names.USER_MISMATCH


def test_a_device_whose_keys_are_unknown_cannot_be_verified() -> None:
    step = receive(Pair().alice.flow, names.READY, READY, None, NOW_MS)
    assert step.flow.cancel_code == names.KEY_MISMATCH


def test_who_was_asked_cannot_be_agreed_with() -> None:
    pair = Pair()
    pair.other.receive(names.READY, READY)
    assert pair.other.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_a_late_answer_to_a_running_verification_is_not_looked_at_without_keys() -> None:
    pair = Pair().agree()
    step = receive(pair.alice.flow, names.READY, {**READY, "from_device": "CCC"}, None, NOW_MS)
    assert step.flow == pair.alice.flow


def test_a_refusal_by_one_device_is_told_to_all() -> None:
    pair = Pair()
    pair.alice.flow = replace(pair.alice.flow, targets=("BBB", "CCC"), their_device=None)
    pair.alice.receive(names.CANCEL, {"code": "m.user", "reason": "no"})
    (message,) = pair.alice.sent
    assert message.content["code"] == "m.user"
    assert pair.alice.flow.cancel_reason == "no"
    assert not pair.alice.flow.cancelled_by_us


def test_refusing_is_told() -> None:
    pair = Pair()
    pair.other.do(lambda flow: cancel(flow, names.USER))
    pair.deliver()
    assert pair.alice.flow.cancel_code == names.USER
    assert pair.alice.sent == []


def test_what_another_device_of_ours_answered_ends_here_without_a_word() -> None:
    asked = Pair().other.flow
    step = answered_elsewhere(asked, names.ACCEPTED)
    assert (step.flow.stage, step.flow.cancel_code, step.send) == (Stage.CANCELLED, names.ACCEPTED, ())
    running = Pair().agree().other.flow
    assert answered_elsewhere(running, names.ACCEPTED).flow is running


def test_a_prompt_goes_away_after_two_minutes_without_a_word() -> None:
    asked = Pair().other.flow
    assert expire(asked, NOW_MS + PROMPT_MS - 1).flow is asked
    step = expire(asked, NOW_MS + PROMPT_MS)
    assert (step.flow.stage, step.flow.cancel_code, step.send) == (Stage.CANCELLED, names.TIMEOUT, ())


def test_a_prompt_goes_away_ten_minutes_after_it_was_sent() -> None:
    request = Request("AAA", names.ALL_METHODS)
    asked_at_ms = NOW_MS - TIMEOUT_MS + 1000
    flow = receive_request(
        "t", BOB, ALICE.user_id, request, names.ALL_METHODS, NOW_MS, asked_at_ms=asked_at_ms
    )
    assert expire(flow, NOW_MS + 1000).flow.cancel_code == names.TIMEOUT


def test_what_was_agreed_to_may_take_ten_minutes_and_then_both_are_told() -> None:
    pair = Pair()
    later = NOW_MS + PROMPT_MS - 1
    pair.other.take(accept(pair.other.flow, pair.other.keys, later))
    assert pair.other.flow.expires_at_ms == later + TIMEOUT_MS
    step = expire(pair.other.flow, later + TIMEOUT_MS)
    assert [message.type for message in step.send] == [names.CANCEL]
    assert expire(step.flow, later + 2 * TIMEOUT_MS).flow is step.flow


def test_accepting_twice_or_what_we_asked_ourselves_does_nothing() -> None:
    pair = Pair()
    for side in (pair.alice, pair.other.__class__(pair.agree().other.flow, pair.other.keys)):
        step = accept(side.flow, side.keys, NOW_MS)
        assert step.flow is side.flow
        assert step.send == ()


def test_a_request_in_a_room_is_of_no_device_yet() -> None:
    flow = ask("$e", ALICE, BOB.user_id, names.ALL_METHODS, NOW_MS, room_id="!r:example.org")
    assert flow.their_device is None
    assert flow.message("t", {}).content == {"m.relates_to": {"rel_type": "m.reference", "event_id": "$e"}}


def test_messages_say_which_verification_they_belong_to() -> None:
    for in_room in (False, True):
        assert flow_id_of(address({"a": 1}, "id", in_room=in_room), in_room=in_room) == "id"


@pytest.mark.parametrize(
    ("content", "in_room"),
    [
        ({}, False),
        ({"transaction_id": 3}, False),
        ({"transaction_id": ""}, False),
        ({"transaction_id": "x" * 300}, False),
        ({}, True),
        ({"m.relates_to": {"rel_type": "m.annotation", "event_id": "$e"}}, True),
        ({"m.relates_to": {"rel_type": "m.reference", "event_id": None}}, True),
    ],
)
def test_messages_of_no_verification_are_told_apart(content: dict[str, object], in_room: bool) -> None:
    assert flow_id_of(content, in_room=in_room) is None


@pytest.mark.parametrize(
    ("message_type", "content"),
    [
        (names.REQUEST, {}),
        (names.REQUEST, {"from_device": "", "methods": []}),
        (names.READY, {"from_device": "A", "methods": ["m"] * 65}),
        (names.READY, {"from_device": "A" * 300, "methods": []}),
        (names.MAC, {"mac": {}, "keys": ""}),
        (names.MAC, {"mac": {str(n): "" for n in range(65)}, "keys": ""}),
        (names.KEY, {"key": 1}),
        (names.CANCEL, {"reason": ""}),
    ],
)
def test_malformed_and_oversized_messages_are_refused(message_type: str, content: dict[str, object]) -> None:
    with pytest.raises(InvalidMessage):
        parse_message(message_type, content)


def test_a_malformed_cancellation_ends_it_too() -> None:
    pair = Pair().agree()
    pair.alice.receive(names.CANCEL, {})
    assert pair.alice.flow.cancel_code == names.INVALID_MESSAGE
