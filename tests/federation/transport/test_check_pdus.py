"""Events as they come in: which are dropped, which redacted, and that one never spoils the others."""

import asyncio
from collections.abc import Mapping

import pytest

from federation.protocol.canonical_json import JsonObject, JsonValue
from federation.protocol.event_signatures import add_event_signature
from federation.protocol.hashes import content_hash, encode_hash
from federation.protocol.ids import EventId, RoomId, UserId
from federation.protocol.pdu import EventDraft, Pdu, build_pdu
from federation.protocol.room_versions import ROOM_VERSIONS, RoomVersion
from federation.protocol.signing import encode_base64
from federation.transport import check_pdus as module
from federation.transport.check_pdus import CheckedPdus, check_pdus
from federation.transport.open_transport import Transport
from tests.federation.transport.peers import DAY_MS, Peer
from tests.federation.transport.ports import MemoryKeys
from tests.support.fake_clock import FakeClock

PEER = Peer.make("peer.example.org")
OTHER = Peer.make("other.example.org", "o", 2)
ROOM = RoomId("!room:peer.example.org")
ALICE = UserId("@alice:peer.example.org")
V10 = ROOM_VERSIONS["10"]


@pytest.fixture(autouse=True)
async def known(key_store: MemoryKeys, clock: FakeClock) -> None:
    for peer in (PEER, OTHER):
        await key_store.store(peer.stored(clock.now_ms(), clock.now_ms() + DAY_MS))


def message(
    version: RoomVersion = V10, *, ts: int = 1_700_000_000_000, peer: Peer = PEER, **content: JsonValue
) -> Pdu:
    """Build a message of a peer's user."""
    ids = version.references_have_hashes
    return build_pdu(
        version,
        EventDraft("m.room.message", UserId(f"@alice:{peer.name}"), {"body": "hi", **content}),
        room_id=RoomId("!" + "a" * 43) if version.room_id_is_create_hash else ROOM,
        prev_events=[],
        auth_events=[],
        depth=1,
        origin_server_ts=ts,
        server_name=peer.name,
        key=peer.key,
        event_id=EventId(f"$event:{peer.name}") if ids else None,
        reference_hashes={},
    )


def resigned(event: Mapping[str, JsonValue], version: RoomVersion = V10, *, peer: Peer = PEER) -> JsonObject:
    """Return an event with the hash and the one signature that a peer would give it."""
    bare = {key: value for key, value in event.items() if key not in ("hashes", "signatures")}
    hashed = {**bare, "hashes": encode_hash(content_hash(version, bare)), "signatures": {}}
    return add_event_signature(version, hashed, peer.name, peer.key)


async def check(
    transport: Transport, *events: JsonValue, version: RoomVersion = V10, room_id: RoomId | None = ROOM
) -> CheckedPdus:
    return await check_pdus(transport.keyring, version, events, room_id)


@pytest.mark.parametrize("version", ROOM_VERSIONS.values(), ids=lambda version: version.identifier)
async def test_a_good_event_of_every_room_version_passes(transport: Transport, version: RoomVersion) -> None:
    pdu = message(version)
    checked = await check(
        transport, {**pdu.json, "unsigned": {"age": 1}}, version=version, room_id=pdu.room_id
    )
    assert [found.json for found in checked.pdus] == [pdu.json]


@pytest.mark.parametrize("number", [2**53, -(2**53), 2**63 - 1, 1.5])
@pytest.mark.parametrize("place", ["depth", "origin_server_ts", "anything", "content", "unsigned"])
async def test_cve_2025_30355_numbers_anywhere_in_the_event_must_be_canonical(
    transport: Transport, number: float, place: str
) -> None:
    good = message()
    value: JsonValue = {"deep": [number]} if place in ("content", "unsigned") else number
    checked = await check(transport, {**good.json, place: value}, good.json)
    assert [pdu.event_id for pdu in checked.pdus] == [good.event_id]
    assert [refused.event_id for refused in checked.refused] == [None]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
async def test_cve_2020_26890_nan_and_infinity_are_refused(transport: Transport, number: float) -> None:
    for version in (V10, ROOM_VERSIONS["1"]):
        checked = await check(transport, {**message(version).json, "x": number}, version=version)
        assert checked.pdus == []


@pytest.mark.parametrize("event", [None, 1, "text", [], {}, {"type": "m.room.message"}])
async def test_what_is_no_event_is_refused_alone(transport: Transport, event: JsonValue) -> None:
    checked = await check(transport, event, message().json)
    assert len(checked.pdus) == len(checked.refused) == 1


async def test_an_event_of_another_room_is_refused(transport: Transport) -> None:
    checked = await check(transport, message().json, room_id=RoomId("!other:peer.example.org"))
    assert "another room" in checked.refused[0].reason


async def test_the_order_stays(transport: Transport) -> None:
    pdus = [message(ts=1_700_000_000_000 - number) for number in range(40)]
    checked = await check(transport, *(pdu.json for pdu in pdus))
    assert [pdu.event_id for pdu in checked.pdus] == [pdu.event_id for pdu in pdus]


@pytest.mark.parametrize(
    "signatures",
    [
        {},
        {"peer.example.org": {}},
        {"peer.example.org": []},
        {"peer.example.org": {"ed25519:a": 1}},
        {"peer.example.org": {"ed25519:a": "?"}},
        {"peer.example.org": {"ed25519:a": encode_base64(bytes(64))}},
        {"peer.example.org": {"ed25519:unknown": encode_base64(bytes(64))}},
        {"other.example.org": {"ed25519:o": encode_base64(bytes(64))}},
    ],
)
async def test_cve_2019_18835_an_event_without_its_servers_signature_is_refused(
    transport: Transport, signatures: JsonObject
) -> None:
    pdu = message()
    checked = await check(transport, {**pdu.json, "signatures": signatures})
    assert checked.pdus == []
    assert [refused.event_id for refused in checked.refused] == [pdu.event_id]


async def test_another_server_cannot_sign_for_the_senders(transport: Transport) -> None:
    checked = await check(transport, resigned(message().json, peer=OTHER))
    assert "did not sign" in checked.refused[0].reason


async def test_one_good_signature_of_a_server_is_enough(transport: Transport) -> None:
    pdu = message()
    signatures = pdu.json["signatures"]
    assert isinstance(signatures, dict)
    ours = signatures[PEER.name]
    assert isinstance(ours, dict)
    both: JsonObject = {PEER.name: {"ed25519:unknown": encode_base64(bytes(64)), **ours}}
    assert len((await check(transport, {**pdu.json, "signatures": both})).pdus) == 1


async def test_the_signature_covers_what_redaction_keeps(transport: Transport) -> None:
    checked = await check(transport, {**message().json, "origin_server_ts": 1})
    assert "does not match" in checked.refused[0].reason


async def test_an_event_whose_hash_is_wrong_is_redacted(transport: Transport) -> None:
    pdu = message()
    changed: JsonObject = {**pdu.json, "content": {"body": "changed"}}
    (found,) = (await check(transport, changed)).pdus
    assert found.content == {}
    assert found.event_id == pdu.event_id


async def test_a_restricted_join_needs_the_signature_of_who_authorised_it(transport: Transport) -> None:
    join: JsonObject = {
        **message().json,
        "type": "m.room.member",
        "state_key": ALICE,
        "content": {"membership": "join", "join_authorised_via_users_server": "@bob:other.example.org"},
    }
    version = ROOM_VERSIONS["11"]
    alone = resigned(join, version)
    checked = await check(transport, alone, version=version)
    assert "other.example.org did not sign" in checked.refused[0].reason
    both = add_event_signature(version, alone, OTHER.name, OTHER.key)
    assert len((await check(transport, both, version=version)).pdus) == 1


async def test_the_server_in_an_old_event_id_must_sign_too(transport: Transport) -> None:
    version = ROOM_VERSIONS["2"]
    pdu = resigned({**message(version).json, "event_id": "$event:other.example.org"}, version)
    assert (
        "other.example.org did not sign" in (await check(transport, pdu, version=version)).refused[0].reason
    )


@pytest.mark.parametrize(("version", "counts"), [("4", True), ("5", False), ("10", False)])
async def test_a_key_signs_events_of_its_time_only_from_room_version_5_on(
    transport: Transport, clock: FakeClock, version: str, counts: bool
) -> None:
    late = message(ROOM_VERSIONS[version], ts=clock.now_ms() + DAY_MS + 1)
    checked = await check(transport, late.json, version=ROOM_VERSIONS[version])
    assert bool(checked.pdus) is counts


async def test_events_of_unknown_servers_are_refused_and_others_pass(transport: Transport) -> None:
    gone = message(peer=Peer.make("gone.example.org"))
    checked = await check(transport, gone.json, message().json)
    assert [pdu.sender for pdu in checked.pdus] == [ALICE]
    assert "no key of gone.example.org" in checked.refused[0].reason


async def test_the_keys_of_all_events_are_loaded_at_once(transport: Transport, key_store: MemoryKeys) -> None:
    await check(transport, message().json, message(peer=OTHER).json)
    assert key_store.loads == 1


async def test_other_work_goes_on_while_thousands_are_checked(transport: Transport) -> None:
    turns = 0

    async def other_work() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other_work())
    await check(transport, *[message().json] * 200)
    task.cancel()
    assert turns >= 2 * 200 // module.PDUS_PER_TURN
