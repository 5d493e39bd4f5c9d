"""Files of room keys under a passphrase."""

import base64

import pytest
import vodozemac
from hypothesis import given
from hypothesis import strategies as st

from client_desktop.core.crypto.errors import BadKeyFile, WrongPassphrase
from client_desktop.core.crypto.exported_keys import ExportedKey, parse_exported_key
from client_desktop.core.crypto.key_export import FOOTER, HEADER, PREFIX, read_key_file, write_key_file
from client_desktop.core.crypto.primitives import CryptoError, aes_ctr, hmac_sha256, pbkdf2_sha512

ROUNDS = 10


def some_key(number: int = 0) -> ExportedKey:
    session = vodozemac.GroupSession()
    exported = vodozemac.InboundGroupSession(session.session_key).export_at(0)
    account = vodozemac.Account()
    assert exported is not None
    return ExportedKey(
        f"!{number}:example.org",
        session.session_id,
        exported.to_base64(),
        account.curve25519_key.to_base64(),
        account.ed25519_key.to_base64(),
        (account.curve25519_key.to_base64(),) * number,
        bool(number % 2),
    )


@given(st.text(max_size=20), st.integers(0, 3))
def test_keys_come_back_with_the_same_passphrase(passphrase: str, count: int) -> None:
    keys = [some_key(number) for number in range(count)]
    text = write_key_file(keys, passphrase, ROUNDS)
    assert read_key_file(text, passphrase) == (keys, count)
    with pytest.raises(WrongPassphrase):
        read_key_file(text, passphrase + "x")


def test_the_counter_leaves_room_for_every_implementation() -> None:
    for _ in range(40):
        text = write_key_file([], "p", ROUNDS)
        _, _, iv, _ = PREFIX.unpack_from(base64.b64decode("".join(text.split("\n")[1:-2])))
        assert iv[8] < 0x80


def test_a_changed_file_is_refused() -> None:
    lines = write_key_file([some_key()], "p", ROUNDS).split("\n")
    lines[2] = ("A" if lines[2][0] != "A" else "B") + lines[2][1:]
    with pytest.raises(WrongPassphrase):
        read_key_file("\n".join(lines), "p")


def test_what_is_no_file_of_keys_is_refused() -> None:
    short = base64.b64encode(b"\x01" * 60).decode()
    strange = base64.b64encode(b"\x02" + bytes(15 + 16 + 20 + 32)).decode()
    endless = base64.b64encode(PREFIX.pack(1, bytes(16), bytes(16), 10_000_001) + bytes(40)).decode()
    for inside in (short, strange, endless, "not base64!"):
        with pytest.raises(BadKeyFile):
            read_key_file(f"{HEADER}\n{inside}\n{FOOTER}", "p")
    for text in ("", HEADER, f"{FOOTER}\n{HEADER}", "x" * 200_000_001):
        with pytest.raises(BadKeyFile):
            read_key_file(text, "p")


@pytest.mark.parametrize("plaintext", [b"{", b"{}"])
def test_a_file_that_holds_something_else_is_refused(plaintext: bytes) -> None:
    with pytest.raises(BadKeyFile):
        read_key_file(file_of(plaintext), "p")


def test_what_is_no_key_in_a_file_is_passed_over() -> None:
    keys, total = read_key_file(file_of(b'[1, {}, {"algorithm": "m.megolm.v1.aes-sha2"}]'), "p")
    assert (keys, total) == ([], 3)


def test_a_key_says_who_may_have_it_under_every_name_that_was_ever_used() -> None:
    written = some_key(1).to_json()
    for name in ("shared_history", "org.matrix.msc3061.shared_history"):
        assert written.pop(name) is True
    assert not parse_exported_key(written).shared_history
    assert parse_exported_key({**written, "m.shared_history": True}).shared_history
    assert not parse_exported_key({**written, "shared_history": "yes"}).shared_history


def test_an_entry_of_the_backup_takes_its_ids_from_outside() -> None:
    key = some_key()
    written = key.to_json()
    del written["room_id"], written["session_id"]
    assert parse_exported_key(written, key.room_id, key.session_id) == key


@pytest.mark.parametrize(
    "change",
    [
        {"algorithm": "m.other"},
        {"session_key": ""},
        {"session_key": "A" * 1_001},
        {"sender_key": "AAAA"},
        {"sender_claimed_keys": {}},
    ],
)
def test_a_malformed_key_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(CryptoError):
        parse_exported_key({**some_key().to_json(), **change})


def file_of(plaintext: bytes) -> str:
    """Write a file with this inside."""
    derived = pbkdf2_sha512("p", bytes(16), 1, 64)
    body = PREFIX.pack(1, bytes(16), bytes(16), 1) + aes_ctr(derived[:32], bytes(16), plaintext)
    encoded = base64.b64encode(body + hmac_sha256(derived[32:], body)).decode()
    return f"{HEADER}\n{encoded}\n{FOOTER}\n"
