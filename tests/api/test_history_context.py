"""GET /context, /event and /timestamp_to_event."""

import pytest

from tests.api.client import ApiClient
from tests.api.history_support import Room, ids, ignore, make_room, texts
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def room(alice: ApiClient) -> Room:
    return await make_room(alice)


async def test_context_surrounds_the_event_with_tokens_that_lead_on(alice: ApiClient, room: Room) -> None:
    said = [await room.say(str(number)) for number in range(9)]
    found = await room.context(alice, said[4], limit=5)
    assert found["event"]["event_id"] == said[4]
    assert texts(found["events_before"]) == ["3", "2"]
    assert texts(found["events_after"]) == ["5", "6", "7"]
    assert (await room.bodies(alice, **{"from": found["start"]})) == ["1", "0"]
    assert (await room.bodies(alice, "f", **{"from": found["end"]})) == ["8"]


async def test_context_of_limit_nothing_is_the_event_alone(alice: ApiClient, room: Room) -> None:
    said = [await room.say(str(number)) for number in range(3)]
    found = await room.context(alice, said[1], limit=0)
    assert (found["events_before"], found["events_after"]) == ([], [])
    assert texts([found["event"]]) == ["1"]
    assert (await room.bodies(alice, "f", **{"from": found["end"]})) == ["2"]


async def test_state_of_the_context_is_that_at_its_last_event(alice: ApiClient, room: Room) -> None:
    await room.set("m.room.topic", {"topic": "old"})
    said = await room.say("here")
    between = await room.set("m.room.topic", {"topic": "between"})
    await room.say("after")
    await room.set("m.room.topic", {"topic": "new"})

    async def topic(limit: int) -> list[str]:
        state = (await room.context(alice, said, limit=limit))["state"]
        return [e["content"]["topic"] for e in state if e["type"] == "m.room.topic"]

    assert await topic(0) == ["old"]
    assert await topic(2) == ["between"]
    state = (await room.context(alice, said, limit=2))["state"]
    assert between in ids(state)
    assert len({(e["type"], e["state_key"]) for e in state}) == len(state)


async def test_context_loads_only_the_members_who_speak(alice: ApiClient, bob: ApiClient, room: Room) -> None:
    await room.join(bob)
    await room.say("quiet", bob)
    await room.say("1")
    said = await room.say("2")
    state = (await room.context(alice, said, limit=2, filter='{"lazy_load_members":true}'))["state"]
    assert [e["state_key"] for e in state if e["type"] == "m.room.member"] == [alice.user_id]
    assert "m.room.create" in {e["type"] for e in state}


async def test_filter_applies_around_the_event_but_not_to_it(alice: ApiClient, room: Room) -> None:
    await room.send("org.example.a", {})
    said = await room.say("here")
    await room.send("org.example.b", {})
    await room.send("org.example.a", {})
    found = await room.context(alice, said, limit=4, filter='{"types":["org.example.a"]}')
    assert found["event"]["event_id"] == said
    assert [e["type"] for e in found["events_before"]] == ["org.example.a"]
    assert [e["type"] for e in found["events_after"]] == ["org.example.a"]
    assert found["state"] == []


@pytest.mark.parametrize("event_id", ["$unknown", "nonsense", "%FF", "a%00b"])
async def test_unknown_event_is_not_found(alice: ApiClient, room: Room, event_id: str) -> None:
    for path in ("event", "context"):
        reply = await alice.get(f"{room.path}/{path}/{event_id}")
        assert reply.status == (400 if event_id in ("%FF", "a%00b") else 404)


async def test_sender_sees_the_transaction_of_their_own_device_only(alice: ApiClient, room: Room) -> None:
    event_id = await room.say("mine")
    assert "transaction_id" in (await room.event(alice, event_id))["unsigned"]
    other_device = await alice.log_in("alice")
    assert "transaction_id" not in (await room.event(other_device, event_id))["unsigned"]


async def test_closest_event_is_found_on_both_sides_of_a_time(
    alice: ApiClient, room: Room, clock: FakeClock
) -> None:
    start = clock.now_ms()
    clock.advance(10_000)
    first = await room.say("first")
    clock.advance(10_000)
    second = await room.say("second")

    async def closest(ts: int, dir_: str) -> object:
        reply = await alice.get(f"{room.path_v1}/timestamp_to_event", ts=ts, dir=dir_)
        return reply.json.get("event_id", reply.errcode)

    assert await closest(start + 1, "f") == first
    assert await closest(start + 10_000, "f") == first
    assert await closest(start + 10_001, "f") == second
    assert await closest(start + 20_001, "f") == "M_NOT_FOUND"
    assert await closest(start + 19_999, "b") == first
    assert await closest(start + 99_999, "b") == second
    assert await closest(0, "b") == "M_NOT_FOUND"
    assert (await alice.get(f"{room.path_v1}/timestamp_to_event", dir="f")).errcode == "M_MISSING_PARAM"


async def test_closest_event_is_one_that_may_be_seen(
    alice: ApiClient, bob: ApiClient, room: Room, clock: FakeClock
) -> None:
    await room.set_visibility("joined")
    clock.advance(10_000)
    for number in range(8):
        await room.say(f"secret {number}")
    clock.advance(10_000)
    await room.join(bob)
    seen = await bob.get(f"{room.path_v1}/timestamp_to_event", ts=clock.now_ms() - 10_000, dir="f")
    assert (await room.event(bob, seen.ok()["event_id"]))["type"] == "m.room.member"


async def test_closest_event_is_not_one_of_an_ignored_user(
    alice: ApiClient, bob: ApiClient, room: Room
) -> None:
    await room.join(bob)
    word = await room.say("word")
    await room.say("noise", bob)
    await ignore(alice, bob)
    reply = await alice.get(f"{room.path_v1}/timestamp_to_event", ts=2**52, dir="b")
    assert reply.ok()["event_id"] == word
