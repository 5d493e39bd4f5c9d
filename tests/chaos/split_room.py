"""A room on several servers: what its members do while they cannot hear each other, and what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Final, TypeAlias
from urllib.parse import quote

import orjson

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, create, room_path, send, set_state
from tests.support.federation_servers import FederationServer

POLL_S: Final = 0.1
JOIN_LIMIT_S: Final = 100.0
CONVERGENCE_LIMIT_S: Final = 100.0
LEVEL: Final = 100

StateIds: TypeAlias = dict[tuple[str, str], str]


class SplitRoom:
    """A room with an administrator on each server, who is never touched, and guests who are.

    `acknowledged` are the events that a server has answered with an id, but for what was done to guests: a
    ban here and an invite there contradict each other, and one of them is soft-failed by whoever hears of it
    later.
    """

    def __init__(self, room_id: str, admins: Sequence[ApiClient], guests: Sequence[ApiClient]) -> None:
        self.room_id = room_id
        self.admins = admins
        self.guests = guests
        self.acknowledged: list[str] = []

    async def act(self, rng: Random, running: Sequence[int], actions: int) -> None:
        """Let the administrators of running servers do things, in one random order per server."""

        async def on_server(index: int, own: Random) -> None:
            for _ in range(actions):
                action = own.choice(ACTIONS)
                self._note(await action(self, self.admins[index], own), is_kept=action is not _on_guest)

        async with asyncio.TaskGroup() as group:
            for index in running:
                group.create_task(on_server(index, Random(rng.getrandbits(32))))

    async def say(self, admin: ApiClient, body: str) -> None:
        """Send a message that must be acknowledged."""
        self._note(await send(admin, self.room_id, {"msgtype": "m.text", "body": body}))

    async def until_converged(self) -> None:
        """Wait until every server shows every acknowledged message, and the same state."""
        states: list[StateIds] = []
        try:
            async with asyncio.timeout(CONVERGENCE_LIMIT_S):
                for admin in self.admins:
                    await self._until_all_shown(admin)
                # The last word of each server brings the ends of the graph together.
                for admin in self.admins:
                    await self.say(admin, "last")
                for admin in self.admins:
                    await self._until_all_shown(admin)
                while True:
                    states = [await _state_ids(admin, self.room_id) for admin in self.admins]
                    if all(state == states[0] for state in states):
                        return
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise AssertionError(await self._describe(states)) from error

    async def missing(self, admin: ApiClient) -> list[str]:
        """Return the acknowledged messages that an administrator is not shown."""
        return [event_id for event_id in self.acknowledged if not await self._is_shown(admin, event_id)]

    def _note(self, reply: Reply, *, is_kept: bool = True) -> None:
        # 502: an invite that the guest's server cannot be asked to sign.
        assert reply.status in (200, 403, 502), reply.body
        if reply.status == 200 and is_kept:
            self.acknowledged.append(reply.json["event_id"])

    async def _until_all_shown(self, admin: ApiClient) -> None:
        for event_id in self.acknowledged:
            while not await self._is_shown(admin, event_id):
                await asyncio.sleep(POLL_S)

    async def _is_shown(self, admin: ApiClient, event_id: str) -> bool:
        path = room_path(self.room_id, f"/event/{quote(event_id, safe='')}")
        return (await admin.get(path)).status == 200

    async def _describe(self, states: Sequence[StateIds]) -> str:
        lines = [f"{admin.user_id} is not shown {await self.missing(admin)}" for admin in self.admins]
        lines += [f"state differs: {sorted(state.items() - states[0].items())}" for state in states]
        return "\n".join(lines)


async def make_split_room(servers: Sequence[FederationServer], name: str, version: str) -> SplitRoom:
    """Make a room whose administrators, one on each server, and guests have joined."""
    admins = [await server.user(f"admin.{name}") for server in servers]
    guests = [await server.user(f"guest.{name}") for server in servers]
    is_creator_named = version != "12"
    users: JsonObject = {admin.user_id: LEVEL for admin in admins[0 if is_creator_named else 1 :]}
    room_id = await create(
        admins[0],
        preset="public_chat",
        room_version=version,
        power_level_content_override={"users": users},
    )
    room = SplitRoom(room_id, admins, guests)
    for member in [*admins[1:], *guests]:
        body = await member.post(f"/join/{quote(room_id, safe='')}", {}, via=servers[0].name)
        body.ok()
    async with asyncio.timeout(JOIN_LIMIT_S):
        for admin in admins:
            while len(await _state_ids(admin, room_id)) < len(await _state_ids(admins[0], room_id)):
                await asyncio.sleep(POLL_S)
    return room


async def _message(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    return await send(admin, room.room_id, {"msgtype": "m.text", "body": f"{rng.getrandbits(32)}"})


async def _topic(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    return await set_state(admin, room.room_id, "m.room.topic", {"topic": f"{rng.getrandbits(32)}"})


async def _own_name(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    content: JsonObject = {"membership": "join", "displayname": f"{rng.getrandbits(32)}"}
    return await set_state(admin, room.room_id, "m.room.member", content, admin.user_id)


async def _on_guest(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    verb = rng.choice(("kick", "ban", "unban", "invite"))
    return await act(admin, room.room_id, verb, rng.choice(room.guests))


async def _levels(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    """Give guests other levels; those of the administrators stay."""
    levels = (await admin.get(room_path(room.room_id, "/state/m.room.power_levels/"))).ok()
    users = {**levels.get("users", {}), rng.choice(room.guests).user_id: rng.choice((0, 10, 50))}
    content: JsonObject = {**levels, "users": users, "n": rng.getrandbits(32)}
    return await set_state(admin, room.room_id, "m.room.power_levels", content)


async def _join_rule(room: SplitRoom, admin: ApiClient, rng: Random) -> Reply:
    # Setting what is set already would be answered with the event that did it, perhaps one before a join.
    content: JsonObject = {"join_rule": rng.choice(("public", "invite")), "n": rng.getrandbits(32)}
    return await set_state(admin, room.room_id, "m.room.join_rules", content)


async def _state_ids(user: ApiClient, room_id: str) -> StateIds:
    events: list[JsonObject] = orjson.loads((await user.get(room_path(room_id, "/state"))).body)
    return {(event["type"], event["state_key"]): event["event_id"] for event in events}


Action: TypeAlias = Callable[[SplitRoom, ApiClient, Random], Awaitable[Reply]]
ACTIONS: Final[tuple[Action, ...]] = (
    _message,
    _message,
    _message,
    _topic,
    _own_name,
    _on_guest,
    _on_guest,
    _levels,
    _join_rule,
)
