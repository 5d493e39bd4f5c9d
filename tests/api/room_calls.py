"""What tests of rooms ask of the server again and again."""

from itertools import count
from urllib.parse import quote

from homeserver.json_types import JsonObject, JsonValue
from tests.api.client import ApiClient, Reply

_transactions = count(1)


def room_path(room_id: str, rest: str = "") -> str:
    """Return the path of a room's endpoint."""
    return f"/rooms/{quote(room_id, safe='')}{rest}"


async def create(user: ApiClient, **options: JsonValue) -> str:
    """Create a room and return its id."""
    room_id = (await user.post("/createRoom", options)).ok()["room_id"]
    assert isinstance(room_id, str)
    return room_id


async def join(user: ApiClient, room: str, body: JsonValue = None) -> Reply:
    """Join a room by id or alias."""
    return await user.post(f"/join/{quote(room, safe='')}", body)


async def act(user: ApiClient, room_id: str, verb: str, target: ApiClient | str | None = None) -> Reply:
    """Leave, forget, invite, kick, ban or unban."""
    if target is None:
        return await user.post(room_path(room_id, f"/{verb}"))
    user_id = target if isinstance(target, str) else target.user_id
    return await user.post(room_path(room_id, f"/{verb}"), {"user_id": user_id})


async def set_state(
    user: ApiClient, room_id: str, type_: str, content: JsonValue, state_key: str = ""
) -> Reply:
    """Set a part of a room's state."""
    path = room_path(room_id, f"/state/{quote(type_, safe='')}/{quote(state_key, safe='')}")
    return await user.put(path, content)


async def state(user: ApiClient, room_id: str, type_: str, state_key: str = "") -> JsonObject:
    """Return the content of a part of a room's state."""
    path = room_path(room_id, f"/state/{quote(type_, safe='')}/{quote(state_key, safe='')}")
    return (await user.get(path)).ok()


async def membership(user: ApiClient, room_id: str, of: ApiClient | str) -> object:
    """Return somebody's membership, as another member sees it."""
    user_id = of if isinstance(of, str) else of.user_id
    return (await state(user, room_id, "m.room.member", user_id)).get("membership")


async def send(
    user: ApiClient,
    room_id: str,
    content: JsonValue = None,
    type_: str = "m.room.message",
    txn_id: str | None = None,
) -> Reply:
    """Send a message event."""
    txn_id = txn_id or f"t{next(_transactions)}"
    path = room_path(room_id, f"/send/{quote(type_, safe='')}/{quote(txn_id, safe='')}")
    return await user.put(path, {"msgtype": "m.text", "body": "hello"} if content is None else content)


async def timeline(user: ApiClient, room_id: str) -> list[JsonObject]:
    """Return all events of a room that a user may see, oldest first."""
    body = (await user.get(room_path(room_id, "/messages"), dir="f", limit=100)).ok()
    chunk: list[JsonObject] = body["chunk"]
    return chunk
