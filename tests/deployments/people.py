"""People who reach the server through whatever stands before it."""

import aiohttp

from homeserver.json_types import JsonObject


async def register(web: aiohttp.ClientSession, name: str) -> str:
    body = {"username": name, "password": "correct horse", "auth": {"type": "m.login.dummy"}}
    async with web.post("/_matrix/client/v3/register", json=body) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["access_token"])


async def get(web: aiohttp.ClientSession, token: str, path: str) -> JsonObject:
    return await _ask(web, "GET", token, path)


async def seen_in(web: aiohttp.ClientSession, token: str, room_id: str, since: str) -> list[str]:
    """Wait for what is said next in a room, by long polls; return the ids of the messages."""
    while True:
        news = await get(web, token, f"sync?timeout=20000&since={since}")
        since = news["next_batch"]
        room = news.get("rooms", {}).get("join", {}).get(room_id, {})
        events = room.get("timeline", {}).get("events", [])
        if said := [event["event_id"] for event in events if event["type"] == "m.room.message"]:
            return said


async def put(web: aiohttp.ClientSession, token: str, path: str, body: JsonObject) -> JsonObject:
    return await _ask(web, "PUT", token, path, body)


async def post(web: aiohttp.ClientSession, token: str, path: str, body: JsonObject) -> JsonObject:
    return await _ask(web, "POST", token, path, body)


async def _ask(
    web: aiohttp.ClientSession, method: str, token: str, path: str, body: JsonObject | None = None
) -> JsonObject:
    headers = {"Authorization": f"Bearer {token}"}
    async with web.request(method, f"/_matrix/client/v3/{path}", json=body, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        found: JsonObject = await answer.json()
        return found
