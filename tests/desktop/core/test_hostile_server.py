"""A server that lies, or does not know what it says: nothing crashes, and the rest goes on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from client_desktop.core.api import Api
from client_desktop.core.changes import AccountDataChanged, Changes, SyncStateChanged
from client_desktop.core.client import Client
from client_desktop.core.errors import BadAnswer
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.sync.choose import FAILURES_ALLOWED, TransportChoice
from client_desktop.core.sync.features import WEBSOCKET, Features
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.read_sliding import read_sliding
from client_desktop.core.sync.read_v3 import read_v3
from client_desktop.core.values import Membership, SyncState, SyncTransport
from tests.desktop.clients import Heard, make_client
from tests.desktop.stage import ME, ScriptedHomeserver, on_stage
from tests.support.fake_clock import FakeClock

ROOM = "!good:stage.org"
numbers = count(1)

JUNK: list[Any] = [None, True, 7, -1.5, 2**60, "x", "", [], {}, [[]], {"a": {}}, ["x"], [{"type": []}]]


@pytest.fixture(autouse=True)
def nothing_unforeseen(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """What is malformed is left out where it is read; boundaries are for what nobody foresaw."""
    yield
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


@pytest.fixture
async def server() -> AsyncIterator[ScriptedHomeserver]:
    server = ScriptedHomeserver()
    async with on_stage(server):
        yield server


@pytest.fixture
async def client(
    server: ScriptedHomeserver, http: aiohttp.ClientSession, changes: Changes, tmp_path: Path
) -> AsyncIterator[Client]:
    client = make_client(server.session(), http, changes, tmp_path)
    await client.start()
    yield client
    await client.close()


def event(type_: str, content: JsonObject, **more: object) -> JsonObject:
    return {
        "event_id": f"${next(numbers)}",
        "type": type_,
        "sender": "@bob:stage.org",
        "origin_server_ts": 1,
        "content": content,
        **more,
    }


def state(type_: str, content: JsonObject, key: str = "", **more: object) -> JsonObject:
    return event(type_, content, state_key=key, **more)


def member(user_id: str, membership: str = "join", **content: object) -> JsonObject:
    return state("m.room.member", {"membership": membership, **content}, user_id)


def joined(*events: JsonObject, **more: object) -> JsonObject:
    return {"state": {"events": list(events)}, "summary": {"m.joined_member_count": 2}, **more}


def sync(rooms: JsonObject, **more: object) -> JsonObject:
    return {"next_batch": "t", "rooms": rooms, **more}


async def apply(server: ScriptedHomeserver, client: Client, *bodies: object) -> None:
    """Let the client take these answers, and be done with them."""
    done = f"done{next(numbers)}"
    with Heard(client.changes, AccountDataChanged) as heard:
        for body in (*bodies, sync({}, account_data={"events": [{"type": done, "content": {}}]})):
            server.syncs.put_nowait(body)
        await heard.until(lambda: any(done in change.types for change in heard.all))


async def test_a_malformed_room_does_not_hide_the_others(server: ScriptedHomeserver, client: Client) -> None:
    good = joined(state("m.room.name", {"name": "Good"}))
    rooms = {f"!bad{number}:stage.org": junk for number, junk in enumerate(JUNK)}
    rooms |= {f"!worse{number}:stage.org": dict.fromkeys(good, junk) for number, junk in enumerate(JUNK)}
    rooms |= {"": good, "#no:stage.org": good, "!": good, "!" + "x" * 300: good}
    invites = {f"!inv{number}:stage.org": {"invite_state": junk} for number, junk in enumerate(JUNK)}
    await apply(server, client, sync({"join": {**rooms, ROOM: good}, "invite": invites, "leave": 7}))
    room = client.rooms.summary(ROOM)
    assert room is not None
    assert (room.name, client.sync.state) == ("Good", SyncState.LIVE)
    assert all(room.name for room in client.rooms.list())


@pytest.mark.parametrize("junk", JUNK, ids=repr)
async def test_any_member_of_an_answer_may_be_junk(
    server: ScriptedHomeserver, client: Client, junk: object
) -> None:
    names = ["account_data", "presence", "to_device", "device_lists", "device_one_time_keys_count"]
    names += ["device_unused_fallback_key_types", "rooms"]
    wrapped = {name: {"events": junk, "changed": junk, "left": junk} for name in names}
    await apply(
        server, client, {**dict.fromkeys(names, junk), "next_batch": "a"}, {**wrapped, "next_batch": "b"}
    )
    assert client.rooms.list() == ()


@pytest.mark.parametrize("junk", JUNK, ids=repr)
async def test_any_state_may_hold_junk(server: ScriptedHomeserver, client: Client, junk: object) -> None:
    types = {
        "m.room.create": ("room_version", "type", "predecessor", "additional_creators"),
        "m.room.name": ("name",),
        "m.room.topic": ("topic",),
        "m.room.avatar": ("url",),
        "m.room.canonical_alias": ("alias", "alt_aliases"),
        "m.room.tombstone": ("replacement_room",),
        "m.room.power_levels": ("users", "events", "users_default", "ban", "notifications"),
        "m.room.pinned_events": ("pinned",),
        "m.room.encryption": ("algorithm", "rotation_period_ms"),
        "m.room.image_pack": ("images", "pack"),
        "m.space.child": ("via", "order", "suggested"),
        "m.space.parent": ("via", "canonical"),
    }
    events = [state(type_, dict.fromkeys(keys, junk)) for type_, keys in types.items()]
    events += [
        state("m.space.child", {"via": junk}, ROOM),
        state("m.space.parent", {"canonical": True}, ROOM),
    ]
    events += [
        member(ME),
        member("@bob:stage.org"),
        member("@bob:stage.org", junk) if isinstance(junk, str) else member(ME),
    ]
    events += [state("m.room.member", {"membership": junk, "displayname": junk, "avatar_url": junk}, "@x:y")]
    data = ["m.tag", "m.fully_read", "m.marked_unread", "io.parlour.mute", "m.push_rules", "m.direct"]
    data += ["m.ignored_user_list", "m.image_pack.rooms", "im.ponies.user_emotes"]
    content = {"tags": {"m.favourite": junk, "u.x": junk}, "event_id": junk, "unread": junk, "until_ms": junk}
    content |= {"global": junk, "ignored_users": junk, "rooms": junk, "images": junk, "@bob:stage.org": junk}
    account_data = {"events": [{"type": type_, "content": content} for type_ in data]}
    typing = {"events": [{"type": "m.typing", "content": {"user_ids": junk}}]}
    timeline = {
        "events": [
            event("m.room.message", {"body": junk, "m.relates_to": junk, "m.new_content": junk}),
            event("m.room.redaction", {"redacts": junk}, redacts=junk, unsigned=junk, origin_server_ts=junk),
            event("m.poll.start", {"m.poll": {"question": {"m.text": junk}}}),
        ],
        "limited": junk,
        "prev_batch": junk,
    }
    room = joined(*events, account_data=account_data, ephemeral=typing, timeline=timeline)
    await apply(server, client, sync({"join": {ROOM: room}}, account_data=account_data))
    summary = client.rooms.summary(ROOM)
    assert summary is not None
    assert summary.name
    client.rooms.permissions(ROOM)
    client.rooms.image_packs(ROOM)
    client.rooms.space_children(ROOM)
    client.rooms.rooms_below(ROOM)
    client.rooms.canonical_space(ROOM)
    assert client.rooms.permalink(ROOM)


async def test_what_is_nested_too_deeply_to_be_stored_is_left_out(
    server: ScriptedHomeserver, client: Client
) -> None:
    deep: JsonObject = {}
    for _ in range(250):
        deep = {"a": deep}
    bad = [
        state("org.example.deep", deep),
        state("m.room.name", {"name": "Deep", "x": deep}),
        state("m.room.member", {"membership": "join", "x": deep}, "@eve:stage.org"),
    ]
    data = {"events": [{"type": "m.tag", "content": {"tags": {}, "x": deep}}]}
    timeline = {"events": [state("m.room.topic", {"topic": "Deep", "x": deep})]}
    room = joined(
        member(ME), state("m.room.name", {"name": "Good"}), *bad, account_data=data, timeline=timeline
    )
    invite = {"invite_state": {"events": [*bad, member(ME, "invite")]}}
    answer = sync({"join": {ROOM: room}, "invite": {"!i:stage.org": invite}}, account_data=data)
    await apply(server, client, web.json_response(answer))
    summary = client.rooms.summary(ROOM)
    assert summary is not None
    assert (summary.name, summary.topic) == ("Good", "")
    assert client.rooms.state(ROOM, "org.example.deep") is None
    assert client.rooms.member(ROOM, "@eve:stage.org") is None
    assert client.rooms.summary("!i:stage.org") is not None


def test_a_redaction_that_comes_encrypted_redacts_nothing() -> None:
    content = {"redacts": "$other"}
    plain = event("m.room.redaction", content)
    sealed = event("m.room.encrypted", {}, redacts="$other")
    assert ClearEvent(plain).redacts == "$other"
    assert ClearEvent(sealed, {"type": "m.room.redaction", "content": content}).redacts is None


async def test_names_cannot_dress_up(server: ScriptedHomeserver, client: Client) -> None:
    override = "\u202egro.elpmaxe\n\x00 admin\u2066"
    events = [
        member(ME, displayname="Alice"),
        member("@bob:stage.org", displayname="@alice:stage.org"),
        member("@eve:stage.org", displayname="Alice"),
        member("@mute:stage.org", displayname="\u200b\u2063"),
        state("m.room.name", {"name": override + "x" * 5000}),
        state("m.room.topic", {"topic": "a\u202eb\n\nc" + "y" * 100_000}),
    ]
    await apply(server, client, sync({"join": {ROOM: joined(*events)}}))
    room = client.rooms.summary(ROOM)
    assert room is not None
    assert room.name.startswith("gro.elpmaxe admin")
    assert len(room.name) <= 255
    assert room.topic.startswith("ab\n\nc")
    assert len(room.topic) <= 4010
    names = {
        user: client.rooms.member(ROOM, user)
        for user in ("@bob:stage.org", "@eve:stage.org", "@mute:stage.org")
    }
    assert [found.name for found in names.values() if found is not None] == [
        "@alice:stage.org (@bob:stage.org)",
        "Alice (@eve:stage.org)",
        "@mute:stage.org",
    ]


async def test_a_room_cannot_put_itself_into_a_space_nor_on_top_for_ever(
    server: ScriptedHomeserver, client: Client
) -> None:
    late = event("m.room.message", {"body": "me first"}, origin_server_ts=2**52)
    space = joined(state("m.room.create", {"type": "m.space"}), member(ME))
    claim = state("m.space.parent", {"via": ["x"], "canonical": True}, "!space:stage.org")
    room = joined(member(ME), claim, timeline={"events": [late]})
    await apply(server, client, sync({"join": {"!space:stage.org": space, ROOM: room}}))
    summary = client.rooms.summary(ROOM)
    assert summary is not None
    assert (summary.parents, summary.last_at_ms) == ((), client.clock.now_ms())
    assert client.rooms.canonical_space(ROOM) is None


async def test_spaces_in_a_circle_have_an_end(server: ScriptedHomeserver, client: Client) -> None:
    def space(child: str) -> JsonObject:
        agreed = state("m.space.parent", {"via": ["x"], "canonical": True}, child)
        held = state("m.space.child", {"via": ["x"]}, child)
        return joined(state("m.room.create", {"type": "m.space"}), held, agreed)

    rooms = {"!a:stage.org": space("!b:stage.org"), "!b:stage.org": space("!a:stage.org")}
    await apply(server, client, sync({"join": rooms}))
    assert client.rooms.rooms_below("!a:stage.org") == {"!b:stage.org"}
    assert client.rooms.image_packs("!a:stage.org") == ()


async def test_members_that_the_server_hid_are_asked_for_again(
    server: ScriptedHomeserver, client: Client
) -> None:
    def members(*users: str) -> JsonObject:
        return {"chunk": [member(user) for user in users] + [{"type": 7}, event("m.room.name", {})]}

    server.others["/members"] = members(ME, "@bob:stage.org")
    await apply(server, client, sync({"join": {ROOM: joined(member(ME))}}))
    assert set(await client.rooms.keyholders(ROOM)) == {ME, "@bob:stage.org"}
    server.others["/members"] = members(ME, "@bob:stage.org", "@eve:stage.org")
    assert set(await client.rooms.keyholders(ROOM)) == {ME, "@bob:stage.org"}
    more = {"summary": {"m.joined_member_count": 3}, "timeline": {"events": [], "limited": True}}
    await apply(server, client, sync({"join": {ROOM: more}}))
    assert set(await client.rooms.keyholders(ROOM)) == {ME, "@bob:stage.org", "@eve:stage.org"}


async def test_who_leaves_while_members_are_asked_for_has_left(
    server: ScriptedHomeserver, client: Client
) -> None:
    asked: asyncio.Future[JsonObject] = asyncio.Future()
    server.others["/members"] = asked
    await apply(server, client, sync({"join": {ROOM: joined(member(ME))}}))
    members = asyncio.create_task(client.rooms.keyholders(ROOM))
    await server.until_asked("/members", 1)
    gone = {"state_after": {"events": [member("@bob:stage.org", "leave")]}}
    await apply(server, client, sync({"join": {ROOM: gone}}))
    asked.set_result({"chunk": [member(ME), member("@bob:stage.org")]})
    assert set(await members) == {ME}


async def test_an_answer_that_is_no_sync_is_tried_again(server: ScriptedHomeserver, client: Client) -> None:
    bodies: list[object] = [{}, {"next_batch": 7}, [], "x"]
    for body in bodies:
        server.syncs.put_nowait(body)
        await client.sync.until(SyncState.OFFLINE)
        server.syncs.put_nowait(sync({}))
        client.sync.wake()
        await client.sync.until(SyncState.LIVE)


async def test_a_server_that_forgets_every_token_is_not_asked_in_a_loop(
    server: ScriptedHomeserver, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[int] = []

    def wait_shortly(attempt: int) -> float:
        delays.append(attempt)
        return 0.0

    monkeypatch.setattr("client_desktop.core.sync.loop.backoff_s", wait_shortly)
    for _ in range(3):
        server.syncs.put_nowait(sync({}))
        server.syncs.put_nowait(web.json_response({"errcode": "M_UNKNOWN"}, status=400))
    await apply(server, client, sync({}))
    assert delays == [1, 2]


async def test_who_we_are_in_a_room_is_the_sections_word(server: ScriptedHomeserver, client: Client) -> None:
    ban = member(ME, "ban")
    await apply(
        server,
        client,
        sync({"join": {ROOM: joined(member(ME))}, "invite": {"!i:stage.org": {}}}),
        sync({"leave": {ROOM: {"timeline": {"events": [ban]}}, "!unknown:stage.org": {}}}),
    )
    memberships = {room.room_id: room.membership for room in client.rooms.list()}
    assert memberships[ROOM] is Membership.BAN
    assert memberships["!i:stage.org"] is Membership.INVITE


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
SECTIONS = [
    "rooms",
    "join",
    "invite",
    "knock",
    "leave",
    "timeline",
    "events",
    "state",
    "state_after",
    "summary",
]
SLIDING = [
    "extensions",
    "to_device",
    "e2ee",
    "typing",
    "receipts",
    "account_data",
    "global",
    "required_state",
]
MEMBERS = ["!r", "m.heroes", "type", "content", "state_key", "sender", "event_id", "heroes", "invite_state"]
KEYS = [*SECTIONS, *SLIDING, *MEMBERS, "unread_notifications"]
shaped = st.recursive(
    json_values,
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=3),
    max_leaves=30,
)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), shaped))
def test_no_shape_of_an_answer_raises_anything_unforeseen(body: JsonObject) -> None:
    for batch in (
        read_v3({"next_batch": "x", **body}, whole=True),
        read_sliding({"pos": "x", **body}, ME),
    ):
        for update in batch.rooms.values():
            assert all(isinstance(event["content"], dict) for event in (*update.timeline, *update.state))


def test_an_answer_without_a_token_is_a_bad_answer() -> None:
    with pytest.raises(BadAnswer):
        read_v3({"rooms": {}}, whole=False)
    with pytest.raises(BadAnswer):
        read_sliding({"pos": ""}, ME)


async def test_a_websocket_that_is_none_is_left_for_long_poll(
    http: aiohttp.ClientSession, changes: Changes, tmp_path: Path
) -> None:
    server = ScriptedHomeserver({"parlour.websocket_sync": True, "org.matrix.simplified_msc3575": 1})
    async with on_stage(server):
        client = make_client(server.session(), http, changes, tmp_path)
        await client.start()
        for times in (1, 2, 3):
            server.syncs.put_nowait({})
            await server.until_asked("parlour.websocket/sync", times)
            await client.sync.until(SyncState.OFFLINE)
            client.sync.wake()
        server.syncs.put_nowait(sync({}))
        await server.until_asked("/v3/sync", 1)
        await client.sync.until(SyncState.LIVE)
        assert client.sync.transport is SyncTransport.LONG_POLL
        await client.close()


async def test_a_websocket_is_tried_again_after_a_rest_and_nobody_notices(
    http: aiohttp.ClientSession, changes: Changes, tmp_path: Path
) -> None:
    server = ScriptedHomeserver({"parlour.websocket_sync": True})
    async with on_stage(server):
        client = make_client(server.session(), http, changes, tmp_path)
        choice = client.sync._choice
        for _ in range(FAILURES_ALLOWED):
            choice.note_failure(SyncTransport.WEBSOCKET)
        await client.start()
        server.syncs.put_nowait(sync({}))
        await client.sync.until(SyncState.LIVE)
        assert client.sync.transport is SyncTransport.LONG_POLL
        with Heard(changes, SyncStateChanged) as heard:
            choice._rests_until[SyncTransport.WEBSOCKET] = 0.0
            server.syncs.put_nowait(sync({}))
            server.syncs.put_nowait({})
            await server.until_asked("parlour.websocket/sync", 1)
            server.syncs.put_nowait(sync({}))
            await server.until_asked("/v3/sync", 3)
        assert SyncState.OFFLINE not in [change.state for change in heard.all]
        await client.close()


async def test_what_keeps_failing_rests_longer_each_time(
    http: aiohttp.ClientSession, clock: FakeClock
) -> None:
    choice = TransportChoice(ME, Api("http://127.0.0.1:9", http), PresenceChoice(), clock)
    choice.features = Features(unstable=frozenset({WEBSOCKET}))
    assert [choice.note_failure(SyncTransport.WEBSOCKET) for _ in range(3)] == [False, False, False]
    assert not choice.better_than(SyncTransport.LONG_POLL)
    for rest_s in (600, 1200, 2400):
        clock.advance(rest_s * 1000 - 1)
        assert not choice.better_than(SyncTransport.LONG_POLL)
        clock.advance(1)
        assert choice.better_than(SyncTransport.LONG_POLL)
        assert choice.note_failure(SyncTransport.WEBSOCKET)
    choice.note_success(SyncTransport.WEBSOCKET)
    assert not choice.better_than(SyncTransport.WEBSOCKET)
