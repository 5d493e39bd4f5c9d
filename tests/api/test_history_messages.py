"""GET /messages: pages, tokens, filters, lazily loaded members.

Spec: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmessages
"""

import orjson
import pytest

from homeserver.rooms import walk_history
from tests.api.client import ApiClient
from tests.api.history_support import Room, ids, make_room, texts


@pytest.fixture
async def room(alice: ApiClient) -> Room:
    """A room in which ten messages were sent."""
    room = await make_room(alice)
    for number in range(10):
        await room.say(str(number))
    return room


async def read_all(room: Room, client: ApiClient, dir_: str, **params: str | int) -> list[list[str]]:
    """Follow the tokens to the end, and return the event ids of each page."""
    pages: list[list[str]] = []
    for _ in range(100):
        page = await room.messages(client, dir_, **params)
        pages.append(ids(page["chunk"]))
        if "end" not in page:
            return pages
        params["from"] = page["end"]
    raise AssertionError("the pagination does not end")


async def test_both_directions_show_everything_once(alice: ApiClient, room: Room) -> None:
    back = [event_id for page in await read_all(room, alice, "b", limit=4) for event_id in page]
    forth = [event_id for page in await read_all(room, alice, "f", limit=3) for event_id in page]
    assert back == forth[::-1]
    assert len(back) == len(set(back)) > 10
    first = await room.event(alice, forth[0])
    assert first["type"] == "m.room.create"


async def test_page_without_tokens_starts_at_the_newest_event(alice: ApiClient, room: Room) -> None:
    page = await room.messages(alice)
    assert texts(page["chunk"]) == [str(number) for number in range(9, -1, -1)]
    onwards = await room.messages(alice, "f", **{"from": page["start"]})
    assert onwards["chunk"] == []
    await room.say("new")
    assert await room.bodies(alice, "f", **{"from": page["start"]}) == ["new"]


async def test_to_token_is_where_the_page_ends(alice: ApiClient, room: Room) -> None:
    page = await room.messages(alice, limit=4)
    rest = await room.messages(alice, limit=2, **{"from": page["end"]})
    assert await room.bodies(alice, **{"from": page["start"], "to": rest["end"]}) == [
        "9",
        "8",
        "7",
        "6",
        "5",
        "4",
    ]
    assert await room.bodies(alice, "f", **{"from": rest["end"], "to": page["end"]}) == ["4", "5"]


async def test_sync_tokens_stand_in_the_history(alice: ApiClient, room: Room) -> None:
    synced = (
        await alice.get("/sync", filter=orjson.dumps({"room": {"timeline": {"limit": 2}}}).decode())
    ).ok()
    await room.say("new")
    next_batch = synced["next_batch"]
    assert (await room.bodies(alice, **{"from": next_batch}))[:2] == ["9", "8"]
    assert await room.bodies(alice, "f", **{"from": next_batch}) == ["new"]
    timeline = synced["rooms"]["join"][room.room_id]["timeline"]
    assert texts(timeline["events"]) == ["8", "9"]
    assert (await room.bodies(alice, **{"from": timeline["prev_batch"]}))[0] == "7"
    assert await room.bodies(alice, "f", **{"from": timeline["prev_batch"], "to": next_batch}) == ["8", "9"]


async def test_page_emptied_by_a_filter_does_not_end_the_history(
    alice: ApiClient, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = orjson.dumps({"types": ["m.room.create"]}).decode()
    assert len((await room.messages(alice, filter=wanted))["chunk"]) == 1
    monkeypatch.setattr(walk_history, "MAX_SCANNED", 5)
    monkeypatch.setattr(walk_history, "FILTERED_BATCH", 5)
    pages = await read_all(room, alice, "b", filter=wanted, limit=1)
    assert pages[0] == []
    assert sum(map(len, pages)) == 1


async def test_page_emptied_by_visibility_does_not_end_the_history(
    alice: ApiClient, bob: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CVE-2026-45076: what may not be shown must not stop a client from reaching what may."""
    room = await make_room(alice)
    await room.say("open")
    await room.set_visibility("joined")
    for number in range(12):
        await room.say(f"secret {number}")
    await room.join(bob)
    monkeypatch.setattr(walk_history, "MAX_SCANNED", 4)
    monkeypatch.setattr(walk_history, "FILTERED_BATCH", 4)
    pages = await read_all(room, bob, "b", limit=2)
    assert [] in pages[:-1]
    shown = [await room.event(bob, event_id) for page in pages for event_id in page]
    assert texts(shown) == ["open"]


async def test_filter_picks_types_senders_and_urls(alice: ApiClient, bob: ApiClient) -> None:
    room = await make_room(alice, bob)
    await room.say("a")
    await room.say("b", bob)
    await room.say("picture", url="mxc://example.org/x")
    await room.set("m.room.topic", {"topic": "t"})

    async def read(**wanted: object) -> list[str]:
        return await room.bodies(alice, filter=orjson.dumps(wanted).decode())

    assert await read(types=["m.room.message"]) == ["picture", "b", "a"]
    assert await read(types=["m.room.*"], not_types=["m.room.message"]) == []
    assert await read(senders=[bob.user_id]) == ["b"]
    assert await read(not_senders=[alice.user_id]) == ["b"]
    assert await read(contains_url=True) == ["picture"]
    assert await read(contains_url=False) == ["b", "a"]
    assert await read(rooms=[room.room_id], types=["m.room.message"]) == ["picture", "b", "a"]
    assert await read(not_rooms=[room.room_id]) == []


async def test_members_of_the_senders_are_loaded_lazily(
    alice: ApiClient, bob: ApiClient, client: ApiClient
) -> None:
    carol = await client.register("carol")
    room = await make_room(alice, bob, carol)
    await room.say("a", bob)
    await room.say("b", carol)
    wanted = '{"lazy_load_members":true}'
    page = await room.messages(alice, limit=1, filter=wanted)
    assert [(e["type"], e["state_key"]) for e in page["state"]] == [("m.room.member", carol.user_id)]
    page = await room.messages(alice, limit=2, filter=wanted)
    assert {e["state_key"] for e in page["state"]} == {bob.user_id, carol.user_id}
    assert "state" not in await room.messages(alice, limit=2)


async def test_redacted_message_is_shown_without_its_content(alice: ApiClient, room: Room) -> None:
    event_id = await room.say("secret")
    await room.redact(event_id)
    redaction, shown = (await room.messages(alice, limit=2))["chunk"]
    assert shown["event_id"] == event_id
    assert shown["content"] == {}
    assert shown["unsigned"]["redacted_because"]["type"] == "m.room.redaction"
    assert shown["unsigned"]["redacted_by"] == redaction["event_id"]


@pytest.mark.parametrize(
    ("params", "errcode"),
    [
        ({"dir": "x"}, "M_INVALID_PARAM"),
        ({}, "M_MISSING_PARAM"),
        ({"dir": "b", "from": "nonsense"}, "M_INVALID_PARAM"),
        ({"dir": "b", "from": "t1_-2"}, "M_INVALID_PARAM"),
        ({"dir": "b", "to": "t99999999999999999999_1"}, "M_INVALID_PARAM"),
        ({"dir": "b", "limit": "many"}, "M_INVALID_PARAM"),
        ({"dir": "b", "limit": "-1"}, "M_INVALID_PARAM"),
        ({"dir": "b", "filter": "{"}, "M_INVALID_PARAM"),
        ({"dir": "b", "filter": '{"types":1}'}, "M_BAD_JSON"),
    ],
)
async def test_malformed_parameters_are_refused(
    alice: ApiClient, params: dict[str, str | int], errcode: str
) -> None:
    room = await make_room(alice)
    reply = await alice.get(f"{room.path}/messages", **params)
    assert (reply.status, reply.errcode) == (400, errcode)
