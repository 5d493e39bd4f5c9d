"""Under which names the users of other servers are found."""

from collections.abc import AsyncIterator

import pytest

from federation.protocol.ids import UserId
from homeserver.rooms.send import send_event
from homeserver.rooms.viewer import Viewer
from homeserver.search.context import SearchContext, open_search
from homeserver.search.search_people import search_people
from homeserver.storage.db import Database
from homeserver.storage.rooms import Room
from tests.support.rooms import ALICE, BOB, make_room, rooms_on

EVE = UserId("@eve:elsewhere")


@pytest.fixture
async def search(db: Database) -> AsyncIterator[SearchContext]:
    async with rooms_on(db) as rooms, open_search(rooms) as search:
        yield search


async def set_member(search: SearchContext, room: Room, name: str, membership: str = "join") -> None:
    content = {"membership": membership, "displayname": name, "avatar_url": f"mxc://elsewhere/{name[:3]}"}
    await send_event(search.rooms, room.room_id, EVE, "m.room.member", content, state_key=EVE)


async def found(search: SearchContext, by: UserId, term: str) -> list[str | None]:
    """Return the names under which users are found."""
    await search.people.until_done()
    viewer = Viewer(by, await search.rooms.names.intern_user(by))
    return [user.get("display_name") for user in (await search_people(search, viewer, term, 10)).profiles]


async def close(search: SearchContext, room: Room) -> None:
    content = {"join_rule": "invite"}
    await send_event(search.rooms, room.room_id, ALICE, "m.room.join_rules", content, state_key="")


async def test_a_name_of_a_private_room_stays_there(search: SearchContext) -> None:
    secret, shared = await make_room(search.rooms), await make_room(search.rooms, members=[BOB])
    await set_member(search, secret, "Secret Agent")
    await set_member(search, shared, "Eve")
    await close(search, secret)
    await close(search, shared)
    assert await found(search, BOB, "secret") == []
    assert await found(search, BOB, "eve") == ["Eve"]
    assert await found(search, BOB, "@eve:else") == ["Eve"]
    assert await found(search, ALICE, "secret") == ["Secret Agent"]
    assert await found(search, UserId("@carol:test"), "eve") == []


async def test_who_has_left_every_room_is_not_found(search: SearchContext) -> None:
    room = await make_room(search.rooms, members=[BOB])
    await set_member(search, room, "Eve")
    assert await found(search, UserId("@carol:test"), "eve") == ["Eve"]  # the room is open
    await set_member(search, room, "Eve", "leave")
    assert await found(search, BOB, "eve") == []
