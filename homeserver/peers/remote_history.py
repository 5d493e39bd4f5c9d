"""Asks other servers for the history of rooms, within the time that a client waits."""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Final, TypeVar

import structlog

from federation.context import FederationContext
from federation.inbound.budget import Unfetchable
from federation.inbound.fetch_history import fetch_history, fetch_up_to_time
from federation.inbound.in_flight import InFlight
from federation.ports.rooms import TryLater, UnusableState
from federation.protocol.ids import EventId, RoomId
from homeserver.caches import LruCache
from homeserver.storage.rooms import Room

log = structlog.get_logger(__name__)

T = TypeVar("T")

WAIT_S: Final = 8.0
"""What is not there by then comes with the next request: the asking goes on."""

LEFT_ALONE_MS: Final = 60_000
"""For how long nobody is asked again for what nobody had."""

MAX_REMEMBERED: Final = 10_000


class PeersHistory:
    """Implements `RemoteHistory`."""

    def __init__(self, ctx: FederationContext) -> None:
        self._ctx = ctx
        self._extending: InFlight[tuple[RoomId, EventId], bool] = InFlight("extend-history")
        self._searching: InFlight[tuple[RoomId, int, bool], bool] = InFlight("extend-up-to-time")
        self._not_before: LruCache[EventId, int] = LruCache(MAX_REMEMBERED)

    async def extend(self, room: Room, lacking: Sequence[EventId]) -> bool:
        now_ms = self._ctx.now_ms()
        wanted = [event_id for event_id in lacking if (self._not_before.get(event_id) or 0) <= now_ms]
        if not wanted or not await self._ctx.rooms.is_resident(room.room_id):
            return False
        key = (room.room_id, wanted[0])
        return await _in_time(self._extending.run(key, partial(self._extend, room, wanted))) or False

    async def extend_up_to(self, room: Room, timestamp_ms: int, *, forwards: bool) -> bool:
        if not await self._ctx.rooms.is_resident(room.room_id):
            return False
        key = (room.room_id, timestamp_ms, forwards)
        return await _in_time(self._searching.run(key, partial(self._extend_up_to, *key))) or False

    async def stop(self) -> None:
        """Give up what is being asked."""
        await self._extending.stop()
        await self._searching.stop()

    async def _extend(self, room: Room, wanted: Sequence[EventId]) -> bool:
        try:
            return await fetch_history(self._ctx, room.room_id, wanted)
        except (Unfetchable, TryLater, UnusableState) as failure:
            log.info("history.not_extended", room_id=room.room_id, reason=str(failure))
        except Exception:
            log.exception("history.failed", room_id=room.room_id)
        for event_id in wanted:
            self._not_before.put(event_id, self._ctx.now_ms() + LEFT_ALONE_MS)
        return False

    async def _extend_up_to(self, room_id: RoomId, timestamp_ms: int, forwards: bool) -> bool:
        try:
            return await fetch_up_to_time(self._ctx, room_id, timestamp_ms, forwards=forwards)
        except (Unfetchable, TryLater, UnusableState) as failure:
            log.info("history.not_extended", room_id=room_id, reason=str(failure))
        except Exception:
            log.exception("history.failed", room_id=room_id)
        return False


async def _in_time(work: Awaitable[T]) -> T | None:
    try:
        async with asyncio.timeout(WAIT_S):
            return await work
    except TimeoutError:
        return None
