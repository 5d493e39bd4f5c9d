"""Messages that only a subscribed browser can read."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from homeserver.pushers.check_pusher import decode_key, is_subscription
from homeserver.pushers.encrypt_message import MAX_PLAINTEXT, encrypt_message
from homeserver.pushers.vapid import encode_base64_url
from tests.support.push_gateway import Browser, PushMessage

# The example of RFC 8291, section 5 and appendix A.
PUSHKEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SENDER_KEY = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
ENCRYPTED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_the_rfc_is_encrypted_as_it_says() -> None:
    key = ec.derive_private_key(int.from_bytes(decode_key(SENDER_KEY)), ec.SECP256R1())
    message = b"When I grow up, I want to be a watermelon"
    encrypted = encrypt_message(message, PUSHKEY, AUTH, sender_key=key, salt=decode_key(SALT))
    assert encode_base64_url(encrypted) == ENCRYPTED


def test_the_longest_message_fills_what_every_push_service_takes_and_is_read() -> None:
    browser = Browser()
    message = b'"' + b"x" * (MAX_PLAINTEXT - 2) + b'"'
    encrypted = encrypt_message(message, browser.pushkey, browser.auth)
    assert len(encrypted) == 4096
    assert browser.read(PushMessage({}, encrypted)) == "x" * (MAX_PLAINTEXT - 2)
    with pytest.raises(ValueError, match="too long"):
        encrypt_message(message + b" ", browser.pushkey, browser.auth)


def test_only_a_point_of_the_curve_and_a_secret_of_16_bytes_are_a_subscription() -> None:
    assert is_subscription(PUSHKEY, AUTH)
    assert is_subscription(PUSHKEY + "=", AUTH + "==")
    compressed = encode_base64_url(b"\x02" + decode_key(PUSHKEY)[1:33])
    for pushkey in ("", "x", compressed, PUSHKEY[:-4], "B" + "A" * 86, PUSHKEY[:-1] + "é"):
        assert not is_subscription(pushkey, AUTH), pushkey
    for auth in (None, 7, "", AUTH[:-4], AUTH + "AAAA"):
        assert not is_subscription(PUSHKEY, auth), auth
