"""What a verification's QR code holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.primitives import CryptoError, encode_base64
from client_desktop.core.crypto.verification.qr_code import (
    QrCode,
    QrMode,
    decode_qr_code,
    encode_qr_code,
    make_secret,
)

FIRST, SECOND = bytes(range(32)), bytes(range(16, 48))


def test_the_example_of_the_specification_is_written_so() -> None:
    code = QrCode(
        QrMode.OTHER_USER,
        "$ABCD",
        encode_base64(FIRST),
        encode_base64(SECOND),
        encode_base64(bytes(range(0x20, 0x28))),
    )
    expected = b"MATRIX\x02\x00\x00\x05$ABCD" + FIRST + SECOND + bytes(range(0x20, 0x28))
    assert encode_qr_code(code) == expected
    assert decode_qr_code(expected) == code


@given(st.sampled_from(QrMode), st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_what_is_shown_is_what_is_scanned(mode: QrMode, flow_id: str) -> None:
    code = QrCode(mode, flow_id, encode_base64(FIRST), encode_base64(SECOND), make_secret())
    assert decode_qr_code(encode_qr_code(code)) == code


@given(st.binary(max_size=200))
def test_any_other_code_is_refused(data: bytes) -> None:
    with pytest.raises(CryptoError):
        decode_qr_code(data)


@pytest.mark.parametrize(
    "data",
    [
        b"MATRIX\x03\x00\x00\x00" + bytes(80),
        b"MATRIX\x02\x03\x00\x00" + bytes(80),
        b"MATRIX\x02\x00\x00\x00" + bytes(64),
        b"MATRIX\x02\x00\xff\xff" + bytes(80),
        b"MATRIX\x02\x00\x00\x01\xff" + bytes(80),
        b"MATRIX\x02\x00\x00\x00" + bytes(3000),
    ],
)
def test_a_damaged_code_is_refused(data: bytes) -> None:
    with pytest.raises(CryptoError):
        decode_qr_code(data)
