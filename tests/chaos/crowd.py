"""People who say things and follow what is said, over connections that break all the time."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Final

import aiohttp

from homeserver.json_types import JsonObject
from tests.api.client import ApiClient
from tests.api.followers import SOCKET_PATH

RETRY_S: Final = 0.05
ANSWER_WITHIN_S: Final = 30.0
POLL_MS: Final = 5_000
TIMELINE: Final = {"room": {"timeline": {"limit": 100}}}
GATEWAY_ERRORS: Final = frozenset({429, 502, 503, 504})
BROKEN: Final = (aiohttp.ClientError, TimeoutError, ConnectionError)


class Member:
    """Follows all rooms; `seen` are the messages of each as they came, `breaks` counts lost connections."""

    def __init__(self, client: ApiClient, *, by_socket: bool) -> None:
        self.client = client
        self.by_socket = by_socket
        self.seen: defaultdict[str, list[str]] = defaultdict(list)
        self.breaks = 0
        self.changed = asyncio.Event()
        self.token = ""

    async def follow(self) -> None:
        """Take everything that comes, for ever, from where the last connection ended."""
        while True:
            try:
                async with asyncio.timeout(None if self.by_socket else ANSWER_WITHIN_S):
                    await (self._follow_socket() if self.by_socket else self._poll())
            except BROKEN:
                self.breaks += 1
                await asyncio.sleep(RETRY_S)

    async def _poll(self) -> None:
        since: dict[str, str | int] = {"since": self.token, "timeout": POLL_MS} if self.token else {}
        reply = await self.client.get("/sync", filter=FILTER, **since)
        if reply.status in GATEWAY_ERRORS:
            raise ConnectionError(str(reply.status))
        await self._take(reply.ok())

    async def _follow_socket(self) -> None:
        async with self.client.session.ws_connect(self.client.base_url + SOCKET_PATH, heartbeat=5) as socket:
            hello: JsonObject = {"type": "hello", "access_token": self.client.access_token}
            await socket.send_json(
                {**hello, "filter": TIMELINE, **({"since": self.token} if self.token else {})}
            )
            rooms: JsonObject = {}
            while True:
                message = await socket.receive()
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise ConnectionError(f"closed with {socket.close_code}")
                frame: JsonObject = message.json()
                if frame["type"] == "error":
                    assert frame["errcode"] == "M_UNKNOWN", frame  # the database is away
                    raise ConnectionError(frame["error"])
                if frame["type"] != "sync":
                    continue
                rooms.update(frame["rooms"].get("join", {}))
                if "next_batch" in frame:
                    await self._take({**frame, "rooms": {"join": rooms}})
                    rooms = {}
                    await socket.send_json({"type": "ack", "next_batch": self.token})

    async def _take(self, delta: JsonObject) -> None:
        """Note what is new; a gap is filled before the token is moved on."""
        found: dict[str, list[str]] = {}
        for room_id, room in delta.get("rooms", {}).get("join", {}).items():
            timeline = room.get("timeline", {})
            found[room_id] = _messages(timeline.get("events", []))
            if timeline.get("limited") and self.token:
                found[room_id] = await self._before(room_id, timeline["prev_batch"]) + found[room_id]
        for room_id, event_ids in found.items():
            self.seen[room_id] += event_ids
        self.token = delta["next_batch"]
        self.changed.set()

    async def _before(self, room_id: str, end: str) -> list[str]:
        """Return what lies between what was seen last and the beginning of a timeline."""
        missed: list[str] = []
        known = set(self.seen[room_id])
        while True:
            reply = await self.client.get(f"/rooms/{room_id}/messages", dir="b", limit=100, **{"from": end})
            if reply.status in GATEWAY_ERRORS:
                raise ConnectionError(str(reply.status))
            page = reply.ok()
            for event_id in reversed(_messages(reversed_of(page["chunk"]))):
                if event_id in known:
                    return missed
                missed.insert(0, event_id)
            if "end" not in page:
                return missed
            end = page["end"]


class Speaker:
    """Says one thing after the other, each until it is acknowledged."""

    def __init__(self, member: Member, number: int, rooms: Sequence[str], rng: Random) -> None:
        self._client = member.client
        self._number = number
        self._rooms = rooms
        self._rng = rng
        self.acknowledged: defaultdict[str, list[str]] = defaultdict(list)
        self.repeated = 0

    async def speak(self, stop: asyncio.Event, pause_s: float) -> None:
        number = 0
        while not stop.is_set():
            room_id = self._rng.choice(self._rooms)
            event_id = await self._say(room_id, f"{self._number}.{number}")
            self.acknowledged[room_id].append(event_id)
            number += 1
            await asyncio.sleep(self._rng.uniform(0, 2 * pause_s))

    async def _say(self, room_id: str, txn: str) -> str:
        body: JsonObject = {"msgtype": "m.text", "body": txn}
        while True:
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S):
                    reply = await self._client.put(f"/rooms/{room_id}/send/m.room.message/{txn}", body)
                if reply.status not in GATEWAY_ERRORS:
                    return str(reply.ok()["event_id"])
            except BROKEN:
                pass
            self.repeated += 1
            await asyncio.sleep(RETRY_S)


FILTER: Final = '{"room":{"timeline":{"limit":100}}}'


def reversed_of(events: list[JsonObject]) -> list[JsonObject]:
    return events[::-1]


def _messages(events: list[JsonObject]) -> list[str]:
    return [event["event_id"] for event in events if event["type"] == "m.room.message"]


async def until_all_seen(members: Sequence[Member], said: dict[str, set[str]], within_s: float) -> None:
    """Wait until every member has as many messages of every room as there are; checks nothing else."""
    try:
        async with asyncio.timeout(within_s):
            for member in members:
                while any(len(member.seen[room_id]) < len(event_ids) for room_id, event_ids in said.items()):
                    member.changed.clear()
                    await member.changed.wait()
    except TimeoutError:
        lines = [
            f"{member.client.user_id}, {'socket' if member.by_socket else 'polls'}, at {member.token} misses "
            f"{len(missing)} of {len(event_ids)} in {room_id}, of which the first is "
            f"number {min(map(order.index, missing), default=None)}"
            for member in members
            for room_id, event_ids in said.items()
            for order in [max((other.seen[room_id] for other in members), key=len)]
            if (missing := event_ids.intersection(order) - set(member.seen[room_id]))
        ]
        raise AssertionError("\n".join(["not all was delivered:", *lines])) from None


def check_delivery(members: Sequence[Member], said: dict[str, set[str]]) -> None:
    """Every message once, to everybody, in one order."""
    for room_id, event_ids in said.items():
        order = members[0].seen[room_id]
        for member in members:
            seen = member.seen[room_id]
            assert len(seen) == len(set(seen)), f"{member.client.user_id} was shown a message twice"
            assert set(seen) == event_ids, f"{member.client.user_id} was shown others than were said"
            assert seen == order, f"{member.client.user_id} was shown another order"
