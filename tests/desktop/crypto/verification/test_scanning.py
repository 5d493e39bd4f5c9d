"""Showing and scanning QR codes: what each mode proves, and codes that lie."""

from dataclasses import replace

import pytest

from client_desktop.core.crypto.verification import names
from client_desktop.core.crypto.verification.flow import Verified, cancel
from client_desktop.core.crypto.verification.machine import confirm
from client_desktop.core.crypto.verification.qr_code import QrCode, QrMode, decode_qr_code
from client_desktop.core.crypto.verification.qr_steps import qr_code_of, scan
from client_desktop.core.crypto.verification.sas_steps import start_sas
from client_desktop.core.values import VerificationStage as Stage
from tests.desktop.crypto.verification.pair import ALICE_2, Pair, Side, public_key


def shown(side: Side) -> QrCode:
    code = qr_code_of(side.flow)
    assert code is not None
    return decode_qr_code(code)


def scanned(pair: Pair) -> Pair:
    """The other side shows, Alice scans."""
    code = shown(pair.agree().other)
    pair.alice.do(lambda flow: scan(flow, code))
    return pair.deliver()


def test_people_verify_each_other_by_one_scan() -> None:
    pair = scanned(Pair(room_id="!r:example.org"))
    assert (pair.alice.flow.stage, pair.other.flow.stage) == (Stage.CONFIRMED, Stage.SCANNED)
    assert pair.alice.verified == pair.other.verified == []
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.flow.stage is pair.other.flow.stage is Stage.DONE
    assert pair.alice.verified == [Verified(None, pair.alice.keys.their_master)]
    assert pair.other.verified == [Verified(None, pair.other.keys.their_master)]


def test_a_new_device_that_scans_an_old_one_learns_the_master_key() -> None:
    pair = scanned(Pair(ALICE_2, alice_trusts=False))
    assert shown_mode(pair) is QrMode.SELF_TRUSTED
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.verified == [Verified(None, pair.alice.keys.our_master)]
    assert pair.other.verified == [Verified(pair.alice.keys.our_device, None)]


def test_an_old_device_that_scans_a_new_one_verifies_it() -> None:
    pair = scanned(Pair(ALICE_2, other_trusts=False))
    assert shown_mode(pair) is QrMode.SELF_UNTRUSTED
    pair.other.do(confirm)
    pair.deliver()
    assert pair.alice.verified == [Verified(pair.other.keys.our_device, None)]
    assert pair.other.verified == [Verified(None, pair.other.keys.our_master)]


def shown_mode(pair: Pair) -> QrMode:
    """The mode of the code that the other side shows (in a fresh verification of the same two)."""
    fresh = Pair(
        ALICE_2,
        alice_trusts=pair.alice.keys.our_master_trusted,
        other_trusts=pair.other.keys.our_master_trusted,
    )
    return shown(fresh.agree().other).mode


def test_two_new_devices_prove_each_other_nothing() -> None:
    pair = scanned(Pair(ALICE_2, alice_trusts=False, other_trusts=False))
    assert pair.alice.flow.cancel_code == pair.other.flow.cancel_code == names.KEY_MISMATCH


@pytest.mark.parametrize("master_known", [False, True])
def test_without_keys_to_show_there_is_no_code(master_known: bool) -> None:
    pair = Pair(other_has_master=master_known, other_trusts=False).agree()
    assert qr_code_of(pair.other.flow) is None
    assert qr_code_of(Pair().alice.flow) is None


def test_a_code_is_shown_only_to_who_can_scan() -> None:
    pair = Pair(alice_methods=(names.SAS, names.SHOW, names.RECIPROCATE)).agree()
    assert qr_code_of(pair.other.flow) is None
    assert qr_code_of(pair.alice.flow) is not None


@pytest.mark.parametrize(
    "lie",
    [
        {"mode": QrMode.SELF_TRUSTED},
        {"mode": QrMode.SELF_UNTRUSTED},
        {"first_key": public_key()},
        {"second_key": public_key()},
        {"flow_id": "another"},
    ],
)
@pytest.mark.parametrize("own", [False, True])
def test_a_code_that_lies_ends_the_verification(lie: dict[str, object], own: bool) -> None:
    pair = (Pair(ALICE_2, other_trusts=False) if own else Pair()).agree()
    honest = shown(pair.other)
    if lie.get("mode") is honest.mode:
        lie = {"mode": QrMode.OTHER_USER}
    forged = replace(honest, **lie)  # type: ignore[arg-type]  # one member, of its own type
    pair.alice.do(lambda flow: scan(flow, forged))
    pair.deliver()
    for side in (pair.alice, pair.other):
        assert side.flow.cancel_code == names.KEY_MISMATCH
        assert side.verified == []


def test_another_secret_than_that_of_our_code_is_an_attack() -> None:
    pair = Pair().agree()
    start = {"from_device": "AAA", "method": names.RECIPROCATE, "secret": "AAAA"}
    pair.other.receive(names.START, start)
    pair.deliver()
    assert pair.alice.flow.cancel_code == pair.other.flow.cancel_code == names.KEY_MISMATCH


def test_who_shows_no_code_cannot_have_been_scanned() -> None:
    pair = Pair(other_trusts=False).agree()
    pair.other.receive(names.START, {"from_device": "AAA", "method": names.RECIPROCATE, "secret": ""})
    assert pair.other.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_the_user_who_does_not_see_success_ends_it() -> None:
    pair = scanned(Pair())
    pair.other.do(lambda flow: cancel(flow, names.USER))
    pair.deliver()
    assert pair.alice.flow.stage is Stage.CANCELLED
    assert pair.alice.verified == []


def test_a_scan_while_emoji_are_compared_ends_it() -> None:
    pair = Pair().agree()
    code = shown(pair.other)
    pair.other.do(start_sas)
    pair.alice.do(lambda flow: scan(flow, code))
    pair.deliver()
    for side in (pair.alice, pair.other):
        assert side.flow.cancel_code == names.UNEXPECTED_MESSAGE


def test_who_scanned_may_be_done_first() -> None:
    pair = scanned(Pair())
    pair.other.receive(names.DONE, {})
    assert pair.other.flow.stage is Stage.SCANNED


def test_scanning_is_for_ready_verifications_whose_other_side_shows_codes() -> None:
    code = shown(Pair().agree().other)
    for pair in (Pair(), Pair(other_methods=(names.SAS,)).agree()):
        pair.alice.do(lambda flow: scan(flow, code))
        assert pair.alice.sent == []


def test_without_an_own_identity_nothing_can_be_scanned() -> None:
    pair = Pair(other_has_master=False).agree()
    code = shown_by_somebody(pair)
    pair.other.do(lambda flow: scan(flow, code))
    assert pair.other.flow.cancel_code == names.KEY_MISMATCH


def shown_by_somebody(pair: Pair) -> QrCode:
    return QrCode(QrMode.OTHER_USER, pair.alice.flow.flow_id, public_key(), public_key(), "AAAA")
