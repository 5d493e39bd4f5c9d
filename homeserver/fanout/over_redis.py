"""The line through Redis: wake-ups are routed by room and user, all else goes to every worker.

Channels carry the epoch of the database, so that several homeservers can share a Redis.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

import msgspec
from redis.asyncio.client import PubSub, Redis
from redis.exceptions import RedisError

from homeserver.fanout.open_redis import RedisLocation, open_redis, redis_location
from homeserver.fanout.outgoing import Outgoing
from homeserver.fanout.shared import LineBroken, Watched

SUBSCRIBED_AT_ONCE: Final = 1_000
PING_EVERY_S: Final = 5.0
CLOSE_WITHIN_S: Final = 2.0
BROKEN: Final = (RedisError, OSError, RuntimeError)
"""RuntimeError is uvloop's word for writing to a connection that has just been closed."""

# Stamps follow Redis's clock, in milliseconds, and never go back while Redis has its data.
PUBLISH_IN_ORDER: Final = """
local now = redis.call('TIME')
local stamp = now[1] * 1000 + math.floor(now[2] / 1000)
local last = tonumber(redis.call('GET', KEYS[1]) or '0')
if stamp <= last then stamp = last + 1 end
local text = string.format('%.0f', stamp)
redis.call('SET', KEYS[1], text, 'EX', 86400)
redis.call('PUBLISH', ARGV[1], '[' .. text .. ',' .. ARGV[2])
"""


class RedisLine:
    """A client for sending and a subscription for receiving."""

    def __init__(self, url: str, epoch: str) -> None:
        self._location: RedisLocation = redis_location(url)
        self._prefix = f"parlour:{epoch}:"
        self._stamp_key = f"{self._prefix}stamp"
        self._client: Redis | None = None
        self._pubsub: PubSub | None = None

    async def connect(self, watched: Watched) -> None:
        try:
            self._client = await open_redis(self._location, self._stamp_key)
            self._pubsub = self._client.pubsub()
            await self._pubsub.subscribe(f"{self._prefix}messages", f"{self._prefix}all")
            await self.subscribe(watched, Watched())
        except BROKEN as error:
            raise LineBroken(str(error)) from error

    async def send(self, worker: str, outgoing: Outgoing) -> None:
        assert self._client is not None
        try:
            pipeline = self._client.pipeline(transaction=False)
            for channel in self._concerned(outgoing):
                pipeline.publish(channel, worker)
            for message in outgoing.messages:
                rest = msgspec.json.encode([worker, message.topic, message.body])[1:]
                if message.in_order:
                    pipeline.eval(PUBLISH_IN_ORDER, 1, self._stamp_key, f"{self._prefix}messages", rest)
                else:
                    pipeline.publish(f"{self._prefix}messages", b"[0," + rest)
            await pipeline.execute()
        except BROKEN as error:
            raise LineBroken(str(error)) from error

    async def subscribe(self, added: Watched, removed: Watched) -> None:
        assert self._pubsub is not None
        try:
            for some in _slices(self._channels(added.rooms, added.users)):
                await self._pubsub.subscribe(*some)
            for some in _slices(self._channels(removed.rooms, removed.users)):
                await self._pubsub.unsubscribe(*some)
        except BROKEN as error:
            raise LineBroken(str(error)) from error

    async def receive(self) -> tuple[str, bytes | None]:
        assert self._pubsub is not None
        silent = False
        while True:
            try:
                arrived = await self._pubsub.get_message(timeout=PING_EVERY_S)
                if arrived is None:
                    arrived = await self._after_silence(silent)
                    silent = True
            except BROKEN as error:
                raise LineBroken(str(error)) from error
            if arrived is None:
                continue
            silent = False
            if arrived["type"] != "message":
                continue
            data: bytes = arrived["data"]
            return ("", data) if data.startswith(b"[") else (data.decode(), None)

    async def close(self) -> None:
        pubsub, self._pubsub = self._pubsub, None
        client, self._client = self._client, None
        with suppress(*BROKEN):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                if pubsub is not None:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]
        if client is not None:
            with suppress(*BROKEN):
                async with asyncio.timeout(CLOSE_WITHIN_S):
                    # What was cancelled in the middle of a request still has its connection.
                    await client.connection_pool.disconnect(inuse_connections=True)
                    await client.aclose()

    async def _after_silence(self, was_silent: bool) -> Any:
        """Ask whether Redis is still there, as one that hangs does not close the connection."""
        assert self._pubsub is not None
        if was_silent:
            raise LineBroken("Redis does not answer")
        await self._pubsub.ping()
        return None

    def _concerned(self, outgoing: Outgoing) -> Iterable[str]:
        if outgoing.everybody:
            return [f"{self._prefix}all"]
        return self._channels(outgoing.rooms, outgoing.users)

    def _channels(self, rooms: Iterable[int], users: Iterable[int]) -> list[str]:
        of_rooms = [f"{self._prefix}r{room_nid}" for room_nid in rooms]
        return of_rooms + [f"{self._prefix}u{user_nid}" for user_nid in users]


def _slices(channels: list[str]) -> Iterable[list[str]]:
    return (channels[i : i + SUBSCRIBED_AT_ONCE] for i in range(0, len(channels), SUBSCRIBED_AT_ONCE))
