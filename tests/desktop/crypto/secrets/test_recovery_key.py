"""Recovery keys as people write them down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.secrets.errors import WrongRecoveryKey
from client_desktop.core.crypto.secrets.recovery_key import decode_recovery_key, encode_recovery_key

# The vector of matrix-js-sdk's own tests: a key and what it looks like.
KEY = bytes.fromhex("77076d0a7318a57d3c16c17251b26645df4c2f92ebc099e4a9b9b5a0f5f7a0c6")


@given(st.binary(min_size=32, max_size=32))
def test_what_was_written_down_is_read_again(key: bytes) -> None:
    written = encode_recovery_key(key)
    assert decode_recovery_key(written) == key
    assert decode_recovery_key(f"\n {written.replace(' ', '')}\t") == key


def test_a_recovery_key_comes_in_groups_of_four_and_begins_as_all_do() -> None:
    groups = encode_recovery_key(KEY).split(" ")
    assert {len(group) for group in groups} == {4}
    assert groups[0].startswith("Es")


def test_one_wrong_character_is_noticed() -> None:
    written = encode_recovery_key(KEY).replace(" ", "")
    for place in range(len(written)):
        other = "2" if written[place] != "2" else "3"
        with pytest.raises(WrongRecoveryKey):
            decode_recovery_key(written[:place] + other + written[place + 1 :])


@pytest.mark.parametrize("text", ["", " ", "1", "a passphrase", "EsT0", "1" * 48, "z" * 10_000])
def test_what_is_no_recovery_key_is_refused(text: str) -> None:
    with pytest.raises(WrongRecoveryKey):
        decode_recovery_key(text)
