"""Connections of sliding sync: lost answers, repeated requests, several at once, workers, and their end."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from homeserver.app import RunningServer, running_server
from homeserver.config.settings import Settings
from homeserver.http.context import Services
from homeserver.storage.db import Database
from homeserver.storage.sliding_connections import delete_unused_connections
from homeserver.sync.sliding.memory import SlidingMemory
from tests.api.client import ApiClient
from tests.api.room_calls import create, join, send
from tests.api.sliding_calls import PATH, Slider, asking, bodies, window
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def other_server(
    server: RunningServer, settings: Settings, clock: FakeClock
) -> AsyncIterator[RunningServer]:
    async with running_server(settings, clock) as other:
        yield other


async def say(user: ApiClient, room_id: str, text: str) -> None:
    (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()


async def test_a_lost_answer_is_given_again_with_what_is_new_meanwhile(alice: ApiClient) -> None:
    old = await create(alice, name="Old")
    slider = Slider(alice)
    first = await slider.sync()
    await say(alice, old, "one")
    new = await create(alice, name="New")
    lost = (await slider.ask()).ok()
    assert lost["rooms"].keys() == {old, new}
    await say(alice, old, "two")
    again = await slider.sync()
    assert bodies(again["rooms"][old]) == ["one", "two"]
    assert again["rooms"][new]["initial"] is True
    assert (await slider.sync())["rooms"] == {}
    newest = await create(alice)
    assert (await slider.sync())["rooms"].keys() == {newest}
    slider.pos = lost["pos"]
    assert (await slider.ask()).errcode == "M_UNKNOWN_POS"
    slider.pos = first["pos"]
    assert (await slider.ask()).errcode == "M_UNKNOWN_POS"


async def test_either_answer_to_a_repeated_request_may_be_confirmed(alice: ApiClient) -> None:
    slider = Slider(alice)
    await slider.sync()
    room_id = await create(alice)
    lost = (await slider.ask()).ok()
    assert (await slider.ask()).ok()["rooms"].keys() == {room_id}
    slider.pos = lost["pos"]
    assert (await slider.sync())["rooms"] == {}
    await say(alice, room_id, "hello")
    assert bodies((await slider.sync())["rooms"][room_id]) == ["hello"]


async def test_what_a_connection_was_sent_survives_a_restart(alice: ApiClient, services: Services) -> None:
    seen, unseen = await create(alice, name="Seen"), await create(alice, name="Unseen")
    await say(alice, seen, "up")
    narrow = {"lists": {"all": window(0, 5, ["m.room.name", ""])}}
    slider = Slider(alice, narrow)
    await slider.sync()
    object.__setattr__(services.sync, "sliding", SlidingMemory())
    assert (await slider.sync())["rooms"] == {}
    await say(alice, seen, "more")
    object.__setattr__(services.sync, "sliding", SlidingMemory())
    services.sync.changes.start(services.rooms.tailer.applied)
    room = (await slider.sync())["rooms"][seen]
    assert bodies(room) == ["more"]
    assert "initial" not in room
    await say(alice, unseen, "now")
    await say(alice, seen, "later")
    answer = await slider.sync(lists={"all": window(9, 5, ["m.room.name", ""])})
    assert answer["rooms"][unseen]["initial"] is True
    assert "initial" not in answer["rooms"][seen]


async def test_a_newer_request_ends_the_older_one(alice: ApiClient) -> None:
    room_id = await create(alice)
    slider = Slider(alice)
    await slider.sync()
    older, pos = asyncio.create_task(slider.ask(60_000)), slider.pos
    async with asyncio.timeout(50):
        while not older.done():
            (await slider.ask()).ok()
    ended = (await older).ok()
    assert ended["pos"] == pos
    assert ended["rooms"] == {}
    await say(alice, room_id, "hello")
    assert bodies((await slider.sync())["rooms"][room_id]) == ["hello"]


async def test_positions_are_good_for_their_own_connection_only(alice: ApiClient, bob: ApiClient) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    slider = Slider(alice)
    await slider.sync()
    phone = await alice.log_in("alice")
    for thief in (Slider(bob), Slider(phone), Slider(alice, conn_id="other")):
        thief.pos = slider.pos
        assert (await thief.ask()).errcode == "M_UNKNOWN_POS"
    for nonsense in ("1", "s1_x_1_1~1.1", f"{slider.pos}0", "s1_%00~1.1"):
        assert (await Slider(alice, pos=nonsense).ask()).errcode == "M_UNKNOWN_POS"
    assert (await slider.sync())["rooms"] == {}
    other = Slider(alice, conn_id="other")
    assert (await other.sync())["rooms"].keys() == {room_id}
    assert (await slider.sync())["rooms"] == {}


async def test_connections_end_when_unused_superseded_or_too_many(
    alice: ApiClient, services: Services
) -> None:
    slider = Slider(alice)
    await slider.sync()
    assert (await slider.sync(lists={"all": window(5, 1)})).keys() >= {"pos"}
    await Slider(alice).sync()
    assert (await slider.ask()).errcode == "M_UNKNOWN_POS"
    slider.pos = None
    await slider.sync()
    for n in range(16):
        await Slider(alice, conn_id=str(n)).sync()
    services.sync.sliding.__init__()  # type: ignore[misc]
    assert (await slider.ask()).errcode == "M_UNKNOWN_POS"
    last = Slider(alice)
    await last.sync()
    async with services.db.acquire() as conn:
        assert await delete_unused_connections(conn, 3_600_000, 100) == 0
        assert await delete_unused_connections(conn, 0, 100) == 16
    services.sync.sliding.__init__()  # type: ignore[misc]
    assert (await last.ask()).errcode == "M_UNKNOWN_POS"


async def test_a_connection_goes_on_at_another_worker(
    alice: ApiClient, bob: ApiClient, other_server: RunningServer
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    slider = Slider(alice)
    await slider.sync()
    urls = [other_server.listeners.base_urls[0], alice.base_url]
    for turn in range(4):
        slider = slider.at(urls[turn % 2])
        await say(bob, room_id, f"m{turn}")
        room = (await slider.sync(5_000))["rooms"][room_id]
        assert bodies(room) == [f"m{turn}"]
        assert "initial" not in room
        new = await create(alice, name=f"New {turn}")
        lost = await slider.at(urls[(turn + 1) % 2]).ask(5_000)
        assert new in lost.ok()["rooms"]
        assert (await slider.sync(5_000))["rooms"].keys() == {new}


async def test_a_message_in_a_room_that_is_talked_in_asks_the_database_nothing(
    alice: ApiClient, bob: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    room_id = await create(alice, preset="public_chat")
    (await join(bob, room_id)).ok()
    extensions = asking("account_data", "receipts", "typing", "to_device", "e2ee")
    slider = Slider(alice, {"lists": {"all": window(9, 5, ["m.room.member", "$LAZY"])}, **extensions})
    for n in range(4):
        if n == 3:
            monkeypatch.setattr(Database, "acquire", refuse)
            monkeypatch.setattr(Database, "transaction", refuse)
        answer = await slider.sync()
        monkeypatch.undo()
        since = answer["extensions"]["to_device"]["next_batch"]
        extensions["extensions"]["to_device"]["since"] = since
        await say(bob, room_id, f"m{n}")
    assert bodies(answer["rooms"][room_id]) == ["m2"]


def refuse(*_: object) -> None:
    raise AssertionError("the database was asked")


async def test_odd_texts_are_taken_or_refused(alice: ApiClient) -> None:
    room_id = await create(alice)
    for text in ("\0", "\ud800", "💬" * 60, "'; --", "$ME"):
        lists = {"a": window(9, 1, [text, text], ["m.room.member", text], room_name_like=text, tags=[text])}
        body = {"conn_id": text, "lists": lists, "room_subscriptions": {text: {"timeline_limit": 1}}}
        raw = json.dumps(body | {"txn_id": text}).encode()
        reply = await alice.request("POST", PATH, data=raw)
        if reply.status == 400:
            assert reply.errcode in ("M_NOT_JSON", "M_BAD_JSON", "M_INVALID_PARAM")
        else:
            again = await alice.request("POST", PATH, data=raw, params={"pos": reply.ok()["pos"]})
            assert again.ok()["rooms"].keys() <= {room_id}
