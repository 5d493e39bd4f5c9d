"""Tags of rooms."""

import asyncio

import pytest

from federation.protocol.ids import UserId
from homeserver.client_data import tags as tags_module
from homeserver.client_data.copy_room_data import copy_room_data
from homeserver.http.context import Services
from homeserver.json_types import JsonValue
from tests.api.client import ApiClient
from tests.support.fake_clock import FakeClock
from tests.support.rooms import make_room


async def test_tags_are_added_changed_listed_and_removed(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    base = f"/user/{alice.user_id}/rooms/{room.room_id}/tags"
    assert (await alice.get(base)).ok() == {"tags": {}}
    (await alice.put(f"{base}/m.favourite", {"order": 0.25})).ok()
    (await alice.put(f"{base}/u.w%C3%B6rk%2Fplace", {})).ok()
    (await alice.put(f"{base}/m.favourite", {"order": 1})).ok()
    assert (await alice.get(base)).ok() == {"tags": {"m.favourite": {"order": 1}, "u.wörk/place": {}}}
    (await alice.delete(f"{base}/m.favourite")).ok()
    (await alice.delete(f"{base}/m.favourite", {})).ok()
    assert (await alice.get(base)).ok() == {"tags": {"u.wörk/place": {}}}
    data = await alice.get(f"/user/{alice.user_id}/rooms/{room.room_id}/account_data/m.tag")
    assert data.ok() == {"tags": {"u.wörk/place": {}}}


async def test_tags_added_at_the_same_time_are_all_kept(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    base = f"/user/{alice.user_id}/rooms/{room.room_id}/tags"
    await asyncio.gather(*(alice.put(f"{base}/u.{n}", {}) for n in range(10)))
    assert set((await alice.get(base)).ok()["tags"]) == {f"u.{n}" for n in range(10)}


async def test_an_order_outside_its_range_is_refused(alice: ApiClient, services: Services) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    path = f"/user/{alice.user_id}/rooms/{room.room_id}/tags/u.x"
    wrong: list[JsonValue] = [-0.1, 1.1, "0.5", True, [0]]
    for order in wrong:
        reply = await alice.put(path, {"order": order})
        assert (reply.status, reply.errcode) == (400, "M_BAD_JSON"), order


async def test_tags_of_others_and_of_foreign_rooms_are_refused(
    alice: ApiClient, bob: ApiClient, services: Services
) -> None:
    room = await make_room(services.rooms, UserId(alice.user_id))
    assert (await bob.get(f"/user/{alice.user_id}/rooms/{room.room_id}/tags")).status == 403
    assert (await bob.put(f"/user/{bob.user_id}/rooms/{room.room_id}/tags/u.x")).status == 403
    assert (await bob.delete(f"/user/{bob.user_id}/rooms/{room.room_id}/tags/u.x")).status == 403


async def test_names_and_number_of_tags_are_bounded(
    alice: ApiClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tags_module, "MAX_TAGS", 1)
    room = await make_room(services.rooms, UserId(alice.user_id))
    base = f"/user/{alice.user_id}/rooms/{room.room_id}/tags"
    assert (await alice.put(f"{base}/{'x' * 256}")).errcode == "M_INVALID_PARAM"
    (await alice.put(f"{base}/{'x' * 255}")).ok()
    assert (await alice.put(f"{base}/u.second")).status == 403
    (await alice.put(f"{base}/{'x' * 255}", {"order": 0})).ok()


async def test_an_upgraded_room_takes_over_the_tags_of_the_old_one(
    alice: ApiClient, services: Services, clock: FakeClock
) -> None:
    old = await make_room(services.rooms, UserId(alice.user_id))
    clock.advance(1)
    new = await make_room(services.rooms, UserId(alice.user_id))
    (await alice.put(f"/user/{alice.user_id}/rooms/{old.room_id}/tags/u.x", {"order": 0.5})).ok()
    alice_nid = await services.rooms.names.intern_user(UserId(alice.user_id))
    for _ in range(2):
        await copy_room_data(services.client_data, alice_nid, old, new)
    path = f"/user/{alice.user_id}/rooms/{new.room_id}/tags"
    assert (await alice.get(path)).ok() == {"tags": {"u.x": {"order": 0.5}}}
