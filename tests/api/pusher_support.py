"""Setting pushers, and waiting until they have told all."""

from dataclasses import replace
from typing import Any

from homeserver.http.context import Services
from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.support.push_gateway import Browser, PushGateway


def pusher(url: str, pushkey: str = "key", **members: Any) -> JsonObject:
    """Return the body that sets a pusher of kind http."""
    data = {"url": url, **members.pop("data", {})}
    return {
        "kind": "http",
        "app_id": "org.example.app",
        "pushkey": pushkey,
        "app_display_name": "App",
        "device_display_name": "A telephone",
        "profile_tag": "tag",
        "lang": "en",
        "data": data,
        **members,
    }


def web_pusher(gateway: PushGateway, browser: Browser, **data: Any) -> JsonObject:
    """Return the body that sets a pusher of kind webpush."""
    return pusher(gateway.endpoint, browser.pushkey, kind="webpush", data={"auth": browser.auth, **data})


async def set_pusher(user: ApiClient, body: JsonObject) -> Reply:
    # MSC4174 answers 201, which the specification does not know.
    client = replace(user, on_response=None) if body["kind"] == "webpush" else user
    return await client.post("/pushers/set", body)


async def pushers_of(user: ApiClient) -> list[JsonObject]:
    found: list[JsonObject] = (await user.get("/pushers")).ok()["pushers"]
    return found


async def all_told(services: Services) -> None:
    """Return once pushers have told what they can tell now."""
    async with services.db.acquire() as conn:
        position = await conn.fetchval("SELECT max(position) FROM position_log")
    await services.rooms.tailer.wait_for(position)
    services.pushers.ctx.due.set()
    await services.pushers.until_idle()
