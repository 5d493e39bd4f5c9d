"""Events whose ancestors are not known: what is fetched, from whom, how much, and what is believed."""

import pytest

from federation.errors import PeerRefused
from federation.inbound import budget
from federation.protocol.ids import EventId, UserId
from federation.protocol.pdu import Pdu, parse_pdu
from homeserver.json_types import JsonObject
from homeserver.storage.db import Database
from homeserver.storage.events import EventStatus
from homeserver.storage.memberships import count_members
from homeserver.storage.rooms import Room
from tests.federation.inbound.world import BOB, CAROL, OTHER, PEER, World, inbound_on
from tests.support.fake_room import FakeRoom
from tests.support.rooms import ALICE


async def gap(world: World, length: int, version: str = "12") -> tuple[Room, FakeRoom, list[Pdu]]:
    """Return a room in which so many messages of bob's were sent that this server has not seen."""
    room, seen = await world.make_room(version, members=(BOB, CAROL))
    world.client.room = seen
    return room, seen, [seen.message(BOB, str(number)) for number in range(length)]


def tell_only(world: World, *pdus: Pdu) -> None:
    """Let the peers hand out no other missing events than these."""
    world.client.answer("get_missing_events", {"events": [pdu.json for pdu in pdus]})


async def current_topic(world: World, room: Room) -> str | None:
    head = await world.rooms.heads.load(room, [("m.room.topic", "")])
    event = head.state["m.room.topic", ""]
    return None if event is None else str(event.pdu.content["topic"])


@pytest.mark.parametrize("version", ["2", "10", "12"])
async def test_small_gap_is_filled_by_missing_events(world: World, version: str) -> None:
    _, _, messages = await gap(world, 30, version)
    await world.send([messages[-1]])
    assert {await world.status(message) for message in messages} == {EventStatus.ACCEPTED}
    assert not world.client.asked_for("state_ids")


async def test_wide_gap_is_bridged_by_the_state_at_its_edge(world: World) -> None:
    room, seen, _ = await gap(world, 5)
    seen.send(ALICE, "m.room.topic", {"topic": "in the gap"}, "")
    for number in range(150):
        last = seen.message(BOB, str(number))
    await world.send([last])
    assert await world.status(last) is EventStatus.ACCEPTED
    assert len(world.client.asked_for("get_missing_events")) == 5
    assert await current_topic(world, room) == "in the gap"


async def test_missing_events_of_a_server_that_is_down_come_from_another(world: World) -> None:
    _, _, messages = await gap(world, 3)
    world.client.down.add(PEER)
    await world.send([messages[-1]])
    assert {await world.status(message) for message in messages} == {EventStatus.ACCEPTED}
    assert (OTHER, world.client.asked_for("get_missing_events")[0]) in world.client.asked


async def test_failure_to_fetch_is_never_a_rejection(db: Database) -> None:
    async with inbound_on(db) as world:
        _, _, messages = await gap(world, 3)
        world.client.down |= {PEER, OTHER}
        await world.send([messages[-1]])
        assert await world.status(messages[-1]) is None
        assert (await world.ctx.staging.backlog()).pdus == 1
        world.client.down.clear()
        await world.make_due()
        assert {await world.status(message) for message in messages} == {EventStatus.ACCEPTED}
        assert (await world.ctx.staging.backlog()).pdus == 0


async def test_event_is_left_alone_for_a_while_after_a_failure(world: World) -> None:
    _, _, messages = await gap(world, 2)
    world.client.down |= {PEER, OTHER}
    await world.send([messages[-1]])
    asked = len(world.client.asked)
    await world.parts.inbound.look(world.ctx)
    await world.settled()
    assert len(world.client.asked) == asked


async def test_nothing_is_believed_of_an_event_whose_past_is_not_told(world: World) -> None:
    _, _, messages = await gap(world, 2)
    world.client.answer("get_missing_events", {"events": []})
    await world.send([messages[1]])
    assert await world.status(messages[1]) is None
    assert not world.client.asked_for("state_ids")
    assert (await world.ctx.staging.backlog()).pdus == 1


async def test_cve_2022_39200_missing_events_are_signature_checked(world: World) -> None:
    _, seen, messages = await gap(world, 2)
    forged = seen.tampered(messages[0], resign=False, depth=messages[0].depth + 1)
    world.client.answer("get_missing_events", {"events": [forged]})
    await world.send([messages[1]])
    assert await world.status(messages[1]) is None
    assert await world.event(parse_pdu(seen.version, forged).event_id) is None


async def test_missing_events_of_another_room_are_not_taken(world: World) -> None:
    _, _, messages = await gap(world, 2)
    _, other = await world.make_room(members=(BOB, CAROL))
    stray = other.message(BOB)
    world.client.answer("get_missing_events", {"events": [stray.json]})
    await world.send([messages[1]])
    assert await world.status(stray) is None


async def test_events_that_were_not_asked_for_are_not_taken(world: World) -> None:
    _, seen, messages = await gap(world, 2)
    aside = seen.message(CAROL, "aside", after=messages[0].prev_events)
    world.client.answer("get_missing_events", {"events": [aside.json, messages[0].json]})
    await world.send([messages[1]])
    assert await world.status(messages[0]) is EventStatus.ACCEPTED
    assert await world.status(aside) is None


async def test_cve_2022_39374_state_of_another_room_is_refused(world: World) -> None:
    room, _, messages = await gap(world, 3)
    _, other = await world.make_room(members=(BOB,))
    state = other.state_before(other.heads)
    tell_only(world, messages[1])
    world.client.answer("state_ids", {"pdu_ids": list(state.values()), "auth_chain_ids": []})
    await world.send([messages[2]])
    assert await world.status(messages[2]) is None
    assert await current_topic(world, room) is None


async def test_synapse_1_15_2_a_small_state_of_another_server_does_not_shrink_the_room(world: World) -> None:
    room, seen, messages = await gap(world, 3)
    whole = list(seen.state)
    few = [seen.state["m.room.create", ""], seen.state["m.room.member", BOB]]
    tell_only(world, messages[1])
    chain = [pdu.event_id for pdu in seen.auth_chain(few)]
    world.client.answer("state_ids", {"pdu_ids": few, "auth_chain_ids": chain})
    await world.send([messages[2]])
    assert await world.status(messages[2]) is EventStatus.ACCEPTED
    head = await world.rooms.heads.load(room, whole)
    assert {key for key, event in head.state.items() if event is None} == set()
    assert len(whole) > len(few)


async def test_event_after_one_that_another_rooms_event_authorised_comes_in(world: World) -> None:
    _, elsewhere = await world.make_room("10", members=(CAROL,))
    room, seen = await world.make_room("10")
    world.client.room = seen
    borrowed = elsewhere.state["m.room.member", CAROL]
    auth = [seen.state["m.room.create", ""], seen.state["m.room.power_levels", ""], borrowed]
    sneaked = seen.add(seen.draft(CAROL, "m.room.member", {"membership": "join"}, CAROL, auth_events=auth))
    told, last = seen.message(CAROL, "told"), seen.message(BOB, "last")
    tell_only(world, told)
    world.client.answer("event_auth", PeerRefused(PEER, 404, "", "", {}))
    await world.send([last])
    assert await world.status(last) is EventStatus.ACCEPTED
    assert await world.status(told) is EventStatus.REJECTED
    assert await world.status(sneaked) is EventStatus.REJECTED
    head = await world.rooms.heads.load(room, [("m.room.member", CAROL)])
    assert head.state["m.room.member", CAROL] is None


async def test_state_with_two_events_for_one_entry_is_refused(world: World) -> None:
    _, seen, messages = await gap(world, 3)
    fork = list(seen.heads)
    first = seen.send(ALICE, "m.room.topic", {"topic": "a"}, "", after=fork)
    second = seen.send(ALICE, "m.room.topic", {"topic": "b"}, "", after=fork)
    state = [*seen.state_before(messages[0].prev_events).values(), first.event_id, second.event_id]
    tell_only(world, messages[1])
    world.client.answer("state_ids", {"pdu_ids": state, "auth_chain_ids": []})
    await world.send([messages[2]])
    assert await world.status(messages[2]) is None


async def test_event_from_a_gap_that_changed_the_powers_is_not_held_to_the_old_ones(world: World) -> None:
    room, seen, _ = await gap(world, 0)
    levels = seen.send(ALICE, "m.room.power_levels", {"users": {BOB: 50}}, "")
    message = seen.message(BOB)
    topic = seen.send(BOB, "m.room.topic", {"topic": "by bob"}, "")
    tell_only(world, message)
    await world.send([topic])
    assert await world.status(topic) is EventStatus.ACCEPTED
    assert await world.status(levels) is EventStatus.OUTLIER
    assert await current_topic(world, room) == "by bob"


async def test_auth_events_that_lack_are_fetched(world: World) -> None:
    _, seen, _ = await gap(world, 0)
    fork = list(seen.heads)
    aside = seen.send(ALICE, "m.room.power_levels", {"users": {BOB: 50}}, "", after=fork)
    auth = [aside.event_id, *seen.select_auth_events(BOB, "m.room.message", {}, None, fork)[-1:]]
    message = seen.draft(BOB, "m.room.message", {"body": "x"}, after=fork, auth_events=auth)
    seen.events[message.event_id] = message
    await world.send([message])
    assert await world.status(message) is EventStatus.ACCEPTED
    assert await world.status(aside) is EventStatus.OUTLIER
    assert world.client.asked_for("event_auth")


async def test_auth_chain_bombs_end_with_the_budget(world: World) -> None:
    """CVE-2024-31208."""
    _, seen, _ = await gap(world, 0)
    links = 0

    def endless(_server: str, _asked: dict[str, object]) -> JsonObject:
        nonlocal links
        links += 1
        auth_events = [EventId("$" + f"{links}-{number}".rjust(43, "x")) for number in range(10)]
        bomb = seen.draft(BOB, "m.room.message", {"n": links}, auth_events=auth_events)
        return {"pdus": [bomb.json], "auth_chain": [bomb.json]}

    ids = [EventId("$" + "a" * 42 + str(number)) for number in range(10)]
    bomb = seen.draft(BOB, "m.room.message", {"body": "x"}, auth_events=ids)
    good = seen.message(BOB)
    world.client.answer("event", endless)
    world.client.answer("event_auth", endless)
    await world.send([bomb, good])
    assert links <= budget.MAX_REQUESTS
    assert await world.status(bomb) is None
    assert await world.status(good) is EventStatus.ACCEPTED


async def test_endless_ancestors_end_with_the_budget(world: World) -> None:
    _, seen, _ = await gap(world, 0)
    for number in range(400):
        last = seen.message(BOB, str(number))
    world.client.answer("state_ids", PeerRefused(PEER, 404, "M_NOT_FOUND", "", {}))
    await world.send([last])
    assert len(world.client.asked) < 40
    assert await world.status(last) is None


async def test_event_with_invented_prev_events_waits_without_harm(world: World) -> None:
    _, seen, _ = await gap(world, 0)
    pdu = seen.tampered(seen.draft(BOB, "m.room.message", {"body": "x"}), prev_events=["$" + "y" * 43])
    good = seen.message(BOB)
    await world.send([pdu, good])
    assert await world.status(good) is EventStatus.ACCEPTED
    assert (await world.ctx.staging.backlog()).pdus == 1


async def test_event_that_is_its_own_prev_event_never_comes_in(world: World) -> None:
    _, seen, _ = await gap(world, 0, "1")
    pdu = seen.draft(BOB, "m.room.message", {})
    looped = seen.tampered(pdu, prev_events=[[pdu.event_id, {"sha256": "x"}]])
    await world.send([looped])
    assert await world.status(pdu) is None


async def test_wrong_event_in_an_answer_is_not_taken(world: World) -> None:
    _, seen, messages = await gap(world, 3)
    aside = seen.message(CAROL, "aside", after=messages[0].prev_events)
    tell_only(world, messages[1])
    world.client.answer("event", {"pdus": [aside.json]})
    await world.send([messages[2]])
    assert await world.status(messages[2]) is None
    assert await world.status(aside) is None


async def test_state_that_lacks_much_is_fetched_as_a_whole(world: World) -> None:
    room, seen, _ = await gap(world, 0)
    for number in range(60):
        seen.join(UserId(f"@user{number}:{PEER}"))
    seen.message(BOB, "at the edge")
    told, last = seen.message(BOB, "told"), seen.message(BOB, "last")
    tell_only(world, told)
    await world.send([last])
    assert await world.status(last) is EventStatus.ACCEPTED
    assert len(world.client.asked_for("state")) == 1
    assert len(world.client.asked_for("event")) <= 2
    async with world.rooms.db.acquire() as conn:
        members = (await count_members(conn, [room.nid]))[room.nid]
    assert members.joined == 63


async def test_ancestor_that_cannot_be_had_does_not_hold_up_its_descendant(world: World) -> None:
    _, seen, messages = await gap(world, 2)
    nowhere = EventId("$" + "n" * 43)
    draft = seen.draft(CAROL, "m.room.message", {"body": "x"}, after=messages[0].prev_events)
    stuck = parse_pdu(seen.version, seen.tampered(draft, prev_events=[nowhere]))
    seen.events[stuck.event_id] = stuck
    seen.state_after[stuck.event_id] = seen.state_before(messages[0].prev_events)
    seen.state_after[nowhere] = seen.state_after[stuck.event_id]
    merge = seen.message(BOB, "merge", after=[messages[1].event_id, stuck.event_id])
    await world.send([merge])
    assert await world.status(merge) is EventStatus.ACCEPTED
    assert await world.status(messages[1]) is EventStatus.ACCEPTED
