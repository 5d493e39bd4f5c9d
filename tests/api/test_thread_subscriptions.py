"""Following threads (MSC4306), over its endpoints and over sliding sync (MSC4308)."""

import asyncio
from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send
from tests.api.sliding_calls import STABLE_PATH, Slider

UNSTABLE = "/_matrix/client/unstable/io.element.msc4306/rooms"
PAGES = "/_matrix/client/unstable/io.element.msc4308/thread_subscriptions"
EXTENSION = "io.element.msc4308.thread_subscriptions"


def path(room_id: str, root_id: str) -> str:
    return f"{UNSTABLE}/{quote(room_id)}/thread/{quote(root_id)}/subscription"


async def say(user: ApiClient, room_id: str, root_id: str | None = None) -> str:
    content: JsonObject = {"msgtype": "m.text", "body": "hello"}
    if root_id is not None:
        content["m.relates_to"] = {"rel_type": "m.thread", "event_id": root_id}
    return (await send(user, room_id, content)).ok()["event_id"]  # type: ignore[no-any-return]


async def test_a_thread_is_followed_by_hand_or_for_a_mention(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    root_id = await say(alice, room_id)
    here = path(room_id, root_id)
    assert (await bob.put(here)).errcode == "M_NOT_FOUND"
    assert (await alice.get(here)).errcode == "M_NOT_FOUND"
    assert (await alice.put(path(room_id, "$nothing"))).errcode == "M_NOT_FOUND"
    (await join(bob, room_id)).ok()
    outside, mention = await say(alice, room_id), await say(alice, room_id, root_id)
    refused = await bob.put(here, {"automatic": outside})
    assert (refused.status, refused.errcode) == (400, "IO.ELEMENT.MSC4306.M_NOT_IN_THREAD")
    (await bob.put(here, {"automatic": mention})).ok()
    assert (await bob.get(here)).ok() == {"automatic": True}
    (await bob.put(here)).ok()
    (await bob.put(here, {"automatic": mention})).ok()
    assert (await bob.get(here)).ok() == {"automatic": False}
    for _ in range(2):
        (await bob.delete(here)).ok()
    assert (await bob.get(here)).errcode == "M_NOT_FOUND"
    refused = await bob.put(here, {"automatic": mention})
    assert (refused.status, refused.errcode) == (409, "IO.ELEMENT.MSC4306.M_CONFLICTING_UNSUBSCRIPTION")
    (await bob.put(here, {"automatic": await say(alice, room_id, root_id)})).ok()
    assert (await bob.get(here)).ok() == {"automatic": True}


async def test_changes_come_over_sliding_sync_and_the_rest_in_pages(alice: ApiClient) -> None:
    room_id = await create(alice)
    roots = [await say(alice, room_id) for _ in range(5)]
    for root_id in roots[:4]:
        (await alice.put(path(room_id, root_id))).ok()
    (await alice.delete(path(room_id, roots[0]))).ok()
    slider = Slider(alice, {"extensions": {EXTENSION: {"enabled": True, "limit": 2}}})
    first = (await slider.sync())["extensions"][EXTENSION]
    assert first["subscribed"][room_id].keys() == {roots[3]}
    assert first["unsubscribed"][room_id].keys() == {roots[0]}
    page = (await alice.get(PAGES, dir="b", limit=1, **{"from": first["prev_batch"]})).ok()
    assert page["subscribed"][room_id].keys() == {roots[2]}
    page = (await alice.get(PAGES, dir="b", **{"from": page["end"]})).ok()
    assert page["subscribed"][room_id].keys() == {roots[1]}
    assert "end" not in page
    assert (await alice.get(PAGES, dir="b", to=str(slider.pos))).ok() == {}
    assert (await slider.sync())["extensions"] == {}
    waiting = asyncio.create_task(slider.sync(10_000))
    (await alice.put(path(room_id, roots[4]))).ok()
    news = (await waiting)["extensions"][EXTENSION]
    stamp = news["subscribed"][room_id][roots[4]]["bump_stamp"]
    assert news == {"subscribed": {room_id: {roots[4]: {"automatic": False, "bump_stamp": stamp}}}}
    stable = {"extensions": {"thread_subscriptions": {"enabled": True}}}
    answer = (await alice.post(STABLE_PATH, stable)).ok()
    assert answer["extensions"]["thread_subscriptions"]["subscribed"][room_id].keys() == set(roots[1:])
    for params in ({}, {"dir": "f"}, {"dir": "b", "from": "x"}, {"dir": "b", "limit": "0"}):
        assert (await alice.get(PAGES, **params)).status == 400
