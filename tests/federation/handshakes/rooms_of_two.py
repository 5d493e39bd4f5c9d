"""What tests of handshakes ask of users on different servers."""

import asyncio
from collections.abc import Callable
from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import room_path
from tests.support.federation_servers import FederationServer

Two = tuple[FederationServer, FederationServer]

WAIT_LIMIT_S = 100
VERSIONS = ("6", "10", "11", "12")


def server_of(user: ApiClient) -> str:
    """Return the name of a user's server."""
    return user.user_id.partition(":")[2]


async def join_via(user: ApiClient, room: str, *servers: str) -> Reply:
    """Join a room by id or alias through servers."""
    via = "&".join(f"via={quote(server)}" for server in servers)
    return await user.post(f"/join/{quote(room, safe='')}?{via}")


async def knock_via(user: ApiClient, room: str, *servers: str) -> Reply:
    """Knock on a room by id or alias through servers."""
    via = "&".join(f"via={quote(server)}" for server in servers)
    return await user.post(f"/knock/{quote(room, safe='')}?{via}", {"reason": "please"})


async def members(user: ApiClient, room_id: str) -> dict[str, str]:
    """Return the membership of everybody in a room, as a member sees it."""
    events = (await user.get(room_path(room_id, "/members"))).ok()["chunk"]
    return {event["state_key"]: event["content"]["membership"] for event in events}


async def until_member(user: ApiClient, room_id: str, user_id: str, membership: str) -> None:
    """Wait until a member of a room sees somebody's membership become this."""
    async with asyncio.timeout(WAIT_LIMIT_S):
        while (await members(user, room_id)).get(user_id) != membership:
            await user.get("/sync", timeout=200, since=await position(user))


async def until_state(
    user: ApiClient, room_id: str, type_: str, accept: Callable[[JsonObject], object]
) -> JsonObject:
    """Wait until a member of a room sees a state event whose content is as wanted, and return that."""
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            since = await position(user)
            reply = await user.get(room_path(room_id, f"/state/{type_}/"))
            if reply.status == 200 and accept(reply.json):
                return reply.json
            await user.get("/sync", timeout=200, since=since)


async def position(user: ApiClient) -> str:
    """Return a token for the end of everything."""
    next_batch: str = (await user.get("/sync", timeout=0, filter='{"room":{"rooms":[]}}')).ok()["next_batch"]
    return next_batch


async def until_in_section(user: ApiClient, room_id: str, section: str) -> JsonObject:
    """Sync until a room is shown in a section, and return what is shown of it."""
    since: dict[str, str] = {}
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            body = (await user.get("/sync", timeout=500, **since)).ok()
            if room_id in body["rooms"][section]:
                room: JsonObject = body["rooms"][section][room_id]
                return room
            since = {"since": body["next_batch"]}


def event_of(room: JsonObject, key: str, type_: str, state_key: str = "") -> JsonObject:
    """Return a stripped state event of a room that a sync shows."""
    events: list[JsonObject] = room[key]["events"]
    return next(e for e in events if (e["type"], e["state_key"]) == (type_, state_key))
