"""Clients go back behind what their server has, and it asks the other servers in the room."""

import pytest

from federation.protocol.ids import EventId, UserId
from federation.protocol.room_versions import ROOM_VERSIONS
from homeserver.errors import NotFound
from homeserver.rooms.adopt_room import adopt_room
from homeserver.rooms.event_context import read_context
from homeserver.rooms.filters import RoomEventFilter
from homeserver.rooms.messages import Page, PageRequest, read_messages
from homeserver.rooms.timestamp_to_event import find_closest_event
from homeserver.rooms.viewer import Viewer
from homeserver.storage.rooms import Room
from tests.federation.inbound.world import BOB, KEYS, OTHER, PEER, World
from tests.support.fake_room import FakeRoom
from tests.support.rooms import ALICE

EVERYTHING = RoomEventFilter()


async def joined_room(world: World, messages: int, version: str = "12") -> tuple[Room, FakeRoom]:
    """Return a room of bob's in which so much was said before alice came in."""
    seen = FakeRoom(ROOM_VERSIONS[version], dict(KEYS))
    seen.create(BOB)
    seen.join(BOB)
    seen.send(BOB, "m.room.power_levels", {} if version == "12" else {"users": {BOB: 100}}, "")
    seen.send(BOB, "m.room.join_rules", {"join_rule": "public"}, "")
    for number in range(messages):
        seen.message(BOB, str(number))
    before = seen.state
    join = seen.join(ALICE)
    state = [seen.events[event_id] for event_id in before.values()]
    await adopt_room(
        world.rooms, seen.id, seen.version, join, state, seen.auth_chain(before.values()), partial=None
    )
    world.client.room = seen
    room = await world.rooms.names.room(seen.id)
    assert room is not None
    return room, seen


async def alice(world: World) -> Viewer:
    return Viewer(ALICE, await world.rooms.names.intern_user(UserId(ALICE)), None)


async def page(world: World, room: Room, limit: int, start: Page | None = None) -> Page:
    """Return what alice sees when she goes back."""
    asked = PageRequest(start.end if start else None, None, True, limit, EVERYTHING)
    return await read_messages(world.rooms, await alice(world), room, asked)


def bodies(found: Page) -> list[str]:
    return [event.load()["content"].get("body") or event.type for event in found.events]


@pytest.mark.parametrize("version", ["1", "12"])
async def test_going_back_fetches_what_was_said_before_the_join(world: World, version: str) -> None:
    room, _ = await joined_room(world, 150, version)
    first = await page(world, room, 100)
    assert bodies(first) == ["m.room.member", *(str(number) for number in range(149, 50, -1))]
    second = await page(world, room, 100, first)
    assert bodies(second) == [
        *(str(number) for number in range(50, -1, -1)),
        "m.room.join_rules", "m.room.power_levels", "m.room.member", "m.room.create",
    ]  # fmt: skip
    asked = len(world.client.asked)
    assert bodies(await page(world, room, 10, second)) == []
    assert len(world.client.asked) == asked


async def test_history_that_nobody_gives_is_not_asked_for_again_at_once(world: World) -> None:
    room, _ = await joined_room(world, 5)
    world.client.down |= {PEER, OTHER}
    assert bodies(await page(world, room, 10)) == ["m.room.member"]
    asked = len(world.client.asked)
    assert asked
    assert bodies(await page(world, room, 10)) == ["m.room.member"]
    assert len(world.client.asked) == asked


async def test_forged_history_is_not_shown(world: World) -> None:
    room, seen = await joined_room(world, 3)
    true = [seen.events[event_id] for event_id in list(seen.events)[-4:-1]]
    forged = [seen.tampered(pdu, resign=False, content={"body": "forged"}) for pdu in true]
    _, other = await world.make_room(members=(BOB,))
    stray = other.message(BOB, "of another room")
    world.client.answer("backfill", {"pdus": [*forged, stray.json]})
    assert bodies(await page(world, room, 10)) == ["m.room.member"]


async def test_context_reaches_back_too(world: World) -> None:
    room, seen = await joined_room(world, 20)
    join = EventId(seen.heads[0])
    found = await read_context(world.rooms, await alice(world), room, join, 10, EVERYTHING)
    assert [event.load()["content"]["body"] for event in found.before] == ["19", "18", "17", "16", "15"]


async def test_gap_in_the_middle_is_filled_when_it_is_shown(world: World) -> None:
    room, seen = await world.make_room(members=(BOB,))
    world.client.room = seen
    missed = [seen.message(BOB, str(number)) for number in range(5)]
    last = seen.message(BOB, "last")
    world.client.answer("get_missing_events", {"events": [missed[-1].json]})
    await world.send([last])
    assert await world.status(missed[0]) is None
    assert bodies(await page(world, room, 6)) == ["last", "4", "3", "2", "1", "0"]


async def test_time_before_the_join_leads_to_an_event_there(world: World) -> None:
    room, seen = await joined_room(world, 150)
    wanted = next(pdu for pdu in seen.events.values() if pdu.content.get("body") == "30")
    answer = {"event_id": wanted.event_id, "origin_server_ts": wanted.origin_server_ts}
    world.client.answer("timestamp_to_event", answer)
    viewer = await alice(world)
    found = await find_closest_event(world.rooms, viewer, room, wanted.origin_server_ts - 1, forwards=True)
    assert found.event_id == wanted.event_id


async def test_time_that_nobody_knows_leads_to_what_is_here(world: World) -> None:
    room, seen = await joined_room(world, 5)
    viewer = await alice(world)
    found = await find_closest_event(world.rooms, viewer, room, 0, forwards=True)
    assert found.event_id == seen.heads[0]
    with pytest.raises(NotFound):
        await find_closest_event(world.rooms, viewer, room, 0, forwards=False)
