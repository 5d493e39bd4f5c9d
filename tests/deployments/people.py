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
