"""Comparing emoji: what both sides come to, and how everything that could be forged ends."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from client_desktop.core.crypto.verification import names, sas
from client_desktop.core.crypto.verification.flow import FixedKeys, Flow, Outgoing, Step, cancel
from client_desktop.core.crypto.verification.machine import accept, confirm, receive
from client_desktop.core.crypto.verification.messages import Request
from client_desktop.core.crypto.verification.request_steps import receive_request
from client_desktop.core.crypto.verification.sas import Party
from client_desktop.core.crypto.verification.sas_steps import start_sas
from client_desktop.core.json_types import JsonObject
from client_desktop.core.values import VerificationStage as Stage
from tests.desktop.crypto.verification.pair import ALICE, ALICE_2, BOB, NOW_MS, Pair, Side, forge, public_key


def compared(pair: Pair) -> Pair:
    pair.agree().alice.do(start_sas)
    return pair.deliver()


def string_of(side: Side) -> bytes:
    assert side.flow.sas is not None
    return side.flow.sas.string


@pytest.mark.parametrize("room_id", [None, "!room:example.org"])
@pytest.mark.parametrize("starter", ["alice", "other"])
def test_both_sides_show_the_same_and_verify_each_other(room_id: str | None, starter: str) -> None:
    pair = Pair(room_id=room_id).agree()
    getattr(pair, starter).do(start_sas)
    pair.deliver()
    assert pair.alice.flow.stage is pair.other.flow.stage is Stage.COMPARE
    assert string_of(pair.alice) == string_of(pair.other) != b""
    pair.alice.do(confirm)
    pair.deliver()
    assert (pair.alice.flow.stage, pair.other.flow.stage) == (Stage.CONFIRMED, Stage.COMPARE)
    pair.other.do(confirm)
    pair.deliver()
    for side in (pair.alice, pair.other):
        assert side.flow.stage is Stage.DONE
        (verified,) = side.verified
        assert (verified.device_key, verified.master_key) == (side.keys.their_device, side.keys.their_master)


def test_a_new_device_is_told_the_master_key_and_proves_its_own() -> None:
    pair = compared(Pair(ALICE_2, other_trusts=False))
    for side in (pair.other, pair.alice):
        side.do(confirm)
    pair.deliver()
    assert pair.alice.verified[0].device_key == pair.other.keys.our_device
    assert pair.alice.verified[0].master_key is None
    assert pair.other.verified[0].master_key == pair.alice.keys.our_master


def test_people_without_an_identity_verify_their_devices() -> None:
    pair = compared(Pair(other_has_master=False))
    pair.alice.do(confirm)
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.verified[0].device_key == pair.other.keys.our_device
    assert pair.alice.flow.stage is Stage.DONE


def test_nothing_is_verified_before_the_user_says_so() -> None:
    pair = compared(Pair())
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.verified == []
    assert pair.alice.flow.stage is Stage.COMPARE


@pytest.mark.parametrize("act", [confirm, start_sas])
def test_acts_out_of_turn_do_nothing(act: Callable[[Flow], Step]) -> None:
    pair = Pair()
    pair.alice.do(act)
    assert pair.alice.sent == []
    assert pair.alice.flow.stage is Stage.REQUESTED


def test_of_two_beginnings_the_smaller_user_counts() -> None:
    pair = Pair().agree()
    pair.alice.do(start_sas)
    pair.other.do(start_sas)
    pair.deliver()
    assert pair.alice.flow.stage is pair.other.flow.stage is Stage.COMPARE
    assert string_of(pair.alice) == string_of(pair.other)
    assert pair.alice.flow.sas is not None
    assert pair.alice.flow.sas.by_us


def test_of_two_beginnings_of_own_devices_the_smaller_device_counts() -> None:
    pair = Pair(ALICE_2).agree()
    pair.other.do(start_sas)
    pair.alice.do(start_sas)
    pair.deliver()
    assert string_of(pair.alice) == string_of(pair.other)
    assert pair.other.flow.sas is not None
    assert not pair.other.flow.sas.by_us


def ended(pair: Pair, code: str) -> None:
    """Both sides ended with this code, nobody verified anything."""
    for side in (pair.alice, pair.other):
        assert (side.flow.stage, side.flow.cancel_code) == (Stage.CANCELLED, code)
        assert side.verified == []
        assert side.flow.cancel_reason
    assert pair.alice.flow.cancelled_by_us is not pair.other.flow.cancelled_by_us


@pytest.mark.parametrize(
    ("network", "code"),
    [
        (forge(names.ACCEPT, commitment="AAAA"), names.MISMATCHED_COMMITMENT),
        (forge(names.ACCEPT, commitment=""), names.INVALID_MESSAGE),
        (forge(names.ACCEPT, key_agreement_protocol="rot13"), names.UNKNOWN_METHOD),
        (forge(names.ACCEPT, hash="md5"), names.UNKNOWN_METHOD),
        (forge(names.ACCEPT, message_authentication_code="none"), names.UNKNOWN_METHOD),
        (forge(names.ACCEPT, short_authentication_string=[]), names.UNKNOWN_METHOD),
        (forge(names.ACCEPT, short_authentication_string="emoji"), names.INVALID_MESSAGE),
        (forge(names.START, key_agreement_protocols=["rot13"]), names.UNKNOWN_METHOD),
        (forge(names.START, hashes=[]), names.UNKNOWN_METHOD),
        (forge(names.START, message_authentication_codes=[]), names.UNKNOWN_METHOD),
        (forge(names.START, short_authentication_string=["song"]), names.UNKNOWN_METHOD),
        (forge(names.START, method="m.guess.v1"), names.UNKNOWN_METHOD),
        (forge(names.START, from_device="OTHER"), names.USER_MISMATCH),
        (forge(names.START, from_device=3), names.INVALID_MESSAGE),
        (forge(names.START, number=1.5), names.INVALID_MESSAGE),
        (forge(names.START, extra="!"), names.MISMATCHED_COMMITMENT),
        (forge(names.KEY, key="AAAA"), names.INVALID_MESSAGE),
        (forge(names.KEY, key="A" * 2000), names.INVALID_MESSAGE),
    ],
)
def test_a_forged_key_agreement_ends_cancelled_on_both_sides(
    network: Callable[[Outgoing], Outgoing], code: str
) -> None:
    pair = Pair().agree()
    pair.alice.do(start_sas)
    pair.deliver(network)
    ended(pair, code)


def test_somebody_in_the_middle_makes_the_strings_differ_or_is_found_out() -> None:
    theirs = sas.make_ephemeral_key()
    pair = Pair().agree()
    pair.alice.do(start_sas)
    pair.deliver(forge(names.KEY, key=theirs.public))
    ended(pair, names.MISMATCHED_COMMITMENT)


def test_ones_own_key_sent_back_is_refused() -> None:
    pair = Pair().agree()
    pair.other.do(start_sas)
    assert pair.other.flow.sas is not None
    own = pair.other.flow.sas.our_key.public
    commitment = sas.commit(own, dict(pair.other.flow.sas.start))
    accepted = {
        "key_agreement_protocol": sas.AGREEMENT,
        "hash": "sha256",
        "message_authentication_code": sas.MAC,
        "short_authentication_string": ["emoji"],
        "commitment": commitment,
    }
    pair.other.receive(names.ACCEPT, accepted)
    pair.other.receive(names.KEY, {"key": own})
    assert pair.other.flow.cancel_code == names.INVALID_MESSAGE


def mac_of(side: Side) -> JsonObject:
    side.do(confirm)
    return side.outbox.pop().content


MacChange = Callable[[JsonObject], JsonObject]


@pytest.mark.parametrize(
    "change",
    [
        lambda mac: {**mac, "keys": "AAAA"},
        lambda mac: {**mac, "mac": dict.fromkeys(mac["mac"], "AAAA")},
        lambda mac: {**mac, "mac": dict(list(mac["mac"].items())[:1])},
        lambda mac: {**mac, "mac": {**mac["mac"], "ed25519:MORE": "AAAA"}},
    ],
)
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_wrong_mac_ends_cancelled(change: MacChange, confirmed: bool) -> None:
    pair = compared(Pair())
    forged = change(mac_of(pair.other))
    if confirmed:
        pair.alice.do(confirm)
        pair.alice.outbox.clear()
    pair.alice.receive(names.MAC, forged)
    pair.deliver()
    ended(pair, names.KEY_MISMATCH)


@pytest.mark.parametrize(
    "swap",
    [
        lambda keys: replace(keys, their_device=public_key()),
        lambda keys: replace(keys, their_master=public_key()),
    ],
)
def test_keys_that_the_server_replaced_are_not_verified(swap: Callable[[FixedKeys], FixedKeys]) -> None:
    """What the server showed Alice as Bob's keys are not those that Bob has."""
    pair = Pair()
    pair.alice.keys = swap(pair.alice.keys)
    compared(pair)
    assert string_of(pair.alice) == string_of(pair.other)
    pair.alice.receive(names.MAC, mac_of(pair.other))
    pair.deliver()
    ended(pair, names.KEY_MISMATCH)


def test_another_persons_device_alone_is_not_enough() -> None:
    pair = compared(Pair(other_trusts=False))
    pair.alice.receive(names.MAC, mac_of(pair.other))
    pair.deliver()
    ended(pair, names.KEY_MISMATCH)


def test_a_mac_that_proves_nothing_we_know_is_refused() -> None:
    pair = compared(Pair(ALICE_2))
    state = pair.alice.flow.sas
    assert state is not None
    value = sas.calculate_mac(state.mac_method, state.shared, ALICE_2, ALICE, "txn", "ed25519:X", "key")
    keys = sas.calculate_mac(state.mac_method, state.shared, ALICE_2, ALICE, "txn", sas.KEY_IDS, "ed25519:X")
    pair.alice.receive(names.MAC, {"mac": {"ed25519:X": value}, "keys": keys})
    assert pair.alice.flow.cancel_code == names.KEY_MISMATCH


@pytest.mark.parametrize(
    ("message_type", "content"),
    [
        (names.REQUEST, {"from_device": "BBB", "methods": []}),
        (names.ACCEPT, None),
        (names.KEY, {"key": "AAAA"}),
        (names.MAC, {"mac": {"a": "b"}, "keys": "c"}),
        (names.DONE, {}),
        (names.READY, {"from_device": "BBB", "methods": ["m.sas.v1"]}),
    ],
)
def test_a_message_out_of_order_ends_the_verification(message_type: str, content: JsonObject | None) -> None:
    accepted = {
        "key_agreement_protocol": sas.AGREEMENT,
        "hash": "sha256",
        "message_authentication_code": sas.MAC,
        "short_authentication_string": ["emoji"],
        "commitment": "AAAA",
    }
    pair = Pair().agree()
    pair.alice.receive(message_type, accepted if content is None else content)
    pair.deliver()
    ended(pair, names.UNEXPECTED_MESSAGE)


@pytest.mark.parametrize("repeated", [names.ACCEPT, names.KEY, names.MAC, names.START])
def test_the_same_message_twice_ends_the_verification(repeated: str) -> None:
    pair = compared(Pair())
    pair.alice.receive(names.MAC, mac_of(pair.other)) if repeated == names.MAC else None
    pair.other.outbox.clear()
    sender, receiver = (pair.alice, pair.other) if repeated == names.START else (pair.other, pair.alice)
    message = next(message for message in sender.sent if message.type == repeated)
    receiver.receive(message.type, message.content)
    assert receiver.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_a_second_beginning_by_the_same_side_ends_it() -> None:
    pair = Pair().agree()
    pair.alice.do(start_sas)
    message = pair.alice.last
    pair.other.receive(message.type, message.content)
    assert pair.other.flow.stage is Stage.STARTED
    pair.other.receive(message.type, message.content)
    assert pair.other.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_a_mismatch_is_told_to_the_other_side() -> None:
    pair = compared(Pair())
    pair.alice.do(lambda flow: cancel(flow, names.MISMATCHED_SAS))
    pair.deliver()
    ended(pair, names.MISMATCHED_SAS)


def test_what_has_ended_says_nothing_more() -> None:
    pair = compared(Pair())
    pair.alice.do(lambda flow: cancel(flow, names.USER))
    pair.deliver()
    sent = len(pair.alice.sent) + len(pair.other.sent)
    for side in (pair.alice, pair.other):
        side.receive(names.DONE, {})
        side.receive(names.KEY, {})
        side.do(lambda flow: cancel(flow, names.TIMEOUT))
    assert len(pair.alice.sent) + len(pair.other.sent) == sent
    ended(pair, names.USER)


def test_secrets_are_forgotten_at_the_end() -> None:
    pair = compared(Pair())
    pair.alice.do(lambda flow: cancel(flow, names.USER))
    assert pair.alice.flow.sas is None
    assert pair.alice.flow.qr_secret == ""


# What a client sends that knows the deprecated methods only.
OLD_OFFER = {
    "from_device": "AAA",
    "method": names.SAS,
    "key_agreement_protocols": [sas.DEPRECATED_AGREEMENT],
    "hashes": ["sha256"],
    "message_authentication_codes": [sas.DEPRECATED_MAC],
    "short_authentication_string": ["decimal"],
    "transaction_id": "txn",
}


def test_an_old_client_that_begins_without_asking_is_followed_when_the_user_agrees() -> None:
    request = Request("AAA", (names.SAS,), NOW_MS)
    flow = receive_request("txn", BOB, ALICE.user_id, request, names.ALL_METHODS, NOW_MS, asked_at_ms=NOW_MS)
    keys = Pair().other.keys
    step = accept(replace(flow, early_start=OLD_OFFER), keys, NOW_MS)
    (message,) = step.send
    assert message.type == names.ACCEPT
    assert message.content["key_agreement_protocol"] == sas.DEPRECATED_AGREEMENT
    assert message.content["message_authentication_code"] == sas.DEPRECATED_MAC
    assert message.content["short_authentication_string"] == ["decimal"]
    assert step.flow.stage is Stage.STARTED


@pytest.mark.parametrize("agreement", sas.AGREEMENTS)
@pytest.mark.parametrize("method", sas.MACS)
def test_every_method_that_the_specification_names_comes_to_an_end(agreement: str, method: str) -> None:
    pair = Pair().agree()
    pair.alice.do(start_sas)
    assert pair.alice.flow.sas is not None
    offer = {
        **pair.alice.last.content,
        "key_agreement_protocols": [agreement],
        "message_authentication_codes": [method],
    }
    pair.alice.flow = replace(pair.alice.flow, sas=replace(pair.alice.flow.sas, start=offer))
    pair.deliver(lambda message: replace(message, content=offer) if message.type == names.START else message)
    assert string_of(pair.alice) == string_of(pair.other)
    pair.alice.do(confirm)
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.flow.stage is pair.other.flow.stage is Stage.DONE


def test_the_better_method_is_chosen_where_both_are_offered() -> None:
    pair = compared(Pair())
    (accepted,) = (message for message in pair.other.sent if message.type == names.ACCEPT)
    assert accepted.content["key_agreement_protocol"] == sas.AGREEMENT
    assert accepted.content["message_authentication_code"] == sas.MAC


def test_a_message_before_anybody_agreed_is_out_of_order() -> None:
    pair = Pair()
    step = receive(pair.other.flow, names.START, OLD_OFFER, pair.other.keys, NOW_MS)
    assert step.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_strings_differ_from_one_verification_to_the_next() -> None:
    numbers = count()
    strings = {string_of(compared(Pair()).alice) for _ in zip(range(8), numbers, strict=False)}
    assert len(strings) == 8


def test_a_party_is_asked_for_only_once_its_device_is_known() -> None:
    flow = Pair(room_id="!r:example.org").alice.flow
    with pytest.raises(ValueError, match="no device"):
        _ = flow.partner
    assert Pair().alice.flow.partner == Party(BOB.user_id, BOB.device_id)
