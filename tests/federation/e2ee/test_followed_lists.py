"""Device lists of another server's users, kept as long as a room is shared."""

import asyncio

import pytest

from homeserver.clock import Clock
from homeserver.json_types import JsonObject
from homeserver.peers import described_devices
from tests.api.key_support import CrossSigning, query
from tests.api.room_calls import act
from tests.federation.e2ee.people import DEVICES, Pair, keys_of
from tests.support.fake_clock import FakeClock
from tests.support.fake_peer import PeerAnswer, PeerRequest


@pytest.fixture
def server_clock(clock: FakeClock) -> Clock:
    return clock


async def test_a_list_is_fetched_once_and_then_kept_by_updates(pair: Pair) -> None:
    await pair.share_a_room()
    first = pair.give_device("ONE")
    assert await pair.known_devices() == {"ONE": first}
    since = await pair.token()
    second = pair.give_device("TWO")
    await pair.update("TWO", device_display_name="Phone")
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    assert await pair.known_devices() == {"ONE": first, "TWO": second}
    shown = (await query(pair.alice, pair.bob))["device_keys"][pair.bob]["TWO"]["unsigned"]
    assert shown == {"device_display_name": "Phone"}
    del pair.devices["ONE"]
    await pair.update("ONE")
    assert await pair.known_devices() == {"TWO": second}
    assert pair.fetches() == 1


@pytest.mark.parametrize("prev_id", [[], [999]])
async def test_after_a_gap_the_list_is_fetched_anew(pair: Pair, prev_id: list[int]) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    await pair.known_devices()
    since = await pair.token()
    pair.devices = {}
    two, three = pair.give_device("TWO"), pair.give_device("THREE")
    await pair.update("THREE", prev_id=prev_id)
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    assert await pair.known_devices() == {"TWO": two, "THREE": three}
    assert pair.fetches() == 2
    pair.give_device("FOUR")
    await pair.update("FOUR")
    assert list(await pair.known_devices()) == ["FOUR", "THREE", "TWO"]
    assert pair.fetches() == 2, "the updates after the new list fit again"


async def test_an_update_that_comes_twice_changes_nothing(pair: Pair) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    await pair.known_devices()
    await pair.update("ONE")
    since = await pair.token()
    pair.stream_id -= 1
    await pair.update("ONE")
    assert await pair.token() == since
    assert pair.fetches() == 1


async def test_an_update_during_the_fetch_makes_it_be_done_again(pair: Pair) -> None:
    await pair.share_a_room()
    old, going_on, arrived = pair.give_device("ONE"), asyncio.Event(), asyncio.Event()

    async def slow_answer(request: object) -> JsonObject:
        answer: JsonObject = {
            "user_id": pair.bob,
            "stream_id": 5,
            "devices": [{"device_id": "ONE", "keys": old}],
        }
        pair.peer.answer(DEVICES, pair.device_list)
        arrived.set()
        await going_on.wait()
        return answer

    pair.peer.answer(DEVICES, slow_answer)
    asking = asyncio.create_task(pair.known_devices())
    await arrived.wait()
    new = pair.give_device("ONE", 2)
    await pair.update("ONE", prev_id=[4])
    going_on.set()
    await asking
    async with asyncio.timeout(60):
        while await pair.known_devices() != {"ONE": new}:
            await asyncio.sleep(0)


async def test_updates_of_strangers_and_by_strangers_are_ignored(pair: Pair) -> None:
    pair.give_device("ONE")
    since = await pair.token()
    await pair.update("ONE")
    assert await pair.token() == since, "no room is shared"
    await pair.share_a_room()
    await pair.known_devices()
    since = await pair.token()
    forged = {"user_id": pair.alice.user_id, "device_id": "ONE", "stream_id": 1, "prev_id": []}
    for edu_type in ("m.device_list_update", "m.signing_key_update"):
        await pair.peer.send_edu(pair.server.name, edu_type, forged)
        await pair.peer.send_edu(pair.server.name, edu_type, {**forged, "user_id": "@bob:third.example"})
    assert await pair.token() == since


BROKEN: list[JsonObject] = [
    {"device_id": ""},
    {"device_id": "x" * 300},
    {"stream_id": "6"},
    {"stream_id": -1},
    {"prev_id": ["a"]},
    {"prev_id": list(range(200))},
    {"user_id": 7},
]


async def test_malformed_updates_are_ignored_and_the_next_good_one_mends_it(pair: Pair) -> None:
    await pair.share_a_room()
    one = pair.give_device("ONE")
    await pair.known_devices()
    pair.give_device("TWO")
    for broken in BROKEN:
        await pair.update("TWO", **broken)
        assert await pair.known_devices() == {"ONE": one}, broken
    await pair.update("TWO")
    assert list(await pair.known_devices()) == ["ONE", "TWO"]


@pytest.mark.parametrize("keys", [{"user_id": "@bob:third.example"}, {"algorithms": 1}])
async def test_after_an_update_with_malformed_keys_the_list_is_fetched(pair: Pair, keys: JsonObject) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    await pair.known_devices()
    since = await pair.token()
    new = pair.give_device("ONE", 2)
    await pair.update("ONE", keys=keys)
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    assert await pair.known_devices() == {"ONE": new}
    assert pair.fetches() == 2


@pytest.mark.parametrize("prev_id", [[], [4]])
async def test_what_an_update_tells_is_known_though_nobody_asked_before_its_server_went(
    pair: Pair, prev_id: list[int]
) -> None:
    await pair.share_a_room()
    one = pair.give_device("ONE")
    await pair.update("ONE", prev_id=prev_id)
    await until_fetched(pair, 1)
    pair.give_device("TWO")
    await pair.update("ONE", prev_id=[99])
    await until_fetched(pair, 2)
    pair.peer.answer(DEVICES, (404, {"errcode": "M_NOT_FOUND", "error": "gone"}))
    assert (await pair.known_devices())["ONE"] == one


async def test_a_list_that_arrives_after_its_update_was_told_of_is_told_of_again(pair: Pair) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    going_on = asyncio.Event()

    async def slow_answer(request: PeerRequest) -> PeerAnswer:
        await going_on.wait()
        return pair.device_list(request)

    pair.peer.answer(DEVICES, slow_answer)
    await pair.update("ONE")
    since = await pair.token()
    going_on.set()
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    assert list(await pair.known_devices()) == ["ONE"]
    assert pair.fetches() == 1


async def test_who_asked_in_vain_is_told_when_the_list_has_come(pair: Pair) -> None:
    await pair.share_a_room()
    one = pair.give_device("ONE")
    pair.peer.answer(DEVICES, (404, {"errcode": "M_NOT_FOUND", "error": "not now"}))
    assert await pair.known_devices() == {}
    since = await pair.token()
    pair.peer.answer(DEVICES, pair.device_list)
    assert await pair.known_devices() == {"ONE": one}
    assert await pair.until_changed(since) == {"changed": [pair.bob]}


async def until_fetched(pair: Pair, times: int) -> None:
    """Wait until Bob's list was fetched and kept."""
    async with asyncio.timeout(60), pair.server.services.db.acquire() as conn:
        while pair.fetches() < times or await conn.fetchval("SELECT bool_or(stale) FROM remote_device_lists"):
            await asyncio.sleep(0.01)


async def test_a_broken_device_does_not_hide_the_others(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    await pair.share_a_room()
    one = pair.give_device("ONE")
    pair.devices["TWO"] = keys_of("@mallory:third.example", "TWO")
    pair.devices["THREE"] = {"keys": 1}
    assert await pair.known_devices() == {"ONE": one}
    monkeypatch.setattr(described_devices, "MAX_DEVICES", 2)
    for n in range(4):
        pair.give_device(f"D{n}")
    await pair.update("D3", prev_id=[])
    assert len(await pair.known_devices()) <= 2


async def test_cross_signing_keys_are_fetched_and_updated(pair: Pair) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    pair.give_cross_signing()
    seen = await query(pair.alice, pair.bob)
    assert seen["master_keys"] == {pair.bob: pair.public_keys["master_key"]}
    assert seen["self_signing_keys"] == {pair.bob: pair.public_keys["self_signing_key"]}
    since = await pair.token()
    new = CrossSigning.of(pair.bob, 80)
    by_others = {**new.master_key, "signatures": {"@mallory:third.example": {"ed25519:X": "abc"}}}
    content = {"user_id": pair.bob, "master_key": by_others, "self_signing_key": {"broken": True}}
    await pair.peer.send_edu(pair.server.name, "org.matrix.signing_key_update", content)
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    seen = await query(pair.alice, pair.bob)
    assert seen["master_keys"] == {pair.bob: {**new.master_key, "signatures": {}}}
    assert seen["self_signing_keys"] == {pair.bob: pair.public_keys["self_signing_key"]}
    assert pair.fetches() == 1


async def test_when_no_room_is_shared_any_more_nothing_is_kept(pair: Pair, clock: FakeClock) -> None:
    first = await pair.share_a_room()
    clock.advance(1)
    second = await pair.share_a_room()
    pair.give_device("ONE")
    pair.give_cross_signing()
    await pair.known_devices()

    async def kept() -> int:
        async with pair.server.services.db.acquire() as conn:
            tables = ("remote_device_lists", "remote_devices", "cross_signing_keys")
            return sum([await conn.fetchval(f"SELECT count(*) FROM {table}") for table in tables])

    assert await kept() == 4
    since = await pair.token()
    await act(pair.alice, first, "kick", pair.bob)
    await act(pair.alice, second, "kick", pair.bob)
    assert await pair.until_changed(since) == {"left": [pair.bob]}
    async with asyncio.timeout(60):
        while await kept():
            await asyncio.sleep(0.01)


async def test_the_last_member_of_ours_takes_the_lists_along(pair: Pair) -> None:
    room = await pair.share_a_room()
    pair.give_device("ONE")
    await pair.known_devices()
    await act(pair.alice, room, "leave")
    async with asyncio.timeout(60), pair.server.services.db.acquire() as conn:
        while await conn.fetchval("SELECT count(*) FROM remote_device_lists"):
            await asyncio.sleep(0.01)


async def test_lists_that_lost_their_room_while_the_server_was_down_are_dropped_at_start(pair: Pair) -> None:
    await pair.share_a_room()
    pair.give_device("ONE")
    await pair.known_devices()
    async with pair.server.services.db.acquire() as conn:
        await conn.execute("DELETE FROM memberships")
    await pair.server.stop()
    await pair.server.start()
    async with asyncio.timeout(60), pair.server.services.db.acquire() as conn:
        # A worker does so once the work is its own, which is a moment after its start.
        while await conn.fetchval("SELECT count(*) FROM remote_device_lists"):
            await asyncio.sleep(0)


async def test_a_server_that_fails_is_tried_again_later_and_later(pair: Pair, clock: FakeClock) -> None:
    await pair.share_a_room()
    one = pair.give_device("ONE")
    await pair.known_devices()
    pair.peer.answer(DEVICES, (404, {"errcode": "M_NOT_FOUND", "error": "not now"}))
    pair.give_device("TWO")
    await pair.update("TWO", prev_id=[1])
    seen = await query(pair.alice, pair.bob)
    assert list(seen["device_keys"][pair.bob]) == ["ONE"], "what was known is better than nothing"
    assert seen["failures"] == {}
    failed = pair.fetches()
    assert failed >= 2
    since = await pair.token()
    pair.peer.answer(DEVICES, pair.device_list)
    clock.advance(3600)
    await pair.update("TWO", prev_id=[1])
    assert await pair.until_changed(since) == {"changed": [pair.bob]}
    async with asyncio.timeout(60):
        while len(await pair.known_devices()) < 2:
            await asyncio.sleep(0.01)
    assert (await pair.known_devices())["ONE"] == one
