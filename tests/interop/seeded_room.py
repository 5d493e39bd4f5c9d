"""One room on both servers, and the random actions of its members.

Actions that take nothing away from anybody run at the same time on both servers, so that the room forks.
Those that do (kicks, bans, leaves, power levels, join rules) wait until both servers know all that was sent,
and are waited for: then none of the events in flight is meant to be refused by anybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias
from urllib.parse import quote

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient, Reply
from tests.api.room_calls import act, room_path, send, set_state

POLL_S: Final = 0.1
SEEN_LIMIT_S: Final = 90.0
BATCH: Final = 6

Action: TypeAlias = Callable[["SeededRoom", Random], Awaitable[Reply]]


@dataclass
class SeededRoom:
    """A room with an administrator on each server, who always stay, and members who come and go.

    `accepted` are the events that were acknowledged, in the order of their acknowledgement, `refused` how
    many requests were not.
    """

    room_id: str
    admins: tuple[ApiClient, ApiClient]
    members: Sequence[ApiClient]
    host_name: str
    joined: set[str] = field(default_factory=set)
    messages: list[tuple[ApiClient, str]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)
    refused: int = 0
    _unseen: list[str] = field(default_factory=list)
    _memberships: dict[str, str] = field(default_factory=dict)

    async def run(self, rng: Random, actions: int) -> None:
        """Take so many actions."""
        done = 0
        while done < actions:
            batch = [rng.choices(HARMLESS, HARMLESS_WEIGHTS)[0] for _ in range(min(BATCH, actions - done))]
            seeds = [Random(rng.getrandbits(32)) for _ in batch]
            replies = await asyncio.gather(*(a(self, s) for a, s in zip(batch, seeds, strict=True)))
            for reply in replies:
                self._note(reply)
            done += len(batch)
            if rng.random() < 0.4:
                await self.until_both_know()
                self._note(await rng.choice(RESTRICTING)(self, rng))
                await self.until_both_know()
                done += 1
        await self.until_both_know()

    async def until_both_know(self) -> None:
        """Wait until both servers show all that was acknowledged, and know who is in the room."""
        unknown: list[str] = []
        try:
            async with asyncio.timeout(SEEN_LIMIT_S):
                while unknown := await self._unknown():
                    await asyncio.sleep(POLL_S)
        except TimeoutError as error:
            raise AssertionError(f"{self.room_id}: {unknown}") from error
        self._unseen.clear()
        self._memberships.clear()

    async def change_membership(
        self, actor: ApiClient, verb: str, target: ApiClient, membership: str
    ) -> Reply:
        """Kick, ban, invite or the like; where that is allowed, both servers have to hear of it."""
        if membership != "invite":
            self.joined.discard(target.user_id)
        reply = await act(actor, self.room_id, verb, None if verb == "leave" else target)
        if reply.status == 200:
            self._memberships[target.user_id] = membership
        return reply

    def expect_joined(self, member: ApiClient) -> None:
        """Both servers have to hear of a join."""
        self.joined.add(member.user_id)
        self._memberships[member.user_id] = "join"

    def joined_members(self) -> list[ApiClient]:
        return [member for member in self.members if member.user_id in self.joined] or [self.admins[0]]

    def somebody(self, rng: Random) -> ApiClient:
        """Choose somebody who is in the room."""
        return rng.choice([*self.admins, *self.joined_members()])

    def _note(self, reply: Reply) -> None:
        assert reply.status in (200, 403), reply.body
        if reply.status == 403:
            self.refused += 1
        elif "event_id" in reply.json:
            self.accepted.append(reply.json["event_id"])
            self._unseen.append(reply.json["event_id"])

    async def _unknown(self) -> list[str]:
        """Return what a server does not know yet."""
        unknown: list[str] = []
        for admin in self.admins:
            unseen = [event_id for event_id in self._unseen if not await self._is_shown(admin, event_id)]
            unknown += [f"{admin.user_id} is not shown {event_id}" for event_id in unseen]
            for user_id, membership in self._memberships.items():
                if (found := await self._membership(admin, user_id)) != membership:
                    unknown.append(f"{admin.user_id} knows {user_id} as {found}, not {membership}")
            if unknown:
                break
        return unknown

    async def _is_shown(self, admin: ApiClient, event_id: str) -> bool:
        path = room_path(self.room_id, f"/event/{quote(event_id, safe='')}")
        return (await admin.get(path)).status == 200

    async def _membership(self, admin: ApiClient, user_id: str) -> object:
        path = room_path(self.room_id, f"/state/m.room.member/{quote(user_id, safe='')}")
        return (await admin.get(path)).json.get("membership")


async def say(room: SeededRoom, rng: Random) -> Reply:
    user = room.somebody(rng)
    reply = await send(user, room.room_id, {"msgtype": "m.text", "body": f"{rng.random()}"})
    if reply.status == 200:
        room.messages.append((user, reply.json["event_id"]))
    return reply


async def edit(room: SeededRoom, rng: Random) -> Reply:
    if not room.messages:
        return await say(room, rng)
    user, event_id = rng.choice(room.messages)
    relates_to: JsonObject = {"rel_type": "m.replace", "event_id": event_id}
    content: JsonObject = {"msgtype": "m.text", "body": "*", "m.new_content": {"body": "x"}}
    return await send(user, room.room_id, {**content, "m.relates_to": relates_to})


async def redact(room: SeededRoom, rng: Random) -> Reply:
    if not room.messages:
        return await say(room, rng)
    user, event_id = rng.choice(room.messages)
    path = room_path(room.room_id, f"/redact/{quote(event_id, safe='')}/t{rng.getrandbits(48)}")
    return await user.put(path, {"reason": "x"})


async def set_topic(room: SeededRoom, rng: Random) -> Reply:
    return await set_state(room.somebody(rng), room.room_id, "m.room.topic", {"topic": f"{rng.random()}"})


async def set_name(room: SeededRoom, rng: Random) -> Reply:
    return await set_state(rng.choice(room.admins), room.room_id, "m.room.name", {"name": f"{rng.random()}"})


async def set_own_state(room: SeededRoom, rng: Random) -> Reply:
    admin = rng.choice(room.admins)
    return await set_state(admin, room.room_id, "test.state", {"v": rng.getrandbits(32)}, rng.choice("abc"))


async def change_name(room: SeededRoom, rng: Random) -> Reply:
    """Somebody changes the name that the room shows of them."""
    user = room.somebody(rng)
    content: JsonObject = {"membership": "join", "displayname": f"{rng.random()}"}
    return await set_state(user, room.room_id, "m.room.member", content, user.user_id)


async def join(room: SeededRoom, rng: Random) -> Reply:
    outside = [member for member in room.members if member.user_id not in room.joined]
    if not outside:
        return await say(room, rng)
    member = rng.choice(outside)
    reply = await member.post(
        f"/join/{quote(room.room_id, safe='')}", {}, server_name=room.host_name, via=room.host_name
    )
    if reply.status == 200:
        room.expect_joined(member)
    return reply


async def leave(room: SeededRoom, rng: Random) -> Reply:
    member = rng.choice(room.joined_members())
    if member in room.admins:
        return await say(room, rng)
    return await room.change_membership(member, "leave", member, "leave")


async def kick(room: SeededRoom, rng: Random) -> Reply:
    return await room.change_membership(rng.choice(room.admins), "kick", rng.choice(room.members), "leave")


async def ban(room: SeededRoom, rng: Random) -> Reply:
    return await room.change_membership(rng.choice(room.admins), "ban", rng.choice(room.members), "ban")


async def unban(room: SeededRoom, rng: Random) -> Reply:
    return await room.change_membership(rng.choice(room.admins), "unban", rng.choice(room.members), "leave")


async def invite(room: SeededRoom, rng: Random) -> Reply:
    return await room.change_membership(rng.choice(room.admins), "invite", rng.choice(room.members), "invite")


async def change_levels(room: SeededRoom, rng: Random) -> Reply:
    """An administrator gives a member another level."""
    admin = rng.choice(room.admins)
    path = room_path(room.room_id, "/state/m.room.power_levels/")
    levels = (await admin.get(path)).ok()
    users = {**levels.get("users", {}), rng.choice(room.members).user_id: rng.choice((0, 25, 50))}
    content: JsonObject = {**levels, "users": users, "n": rng.getrandbits(32)}
    return await set_state(admin, room.room_id, "m.room.power_levels", content)


async def change_join_rule(room: SeededRoom, rng: Random) -> Reply:
    # Setting what is set already would be answered with the event that did it, perhaps one before a join.
    content: JsonObject = {"join_rule": rng.choice(("public", "public", "invite")), "n": rng.getrandbits(32)}
    return await set_state(rng.choice(room.admins), room.room_id, "m.room.join_rules", content)


_WEIGHTED: Final[dict[Action, int]] = {
    say: 50,
    edit: 8,
    redact: 5,
    set_topic: 8,
    set_name: 8,
    set_own_state: 8,
    change_name: 8,
}
HARMLESS: Final = tuple(_WEIGHTED)
HARMLESS_WEIGHTS: Final = tuple(_WEIGHTED.values())
RESTRICTING: Final = (
    join,
    join,
    join,
    join,
    leave,
    kick,
    ban,
    unban,
    unban,
    invite,
    change_levels,
    change_join_rule,
)
