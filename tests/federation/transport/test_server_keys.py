"""The document of a server's keys, true and forged."""

import pytest

from federation.protocol.canonical_json import JsonObject, decode_json
from federation.protocol.ids import ServerName
from federation.protocol.signing import encode_base64, sign_json
from federation.transport.own_keys import HOUR_MS, OwnKeys, RetiredKey
from federation.transport.server_keys import (
    LONGEST_VALIDITY_MS,
    MAX_KEYS,
    BadServerKeys,
    is_key_id,
    read_server_keys,
)
from tests.federation.transport.peers import DAY_MS, Peer
from tests.support.fake_clock import FakeClock

NOW_MS = 1_700_000_000_000
PEER = Peer.make("example.org")
OLD = Peer.make("example.org", "old", 2)
PUBLIC = encode_base64(OLD.key.public_key)


def test_current_keys_are_valid_as_long_as_the_document() -> None:
    (key,) = read_server_keys(PEER.name, PEER.document(NOW_MS + DAY_MS), NOW_MS)
    assert (key.key_id, key.public_key) == ("ed25519:a", PEER.key.public_key)
    assert key.valid_until_ms == key.published_until_ms == NOW_MS + DAY_MS
    assert key.fetched_ms == NOW_MS


def test_a_key_is_never_valid_for_more_than_a_week() -> None:
    (key,) = read_server_keys(PEER.name, PEER.document(2**53 - 1), NOW_MS)
    assert key.valid_until_ms == NOW_MS + LONGEST_VALIDITY_MS


def test_old_keys_are_valid_until_they_expired() -> None:
    old: JsonObject = {"ed25519:old": {"key": PUBLIC, "expired_ts": 1000}}
    document = PEER.document(NOW_MS + DAY_MS, old_verify_keys=old)
    keys = {key.key_id: key for key in read_server_keys(PEER.name, document, NOW_MS)}
    assert keys["ed25519:old"].valid_until_ms == 1000
    assert keys["ed25519:old"].public_key == OLD.key.public_key


def test_an_old_key_cannot_claim_the_future() -> None:
    old: JsonObject = {"ed25519:old": {"key": PUBLIC, "expired_ts": 2**53 - 1}}
    document = PEER.document(NOW_MS + DAY_MS, old_verify_keys=old)
    keys = {key.key_id: key for key in read_server_keys(PEER.name, document, NOW_MS)}
    assert keys["ed25519:old"].valid_until_ms == NOW_MS + DAY_MS


@pytest.mark.parametrize(
    "entry",
    [
        {"key": PUBLIC},
        {"key": PUBLIC, "expired_ts": "1000"},
        {"key": PUBLIC, "expired_ts": True},
        {"key": "?", "expired_ts": 1000},
        {"key": "AAAA", "expired_ts": 1000},
        {"key": 1, "expired_ts": 1000},
        "text",
    ],
)
def test_an_unusable_old_key_is_passed_over(entry: object) -> None:
    document = PEER.document(NOW_MS + DAY_MS, old_verify_keys={"ed25519:old": entry})
    assert [key.key_id for key in read_server_keys(PEER.name, document, NOW_MS)] == ["ed25519:a"]


def test_keys_of_unknown_algorithms_are_passed_over() -> None:
    entry = {"key": encode_base64(PEER.key.public_key)}
    document = PEER.document(NOW_MS, verify_keys={"ed25519:a": entry, "rsa:b": entry})
    assert [key.key_id for key in read_server_keys(PEER.name, document, NOW_MS)] == ["ed25519:a"]


@pytest.mark.parametrize(
    "changes",
    [
        {"server_name": "other.org"},
        {"valid_until_ts": None},
        {"valid_until_ts": "1"},
        {"valid_until_ts": True},
        {"verify_keys": []},
        {"verify_keys": {}},
        {"verify_keys": {"ed25519:a": {"key": PUBLIC}}},
        {"verify_keys": {f"ed25519:k{n}": {"key": PUBLIC} for n in range(MAX_KEYS + 1)}},
        {"old_verify_keys": []},
    ],
)
def test_an_unusable_document_is_refused(changes: JsonObject) -> None:
    with pytest.raises(BadServerKeys):
        read_server_keys(PEER.name, PEER.document(NOW_MS, **changes), NOW_MS)


@pytest.mark.parametrize("document", [None, [], "text", {}, {"server_name": "example.org"}])
def test_what_is_no_document_is_refused(document: JsonObject) -> None:
    with pytest.raises(BadServerKeys):
        read_server_keys(PEER.name, document, NOW_MS)


@pytest.mark.parametrize(
    "signatures", [None, [], {}, {"example.org": None}, {"other.org": {"ed25519:a": "x"}}]
)
def test_an_unsigned_document_is_refused(signatures: object) -> None:
    document: JsonObject = {**PEER.document(NOW_MS), "signatures": signatures}  # type: ignore[dict-item]
    with pytest.raises(BadServerKeys):
        read_server_keys(PEER.name, document, NOW_MS)


def test_a_document_changed_after_it_was_signed_is_refused() -> None:
    with pytest.raises(BadServerKeys, match="signature"):
        read_server_keys(PEER.name, {**PEER.document(NOW_MS), "valid_until_ts": NOW_MS + 1}, NOW_MS)


def test_a_document_signed_with_a_key_it_does_not_name_is_refused() -> None:
    document = {**PEER.document(NOW_MS)}
    del document["signatures"]
    with pytest.raises(BadServerKeys, match="not signed"):
        read_server_keys(PEER.name, sign_json(document, PEER.name, OLD.key), NOW_MS)


def test_one_wrong_signature_beside_a_good_one_is_refused() -> None:
    keys = {one.key.key_id: {"key": encode_base64(one.key.public_key)} for one in (PEER, OLD)}
    document = PEER.document(NOW_MS, verify_keys=keys)
    document["signatures"]["example.org"]["ed25519:old"] = encode_base64(bytes(64))  # type: ignore[call-overload, index]
    with pytest.raises(BadServerKeys, match="wrong"):
        read_server_keys(PEER.name, document, NOW_MS)


def test_signatures_of_notaries_are_not_kept() -> None:
    document = sign_json(PEER.document(NOW_MS), "notary.org", OLD.key)
    (key,) = read_server_keys(PEER.name, document, NOW_MS)
    kept = decode_json(key.response)
    assert isinstance(kept, dict)
    assert kept == PEER.document(NOW_MS)


@pytest.mark.parametrize(
    "key_id", ["ed25519:", "ed25519", "rsa:a", "ed25519:a b", "ed25519:\0", "ed25519:" + "a" * 200]
)
def test_what_is_no_key_id_is_not_asked_for(key_id: str) -> None:
    assert not is_key_id(key_id)


def test_our_own_document_can_be_read_by_others(clock: FakeClock) -> None:
    retired = RetiredKey("ed25519:old", OLD.key.public_key, 1000)
    own = OwnKeys(ServerName("example.org"), PEER.key, [retired], clock.now_ms)
    keys = {key.key_id: key for key in read_server_keys(PEER.name, own.publish(), clock.now_ms())}
    assert keys["ed25519:a"].valid_until_ms == clock.now_ms() + DAY_MS
    assert keys["ed25519:old"].valid_until_ms == 1000


def test_our_own_document_is_signed_anew_each_hour(clock: FakeClock) -> None:
    own = OwnKeys(ServerName("example.org"), PEER.key, [], clock.now_ms)
    first = own.publish()
    clock.advance(HOUR_MS - 1)
    assert own.publish() is first
    clock.advance(1)
    assert own.publish()["valid_until_ts"] == clock.now_ms() + DAY_MS


def test_our_own_old_keys_count_for_their_time_only(clock: FakeClock) -> None:
    retired = RetiredKey("ed25519:old", OLD.key.public_key, 1000)
    own = OwnKeys(ServerName("example.org"), PEER.key, [retired], clock.now_ms)
    assert own.find("ed25519:a", clock.now_ms()) == PEER.key.public_key
    assert own.find("ed25519:old", 1000) == OLD.key.public_key
    assert own.find("ed25519:old", 1001) is None
    assert own.find("ed25519:other", 0) is None
