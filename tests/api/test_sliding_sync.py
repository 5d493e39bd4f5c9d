"""Simplified sliding sync (MSC4186): lists, subscriptions, and what is shown of rooms."""

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.room_calls import act, create, join, send, set_state
from tests.api.sliding_calls import PATH, STABLE_PATH, Slider, bodies, types, window


async def say(user: ApiClient, room_id: str, text: str) -> str:
    return (await send(user, room_id, {"msgtype": "m.text", "body": text})).ok()["event_id"]  # type: ignore[no-any-return]


async def test_a_list_shows_the_rooms_last_active_first(alice: ApiClient) -> None:
    rooms = [await create(alice, name=f"Room {n}") for n in range(3)]
    await say(alice, rooms[0], "up")
    slider = Slider(alice, {"lists": {"top": window(1, 1)}})
    answer = await slider.sync()
    assert answer["lists"] == {"top": {"count": 3}}
    assert answer["rooms"].keys() == {rooms[0], rooms[2]}
    room = answer["rooms"][rooms[0]]
    assert bodies(room) == ["up"]
    assert room["initial"] is True and room["limited"] is True and room["num_live"] == 0
    assert room["name"] == "Room 0" and room["joined_count"] == 1 and room["lists"] == ["top"]
    assert ("m.room.create", "") in types(room["required_state"])
    assert (await slider.sync())["rooms"] == {}
    await say(alice, rooms[1], "me too")
    answer = await slider.sync()
    assert answer["rooms"].keys() == {rooms[1]}
    assert answer["rooms"][rooms[1]]["num_live"] == 1
