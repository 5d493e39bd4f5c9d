"""Whose device lists have changed: in syncs, over the WebSocket, and in /keys/changes."""

import asyncio

import pytest

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from homeserver.storage.positions import Stream, select_log
from tests.api.client import ApiClient
from tests.api.key_support import device_keys, sync, token, upload
from tests.api.room_calls import act, create, join, send


async def changes(viewer: ApiClient, since: str) -> JsonObject:
    """Return what a sync and /keys/changes say alike."""
    synced = await sync(viewer, since)
    params = {"from": since, "to": synced["next_batch"]}
    asked = (await viewer.get("/keys/changes", **params)).ok()
    assert {"changed": [], "left": [], **synced.get("device_lists", {})} == asked
    return asked


def told(*changed: ApiClient, left: tuple[ApiClient, ...] = ()) -> JsonObject:
    return {
        "changed": sorted(user.user_id for user in changed),
        "left": sorted(user.user_id for user in left),
    }


@pytest.fixture
async def carol(client: ApiClient) -> ApiClient:
    return await client.register("carol")


async def test_changes_reach_oneself_and_those_who_share_a_room(
    alice: ApiClient, bob: ApiClient, carol: ApiClient
) -> None:
    await join(bob, await create(alice, preset="public_chat"))
    hers, his, theirs = [await token(user) for user in (alice, bob, carol)]
    await upload(alice, device_keys=device_keys(alice))
    assert await changes(alice, hers) == told(alice)
    assert await changes(bob, his) == told(alice)
    assert await changes(carol, theirs) == told()
    his = await token(bob)
    await upload(alice, device_keys=device_keys(alice))
    assert await changes(bob, his) == told(), "the same keys again are no change"


async def test_logins_names_and_logouts_change_the_list(alice: ApiClient, bob: ApiClient) -> None:
    await join(bob, await create(alice, preset="public_chat"))
    since = await token(bob)
    phone = await alice.log_in("alice")
    assert await changes(bob, since) == told(alice)
    since = await token(bob)
    (await alice.put(f"/devices/{phone.device_id}", {"display_name": "Phone"})).ok()
    assert await changes(bob, since) == told(alice)
    since = await token(bob)
    (await phone.post("/logout")).ok()
    assert await changes(bob, since) == told(alice)


async def test_a_first_sync_has_no_device_lists(alice: ApiClient, bob: ApiClient) -> None:
    await join(bob, await create(alice, preset="public_chat"))
    assert "device_lists" not in await sync(bob)


async def test_who_is_invited_or_joins_is_new_company(
    alice: ApiClient, bob: ApiClient, carol: ApiClient
) -> None:
    room = await create(alice, preset="private_chat")
    since = await token(alice)
    await act(alice, room, "invite", bob)
    assert await changes(alice, since) == told(bob)
    since, his = await token(alice), await token(bob)
    (await join(bob, room)).ok()
    assert await changes(alice, since) == told(bob)
    assert await changes(bob, his) == told(alice, bob)
    since = await token(alice)
    await send(alice, room)
    (await bob.put(f"/profile/{bob.user_id}/displayname", {"displayname": "B"})).ok()
    assert await changes(alice, since) == told(), "no membership has changed"
    assert await changes(carol, await token(carol)) == told()


async def test_who_leaves_the_last_shared_room_has_left(alice: ApiClient, bob: ApiClient) -> None:
    first, second = [await create(alice, preset="public_chat") for _ in range(2)]
    for room in (first, second):
        await join(bob, room)
    since, his = await token(alice), await token(bob)
    await act(bob, first, "leave")
    assert await changes(alice, since) == told()
    await act(bob, second, "leave")
    assert await changes(alice, since) == told(left=(bob,))
    assert await changes(bob, his) == told(left=(alice,))
    since = await token(alice)
    await upload(bob, device_keys=device_keys(bob))
    assert await changes(alice, since) == told(), "nobody is told of strangers"
    his = await token(bob)
    await join(bob, first)
    assert await changes(alice, since) == told(bob), "who was away may have changed meanwhile"
    assert alice.user_id in (await changes(bob, his))["changed"]


async def test_who_left_and_came_back_between_syncs_is_looked_up_again(
    alice: ApiClient, bob: ApiClient
) -> None:
    room = await create(alice, preset="public_chat")
    await join(bob, room)
    since, his = await token(alice), await token(bob)
    await act(bob, room, "leave")
    await upload(bob, device_keys=device_keys(bob))
    await join(bob, room)
    assert await changes(alice, since) == told(bob)
    assert alice.user_id in (await changes(bob, his))["changed"]


async def test_a_kicked_user_and_the_others_part(alice: ApiClient, bob: ApiClient, carol: ApiClient) -> None:
    room = await create(alice, preset="public_chat")
    for user in (bob, carol):
        await join(user, room)
    hers, his, theirs = [await token(user) for user in (alice, bob, carol)]
    await act(alice, room, "kick", bob)
    assert await changes(alice, hers) == told(left=(bob,))
    assert await changes(carol, theirs) == told(left=(bob,))
    assert await changes(bob, his) == told(left=(alice, carol))


async def test_a_waiting_sync_is_woken_by_a_change(alice: ApiClient, bob: ApiClient) -> None:
    await join(bob, await create(alice, preset="public_chat"))
    waiting = asyncio.create_task(sync(bob, await token(bob), 100_000))
    await asyncio.sleep(0)
    await upload(alice, device_keys=device_keys(alice))
    async with asyncio.timeout(60):
        assert (await waiting)["device_lists"] == {"changed": [alice.user_id]}


async def test_a_change_costs_its_rooms_and_not_their_members(
    client: ApiClient, alice: ApiClient, services: Services
) -> None:
    room = await create(alice, preset="public_chat")
    for n in range(3):
        await join(await client.register(f"member{n}"), room)
    async with services.db.acquire() as conn:
        before = (await select_log(conn, 0, 1000))[-1].position
        await conn.execute("DELETE FROM device_list_changes")
    await upload(alice, device_keys=device_keys(alice))
    async with services.db.acquire() as conn:
        (entry,) = await select_log(conn, before, 10)
        assert await conn.fetchval("SELECT count(*) FROM device_list_changes") == 1
    assert entry.kinds == Stream.DEVICE_LISTS
    assert (len(entry.users), len(entry.rooms)) == (1, 1)


async def test_tokens_that_are_none_are_refused(alice: ApiClient) -> None:
    assert (await alice.get("/keys/changes")).errcode == "M_MISSING_PARAM"
    assert (await alice.get("/keys/changes", **{"from": "x", "to": "y"})).errcode == "M_INVALID_PARAM"
