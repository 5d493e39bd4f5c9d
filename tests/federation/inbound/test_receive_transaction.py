"""Transactions of other servers: what is taken, what is refused, and that nothing is lost or done twice."""

import asyncio

import pytest

from federation.errors import FederationRefusal
from federation.inbound import receive_transaction as receiving
from federation.inbound.drain_room import SLICE, drain_room
from federation.inbound.inbound import TRANSACTIONS_PER_SERVER
from federation.ports.rooms import Verdict
from federation.protocol.ids import RoomId
from federation.protocol.pdu import Pdu
from federation.routes.send import send
from homeserver.federation_api.inbound_gauges import inbound_samples
from homeserver.json_types import JsonObject
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus
from tests.federation.inbound.world import BOB, CAROL, OTHER, PEER, World, inbound_on
from tests.support.fake_clock import FakeClock
from tests.support.rooms import ALICE


@pytest.mark.parametrize("version", ["1", "3", "6", "11", "12"])
async def test_message_of_a_member_is_accepted(world: World, version: str) -> None:
    _, seen = await world.make_room(version)
    message = seen.message(BOB)
    assert await world.send([message]) == {"pdus": {message.event_id: {}}}
    assert await world.status(message) is EventStatus.ACCEPTED


async def test_transaction_is_answered_the_same_again_and_done_once(world: World) -> None:
    _, seen = await world.make_room()
    message = seen.message(BOB)
    first = await world.send([message], txn_id="t")
    assert await world.send([seen.message(BOB, "other")], txn_id="t") == first
    assert list(first["pdus"]) == [message.event_id]


async def test_same_transaction_id_of_another_server_is_another_transaction(world: World) -> None:
    _, seen = await world.make_room(members=(BOB, CAROL))
    of_bob, of_carol = seen.message(BOB), seen.message(CAROL)
    await world.send([of_bob], txn_id="t")
    await world.send([of_carol], origin=OTHER, txn_id="t")
    assert await world.status(of_carol) is EventStatus.ACCEPTED


async def test_bad_pdus_never_fail_the_good_one(world: World) -> None:
    _, seen = await world.make_room()
    good = seen.message(BOB)
    unsigned = {**seen.draft(BOB, "m.room.message", {}).json, "signatures": {}}
    answer = await world.send([None, 7, "x", [], {}, {"room_id": 3}, {"room_id": "!"}, unsigned, good])
    assert answer["pdus"][good.event_id] == {}
    assert await world.status(good) is EventStatus.ACCEPTED


async def test_pdu_with_a_bad_signature_is_dropped_with_an_error(world: World) -> None:
    _, seen = await world.make_room()
    pdu = seen.draft(BOB, "m.room.message", {"body": "x"})
    forged = seen.tampered(pdu, resign=False, content={"body": "y"}, depth=pdu.depth + 1)
    [(event_id, result)] = (await world.send([forged]))["pdus"].items()
    assert "signature" in result["error"]
    assert await world.event(event_id) is None


async def test_pdu_with_a_bad_hash_is_redacted(world: World) -> None:
    _, seen = await world.make_room()
    pdu = seen.draft(BOB, "m.room.message", {"body": "x"})
    await world.send([seen.tampered(pdu, rehash=False, resign=False, content={"body": "y"})])
    stored = await world.event(pdu.event_id)
    assert stored is not None
    assert stored.load()["content"] == {}


@pytest.mark.parametrize("depth", [2**53, 2**63 - 1, 2**64, -1, 1.5, "1", None, True])
async def test_cve_2018_10657_depths_beyond_canonical_json_are_refused(world: World, depth: object) -> None:
    _, seen = await world.make_room("6")
    pdu, good = seen.draft(BOB, "m.room.message", {}), seen.message(BOB)
    answer = await world.send([{**pdu.json, "depth": depth}, good])
    assert list(answer["pdus"]) == [good.event_id]
    assert await world.status(good) is EventStatus.ACCEPTED


async def test_ghsa_v56r_integers_anywhere_beyond_canonical_json_are_refused(world: World) -> None:
    _, seen = await world.make_room("11")
    pdu = seen.draft(BOB, "m.room.message", {})
    for changes in ({"origin_server_ts": 2**53}, {"extra": 2**60}, {"content": {"n": [2**53]}}):
        assert (await world.send([{**pdu.json, **changes}])) == {"pdus": {}}


async def test_pdu_for_an_unknown_room_is_left_out(world: World) -> None:
    _, seen = await world.make_room("1")
    pdu = {**seen.draft(BOB, "m.room.message", {}).json, "room_id": "!nowhere:peer.example"}
    assert "not in the room" in (await world.send([pdu]))["pdus"][pdu["event_id"]]["error"]


async def test_pdus_are_refused_in_rooms_that_this_server_has_left(world: World) -> None:
    room, seen = await world.make_room()
    await world.set_state(room, "m.room.member", {"membership": "leave"}, ALICE)
    message = seen.message(BOB)
    await world.send([message])
    assert await world.status(message) is None


@pytest.mark.parametrize("version", ["1", "12"])
async def test_pdus_of_denied_servers_are_refused_one_room_at_a_time(world: World, version: str) -> None:
    room, seen = await world.make_room(version)
    _, open_room = await world.make_room(version)
    await world.set_state(room, "m.room.server_acl", {"allow": ["*"], "deny": [PEER]})
    refused, taken = seen.message(BOB), open_room.message(BOB)
    answer = await world.send([refused, {**seen.message(BOB).json, "depth": "x"}, taken])
    assert answer["pdus"].keys() == {refused.event_id, taken.event_id}
    assert "denied" in answer["pdus"][refused.event_id]["error"]
    assert answer["pdus"][taken.event_id] == {}
    assert await world.status(refused) is None


@pytest.mark.parametrize(
    "body", [{"pdus": [{}] * 51}, {"edus": [{}] * 101}, {"pdus": {}}, {"pdus": [], "edus": None}]
)
async def test_oversized_or_malformed_transactions_are_refused(world: World, body: JsonObject) -> None:
    with pytest.raises(FederationRefusal, match="M_BAD_JSON"):
        await world.ask(send, "txn", body=body)


async def test_server_with_too_much_waiting_is_told_to_come_back(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MAX_WAITING", 1)
    async with inbound_on(db, running=False) as world:
        _, seen = await world.make_room(members=(BOB, CAROL))
        await world.send_only([seen.message(BOB)])
        with pytest.raises(FederationRefusal) as refusal:
            await world.send_only([seen.message(BOB)])
        assert (refusal.value.status, refusal.value.errcode) == (429, "M_LIMIT_EXCEEDED")
        await world.send_only([seen.message(CAROL)], origin=OTHER)


async def test_restart_in_the_middle_of_a_drain_loses_nothing(db: Database) -> None:
    async with inbound_on(db, running=False) as world:
        _, seen = await world.make_room()
        messages = [seen.message(BOB, str(number)) for number in range(60)]
        for start in (0, 30):
            await world.send_only(messages[start : start + 30])
        await drain_room(world.ctx, seen.id)
        assert sum([await world.status(message) is not None for message in messages]) == SLICE
    async with inbound_on(db) as world:
        await world.settled()
        assert {await world.status(message) for message in messages} == {EventStatus.ACCEPTED}
        assert (await world.ctx.staging.backlog()).pdus == 0


async def test_answer_outlives_a_restart(db: Database) -> None:
    async with inbound_on(db) as world:
        _, seen = await world.make_room()
        answer = await world.send([seen.message(BOB)], txn_id="t")
    async with inbound_on(db) as world:
        assert await world.send([seen.message(BOB)], txn_id="t") == answer


async def test_events_in_the_wrong_order_are_put_right(world: World) -> None:
    _, seen = await world.make_room()
    messages = [seen.message(BOB, str(number)) for number in range(10)]
    await world.send(messages[::-1])
    assert {await world.status(message) for message in messages} == {EventStatus.ACCEPTED}
    assert world.client.asked == []


async def test_busy_server_does_not_starve_another(db: Database) -> None:
    async with inbound_on(db, running=False) as world:
        _, seen = await world.make_room(members=(BOB, CAROL))
        fork = seen.heads
        for _ in range(2):
            await world.send_only([seen.message(BOB, after=fork) for _ in range(30)])
        of_carol = seen.message(CAROL, after=fork)
        await world.send_only([of_carol], origin=OTHER)
        await drain_room(world.ctx, seen.id)
        assert await world.status(of_carol) is EventStatus.ACCEPTED


async def test_backlog_tells_how_much_waits_and_since_when(db: Database) -> None:
    async with inbound_on(db, running=False) as world:
        _, seen = await world.make_room()
        await world.send_only([seen.message(BOB), seen.message(BOB)])
        await world.parts.inbound.look(world.ctx)
        later = FakeClock(world.parts.inbound.backlog.oldest_ms + 5_000)
        lag = {sample.name: sample.value for sample in inbound_samples(world.parts.inbound, later)}
        assert lag["federation_inbound_staged_pdus"] == 2
        assert lag["federation_inbound_lag_seconds"] == 5


async def test_unexpected_failure_holds_up_only_its_own_event(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, seen = await world.make_room()
    fork = seen.heads
    bad, good = seen.message(BOB, "bad", after=fork), seen.message(BOB, "good", after=fork)
    receive = world.parts.rooms.receive

    async def fail_for_bad(room_id: RoomId, pdu: Pdu) -> Verdict:
        if pdu.event_id == bad.event_id:
            raise RuntimeError("a bug")
        return await receive(room_id, pdu)

    monkeypatch.setattr(world.parts.rooms, "receive", fail_for_bad)
    await world.send([bad, good])
    assert await world.status(good) is EventStatus.ACCEPTED
    assert await world.status(bad) is None
    assert (await world.ctx.staging.backlog()).pdus == 1


async def test_server_with_many_transactions_at_once_is_told_to_come_back(world: World) -> None:
    _, seen = await world.make_room()
    sends = [world.send_only([seen.message(BOB)]) for _ in range(TRANSACTIONS_PER_SERVER + 1)]
    answers = await asyncio.gather(*sends, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, FederationRefusal)]
    assert [refusal.status for refusal in refused] == [429]
    await world.settled()
