"""Short authentication strings, held against vodozemac's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vodozemac import Curve25519PublicKey, Sas

from client_desktop.core.crypto.primitives import CryptoError, encode_base64
from client_desktop.core.crypto.verification import sas
from client_desktop.core.crypto.verification.sas import KeySide, Party
from client_desktop.core.crypto.verification.sas_emoji import SAS_EMOJI

ALICE, BOB = Party("@alice:example.org", "AAA"), Party("@bob:example.org", "BBB")


@pytest.mark.parametrize(
    ("agreement", "info"),
    [
        (
            sas.AGREEMENT,
            "MATRIX_KEY_VERIFICATION_SAS|@alice:example.org|AAA|{0}|@bob:example.org|BBB|{1}|txn",
        ),
        (sas.DEPRECATED_AGREEMENT, "MATRIX_KEY_VERIFICATION_SAS@alice:example.orgAAA@bob:example.orgBBBtxn"),
    ],
)
def test_emoji_and_numbers_are_those_of_vodozemac(agreement: str, info: str) -> None:
    ours, theirs = sas.make_ephemeral_key(), Sas()
    public = theirs.public_key.to_base64()
    established = theirs.diffie_hellman(Curve25519PublicKey.from_base64(ours.public))
    shared = sas.agree(ours, public)
    expected = established.bytes(info.format(ours.public, public))
    string = sas.derive_string(agreement, shared, KeySide(ALICE, ours.public), KeySide(BOB, public), "txn")
    assert sas.emoji_numbers(string) == tuple(expected.emoji_indices)
    assert sas.decimals(string) == expected.decimals


def test_macs_are_those_of_vodozemac_with_the_mistake_of_libolm_where_it_belongs() -> None:
    ours, theirs = sas.make_ephemeral_key(), Sas()
    shared = sas.agree(ours, theirs.public_key.to_base64())
    established = theirs.diffie_hellman(Curve25519PublicKey.from_base64(ours.public))
    info = "MATRIX_KEY_VERIFICATION_MAC@alice:example.orgAAA@bob:example.orgBBBtxned25519:AAA"
    macs = [
        sas.calculate_mac(method, shared, ALICE, BOB, "txn", "ed25519:AAA", "the key") for method in sas.MACS
    ]
    assert macs == [
        established.calculate_mac("the key", info),
        established.calculate_mac_invalid_base64("the key", info),
    ]


@given(st.binary(min_size=6, max_size=6))
def test_emoji_and_numbers_are_in_their_ranges_and_cut_from_the_first_bits(string: bytes) -> None:
    bits = "".join(f"{byte:08b}" for byte in string)
    assert sas.emoji_numbers(string) == tuple(int(bits[i * 6 : i * 6 + 6], 2) for i in range(7))
    assert sas.decimals(string) == tuple(int(bits[i * 13 : i * 13 + 13], 2) + 1000 for i in range(3))


@pytest.mark.parametrize("key", ["", "AAAA", "%", encode_base64(bytes(32))])
def test_a_key_that_leads_to_no_secret_is_refused(key: str) -> None:
    with pytest.raises(CryptoError):
        sas.agree(sas.make_ephemeral_key(), key)


def test_key_ids_are_listed_in_order() -> None:
    assert sas.join_key_ids(["ed25519:b", "ed25519:a"]) == "ed25519:a,ed25519:b"


def test_a_commitment_covers_the_key_and_the_start_message() -> None:
    assert sas.commit("key", {"b": 1, "a": 2}) == sas.commit("key", {"a": 2, "b": 1})
    assert sas.commit("key", {"a": 2}) != sas.commit("key", {"a": 3})
    assert sas.commit("key", {}) != sas.commit("kex", {})


def test_there_are_64_emoji_that_differ() -> None:
    assert len({emoji for emoji, _name in SAS_EMOJI}) == len({name for _emoji, name in SAS_EMOJI}) == 64
