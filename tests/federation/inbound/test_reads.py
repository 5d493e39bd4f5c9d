"""What other servers may read of rooms, and that they learn nothing of those that they are not in."""

import pytest

from federation.errors import FederationRefusal
from federation.protocol.canonical_json import encode_canonical_json
from federation.protocol.pdu import Pdu, parse_pdu
from federation.routes.backfill import get_backfill
from federation.routes.event import get_event, get_event_auth
from federation.routes.missing_events import get_missing_events
from federation.routes.state import get_state, get_state_ids
from federation.routes.timestamp import get_closest_event
from homeserver.json_types import JsonObject
from homeserver.rooms.send import send_event
from homeserver.storage.events import EventStatus
from homeserver.storage.rooms import Room
from tests.federation.inbound.world import BOB, CAROL, OTHER, PEER, World
from tests.support.fake_room import FakeRoom
from tests.support.rooms import ALICE

UNKNOWN = "$" + "u" * 43


async def room_with_message(world: World, version: str = "12") -> tuple[Room, FakeRoom, Pdu]:
    """Return a room of alice and bob, with a message of bob's."""
    room, seen = await world.make_room(version)
    message = seen.message(BOB)
    await world.send([message])
    return room, seen, message


async def say(world: World, room: Room, body: str) -> str:
    """Let alice say something, and return its id."""
    content = {"msgtype": "m.text", "body": body}
    return (await send_event(world.rooms, room.room_id, ALICE, "m.room.message", content)).event_id


def ids(answer: JsonObject, seen: FakeRoom, key: str = "pdus") -> list[str]:
    """Return the ids of the events in an answer."""
    by_json = {pdu.canonical: pdu.event_id for pdu in seen.events.values()}
    return [by_json[encode_canonical_json(pdu, strict_numbers=False)] for pdu in answer[key]]


async def refusal_of(world: World, *asked: object, **query: object) -> tuple[int, str, str]:
    with pytest.raises(FederationRefusal) as refusal:
        await world.ask(*asked, **query)  # type: ignore[arg-type]
    return refusal.value.status, refusal.value.errcode, refusal.value.message


@pytest.mark.parametrize("version", ["1", "6", "12"])
async def test_event_is_served_as_it_was_signed(world: World, version: str) -> None:
    _, _, message = await room_with_message(world, version)
    answer = await world.ask(get_event, message.event_id)
    assert answer["pdus"] == [message.json]
    assert answer["origin"] == "test"


@pytest.mark.parametrize("version", ["1", "6", "12"])
async def test_state_before_an_event_is_served_with_its_auth_chain(world: World, version: str) -> None:
    room, seen, message = await room_with_message(world, version)
    expected = seen.state_before(message.prev_events)
    found = await world.ask(get_state_ids, room.room_id, event_id=message.event_id)
    assert sorted(found["pdu_ids"]) == sorted(expected.values())
    chain = {pdu.event_id for pdu in seen.auth_chain(expected.values())}
    assert chain - set(expected.values()) <= set(found["auth_chain_ids"]) <= chain
    state = await world.ask(get_state, room.room_id, event_id=message.event_id)
    assert sorted(ids(state, seen)) == sorted(expected.values())
    assert sorted(ids(state, seen, "auth_chain")) == sorted(found["auth_chain_ids"])


async def test_state_before_a_state_event_is_without_it(world: World) -> None:
    room, _, _ = await room_with_message(world)
    topic = await world.set_state(room, "m.room.topic", {"topic": "t"})
    found = await world.ask(get_state_ids, room.room_id, event_id=topic)
    assert topic not in found["pdu_ids"]


async def test_state_on_a_fork_is_that_of_the_fork(world: World) -> None:
    room, seen, _ = await room_with_message(world)
    fork = list(seen.heads)
    topic = await world.set_state(room, "m.room.topic", {"topic": "elsewhere"})
    forked = seen.message(BOB, "fork", after=fork)
    await world.send([forked])
    found = await world.ask(get_state_ids, room.room_id, event_id=forked.event_id)
    assert topic not in found["pdu_ids"]
    assert sorted(found["pdu_ids"]) == sorted(seen.state_before(fork).values())


@pytest.mark.parametrize("version", ["6", "12"])
async def test_event_auth_is_the_whole_chain(world: World, version: str) -> None:
    room, seen, message = await room_with_message(world, version)
    answer = await world.ask(get_event_auth, room.room_id, message.event_id)
    assert sorted(ids(answer, seen, "auth_chain")) == sorted(
        pdu.event_id for pdu in seen.auth_chain([message.event_id])
    )


async def test_servers_outside_the_room_learn_nothing(world: World) -> None:
    """Continuwuity: events leaked to servers that were not in the room."""
    room, _, message = await room_with_message(world)
    for handler, *params in (
        (get_state, room.room_id), (get_state_ids, room.room_id), (get_backfill, room.room_id),
        (get_missing_events, room.room_id), (get_closest_event, room.room_id),
        (get_event_auth, room.room_id, message.event_id),
    ):  # fmt: skip
        unknown = [param if param != room.room_id else "!unknown:test" for param in params]
        inside = await refusal_of(world, handler, *params, origin=OTHER, event_id=message.event_id)
        outside = await refusal_of(world, handler, *unknown, origin=OTHER, event_id=message.event_id)
        assert inside == outside
        assert inside[:2] == (403, "M_FORBIDDEN")


async def test_cve_2022_39335_event_auth_is_for_servers_in_the_room(world: World) -> None:
    room, _, message = await room_with_message(world)
    refused = await refusal_of(world, get_event_auth, room.room_id, message.event_id, origin=OTHER)
    assert refused[:2] == (403, "M_FORBIDDEN")


async def test_event_of_a_room_without_the_server_is_answered_like_a_missing_one(world: World) -> None:
    _, _, message = await room_with_message(world)
    refused = await refusal_of(world, get_event, message.event_id, origin=OTHER)
    assert refused == await refusal_of(world, get_event, UNKNOWN, origin=OTHER)


async def test_tuwunel_1_9_0_ids_of_another_room_are_answered_like_missing_ones(world: World) -> None:
    _, _, secret = await room_with_message(world)
    room, _ = await world.make_room(members=(CAROL,))
    for handler in (get_state, get_state_ids):
        wrong = await refusal_of(world, handler, room.room_id, origin=OTHER, event_id=secret.event_id)
        assert wrong == await refusal_of(world, handler, room.room_id, origin=OTHER, event_id=UNKNOWN)
    wrong = await refusal_of(world, get_event_auth, room.room_id, secret.event_id, origin=OTHER)
    assert wrong == await refusal_of(world, get_event_auth, room.room_id, UNKNOWN, origin=OTHER)
    answer = await world.ask(get_backfill, room.room_id, origin=OTHER, v=[secret.event_id], limit="10")
    assert answer["pdus"] == []
    body = {"latest_events": [secret.event_id], "earliest_events": []}
    assert await world.ask(get_missing_events, room.room_id, origin=OTHER, body=body) == {"events": []}


@pytest.mark.parametrize(
    "handler", [get_state, get_state_ids, get_backfill, get_missing_events, get_closest_event]
)
async def test_denied_servers_may_not_read(world: World, handler: object) -> None:
    room, _, _ = await room_with_message(world)
    await world.set_state(room, "m.room.server_acl", {"allow": ["*"], "deny": [PEER]})
    status, errcode, message = await refusal_of(world, handler, room.room_id)
    assert (status, errcode) == (403, "M_FORBIDDEN")
    assert "denied" in message


async def test_backfill_goes_back_from_the_events_named(world: World) -> None:
    room, seen = await world.make_room()
    messages = [seen.message(BOB, str(number)) for number in range(10)]
    await world.send(messages)
    answer = await world.ask(get_backfill, room.room_id, v=[messages[7].event_id], limit="4")
    assert ids(answer, seen) == [messages[n].event_id for n in (7, 6, 5, 4)]
    everything = await world.ask(get_backfill, room.room_id, v=[messages[9].event_id], limit="99")
    assert len(everything["pdus"]) == len(seen.events)


async def test_backfill_hands_out_a_hundred_events_at_most(world: World) -> None:
    room, seen = await world.make_room()
    messages = [seen.message(BOB, str(number)) for number in range(110)]
    for start in range(0, 110, 50):
        await world.send(messages[start : start + 50])
    answer = await world.ask(get_backfill, room.room_id, v=[messages[-1].event_id], limit="5000")
    assert len(answer["pdus"]) == 100


async def test_missing_events_are_between_what_is_named_oldest_first(world: World) -> None:
    room, seen = await world.make_room()
    messages = [seen.message(BOB, str(number)) for number in range(10)]
    await world.send(messages)
    body: JsonObject = {"latest_events": [messages[8].event_id], "earliest_events": [messages[2].event_id]}
    answer = await world.ask(get_missing_events, room.room_id, body=body)
    assert ids(answer, seen, "events") == [messages[n].event_id for n in range(3, 8)]
    answer = await world.ask(get_missing_events, room.room_id, body={**body, "limit": 2})
    assert ids(answer, seen, "events") == [messages[n].event_id for n in (6, 7)]
    answer = await world.ask(get_missing_events, room.room_id, body={**body, "min_depth": messages[6].depth})
    assert ids(answer, seen, "events") == [messages[n].event_id for n in (6, 7)]


async def test_missing_events_are_twenty_at_most(world: World) -> None:
    room, seen = await world.make_room()
    messages = [seen.message(BOB, str(number)) for number in range(40)]
    await world.send(messages)
    body = {"latest_events": [messages[-1].event_id], "earliest_events": [], "limit": 10_000}
    assert len((await world.ask(get_missing_events, room.room_id, body=body))["events"]) == 20


@pytest.mark.parametrize(
    "body",
    [None, [], {"latest_events": [], "earliest_events": {}},
     {"latest_events": [3], "earliest_events": []},
     {"latest_events": [], "earliest_events": [], "limit": -1},
     {"latest_events": [], "earliest_events": [], "min_depth": "x"}],
)  # fmt: skip
async def test_malformed_requests_for_missing_events_are_refused(world: World, body: object) -> None:
    room, _ = await world.make_room()
    status, errcode, _ = await refusal_of(world, get_missing_events, room.room_id, body=body)
    assert status == 400
    assert errcode in ("M_BAD_JSON", "M_INVALID_PARAM")


async def test_soft_failed_events_are_handed_out_where_they_are_referred_to(world: World) -> None:
    room, seen = await world.make_room(members=(BOB, CAROL))
    fork = list(seen.heads)
    await world.set_state(room, "m.room.member", {"membership": "ban"}, BOB)
    evading = seen.message(BOB, "evading the ban", after=fork)
    await world.send([evading])
    assert await world.status(evading) is EventStatus.SOFT_FAILED
    answer = await world.ask(get_event, evading.event_id, origin=OTHER)
    assert answer["pdus"] == [evading.json]
    head = await say(world, room, "later")
    answer = await world.ask(get_backfill, room.room_id, origin=OTHER, v=[head], limit="50")
    assert evading.json not in answer["pdus"]
    referring = seen.message(CAROL, "refers to it", after=[evading.event_id])
    await world.send([referring], origin=OTHER)
    body = {"latest_events": [referring.event_id], "earliest_events": []}
    answer = await world.ask(get_missing_events, room.room_id, origin=OTHER, body=body)
    assert evading.json in answer["events"]


async def test_rejected_events_are_walked_past(world: World) -> None:
    room, seen = await world.make_room(members=(BOB,))
    rejected = seen.send(BOB, "m.room.power_levels", {"users": {BOB: 100}}, "")
    after = seen.draft(
        BOB, "m.room.message", {"body": "x"}, auth_events=seen.events[seen.heads[0]].auth_events
    )
    await world.send([rejected, after])
    assert await world.status(rejected) is EventStatus.REJECTED
    answer = await world.ask(get_backfill, room.room_id, v=[after.event_id], limit="50")
    assert rejected.json not in answer["pdus"]
    assert len(answer["pdus"]) > 4


async def test_history_from_before_the_server_joined_is_redacted_unless_shared(world: World) -> None:
    room, _ = await world.make_room(members=())
    await world.set_state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    hidden = await say(world, room, "before the server joined")
    seen = await world.mirror(room)
    seen.join(BOB)
    join = seen.events[seen.heads[0]]
    await world.send([join])
    shown = await say(world, room, "after")
    answer = await world.ask(get_backfill, room.room_id, v=[shown], limit="50")
    bodies = [pdu["content"].get("body") for pdu in answer["pdus"] if pdu["type"] == "m.room.message"]
    assert bodies == ["after", None]
    assert (await world.ask(get_event, hidden))["pdus"][0]["content"] == {}
    assert (await world.ask(get_event, join.event_id))["pdus"] == [join.json]


async def test_shared_history_is_whole(world: World) -> None:
    room, _ = await world.make_room(members=())
    said = await say(world, room, "before the server joined")
    seen = await world.mirror(room)
    seen.join(BOB)
    await world.send([seen.events[seen.heads[0]]])
    assert (await world.ask(get_event, said))["pdus"][0]["content"]["body"] == "before the server joined"


async def test_redacted_events_are_handed_out_redacted(world: World) -> None:
    room, _, message = await room_with_message(world)
    seen = await world.mirror(room)
    redaction = seen.draft(ALICE, "m.room.redaction", {}, redacts=message.event_id)
    await world.send([redaction])
    [pdu] = (await world.ask(get_event, message.event_id))["pdus"]
    assert pdu["content"] == {}


async def test_ghsa_v56r_events_that_others_must_refuse_are_not_handed_out(world: World) -> None:
    room, seen = await world.make_room("5")
    draft = seen.draft(BOB, "m.room.message", {"body": "deep"})
    deep = seen.add(parse_pdu(seen.version, seen.tampered(draft, depth=2**62)))
    after = seen.draft(BOB, "m.room.message", {"body": "after"}, depth=7)
    await world.send([deep, after])
    assert await world.status(deep) is EventStatus.ACCEPTED
    answer = await world.ask(get_backfill, room.room_id, v=[after.event_id], limit="50")
    assert deep.json not in answer["pdus"]
    assert after.json in answer["pdus"]
    assert (await refusal_of(world, get_event, deep.event_id))[0] == 404


async def test_timestamp_finds_the_closest_event(world: World) -> None:
    room, seen = await world.make_room()
    early = seen.draft(BOB, "m.room.message", {"body": "early"}, origin_server_ts=1_000)
    late = seen.draft(BOB, "m.room.message", {"body": "late"}, origin_server_ts=2_000)
    await world.send([early, late])
    answer = await world.ask(get_closest_event, room.room_id, ts="1500", dir="b")
    assert answer == {"event_id": early.event_id, "origin_server_ts": 1_000}
    answer = await world.ask(get_closest_event, room.room_id, ts="1500", dir="f")
    assert answer["event_id"] == late.event_id
    assert (await refusal_of(world, get_closest_event, room.room_id, ts="999", dir="b"))[0] == 404
    assert (await refusal_of(world, get_closest_event, room.room_id, ts="999", dir="x"))[0] == 400


async def test_timestamp_leads_to_nothing_that_the_server_may_not_see(world: World) -> None:
    """Tuwunel 1.9.0."""
    room, _ = await world.make_room(members=())
    await world.set_state(room, "m.room.history_visibility", {"history_visibility": "joined"})
    await say(world, room, "hidden")
    seen = await world.mirror(room)
    seen.join(BOB)
    join = seen.events[seen.heads[0]]
    await world.send([join])
    answer = await world.ask(get_closest_event, room.room_id, ts="0", dir="f")
    assert answer["event_id"] != ""
    [pdu] = (await world.ask(get_event, answer["event_id"]))["pdus"]
    assert pdu["type"] != "m.room.message"
