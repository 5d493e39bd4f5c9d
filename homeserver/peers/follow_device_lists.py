"""Follows who shares rooms with whom, for the sake of device lists, and mends lists in the background.

One worker does it; the others note what moves, for the moment in which they take it over.

When no room is shared with another server's user any more, what was known of the user's devices is dropped:
nobody tells of changes from then on. When a user of ours comes into a room, its servers that knew nothing of
the user are told of the user's devices.

Spec: https://spec.matrix.org/v1.19/server-server-api/#device-management
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

import structlog

from homeserver.e2ee.announce import announce_arrival
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.e2ee.to_device_receive import forget_received
from homeserver.peers.remote_device_lists import RemoteDeviceLists
from homeserver.storage import device_lists, remote_devices
from homeserver.storage.cross_signing import delete_cross_signing_keys
from homeserver.storage.device_keys import select_accounts
from homeserver.storage.positions import Stream
from homeserver.tailer import Batch

log = structlog.get_logger(__name__)

SHARE: Final = "device lists"
LOOK_EVERY_S: Final = 15.0
NOTED_FOR_S: Final = 60.0
"""How long a worker that does not follow remembers what moved: longer than it takes to miss one that does."""
CLEAN_EVERY_S: Final = 3600.0
MAX_ROOMS: Final = 10_000
"""Rooms whose members moved and that wait to be looked at; with more, all lists are checked."""


class DeviceListFollower:
    """One task follows memberships, which the tailer tells of through `apply`; one fetches stale lists."""

    def __init__(self, e2ee: E2eeContext, to_device: ToDeviceContext, lists: RemoteDeviceLists) -> None:
        self._e2ee = e2ee
        self._to_device = to_device
        self._lists = lists
        self._rooms: set[int] = set()
        self._missed = False
        self._followed_to = 0
        self._moved = asyncio.Event()
        self._clean_at = 0.0
        self._shares = e2ee.shares
        self._older: set[int] = set()
        self._mark = 0
        self._forget_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Drop what is out of date since the last time this server ran, and begin."""
        self._followed_to = self._mark = self._e2ee.tailer.applied
        self._missed = True
        await self._follow()
        self._shares.on_shift(lambda _: self._moved.set())
        self._tasks = [
            asyncio.create_task(self._repeat(self._follow, self._moved), name="follow-device-lists"),
            asyncio.create_task(self._repeat(self._mend, self._lists.work_to_do), name="mend-device-lists"),
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def apply(self, batch: Batch) -> None:
        if batch.entry.kinds & Stream.EVENTS and batch.entry.users:
            self._rooms.update(batch.entry.rooms)
            self._moved.set()

    def missed(self) -> None:
        """Check all lists: commits were missed."""
        self._missed = True
        self._moved.set()

    async def _repeat(self, work: Callable[[], Awaitable[None]], wake: asyncio.Event) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await wake.wait()
            wake.clear()
            try:
                await work()
            except Exception:
                log.exception("device_lists.failed")
                await asyncio.sleep(1)
                wake.set()

    async def _mend(self) -> None:
        if not self._shares.holds_name(SHARE):
            return
        await self._lists.fetch_due()
        now = self._e2ee.clock.monotonic()
        if now >= self._clean_at:
            self._clean_at = now + CLEAN_EVERY_S
            await forget_received(self._to_device)

    async def _follow(self) -> None:
        if not self._shares.holds_name(SHARE):
            self._forget_followed()
            return
        since, upto = self._followed_to, self._e2ee.tailer.applied
        rooms, self._rooms, self._older = self._rooms | self._older, set(), set()
        everything, self._missed = self._missed or len(rooms) > MAX_ROOMS, False
        try:
            if everything:
                await self._drop(None, since + 1)
            if len(rooms) <= MAX_ROOMS:
                await self._look_at(sorted(rooms), since, upto)
        except BaseException:
            self._rooms |= rooms
            self._missed |= everything
            raise
        self._followed_to = self._mark = upto

    def _forget_followed(self) -> None:
        """Forget what moved so long ago that the worker that follows has dealt with it."""
        now = self._e2ee.clock.monotonic()
        if now >= self._forget_at:
            self._forget_at = now + NOTED_FOR_S
            self._followed_to, self._mark = self._mark, self._e2ee.tailer.applied
            self._older, self._rooms = self._rooms, set()

    async def _look_at(self, rooms: list[int], since: int, upto: int) -> None:
        if not rooms:
            return
        own = self._e2ee.server_name
        async with self._e2ee.db.acquire() as conn:
            moves = await device_lists.select_member_changes(conn, rooms, since, upto)
            movers = {move.user_nid for move in moves}
            ours = await select_accounts(conn, sorted(movers))
            gone = {move.user_nid for move in moves if move.went} - ours
            gone |= await remote_devices.select_members_of_abandoned_rooms(conn, rooms, own)
        if gone:
            await self._drop(sorted(gone), since + 1)
        for move in moves:
            if move.came and move.user_nid in ours:
                async with self._e2ee.positions.write() as change:
                    await announce_arrival(change, move.user_nid, move.room_nid, own)

    async def _drop(self, user_nids: list[int] | None, before: int) -> None:
        """Stop following those users with whom no room has been shared all the time since a position."""
        async with self._e2ee.positions.write() as change:
            dropped = await remote_devices.delete_lists(
                change.conn, user_nids, self._e2ee.server_name, before
            )
            if dropped:
                await delete_cross_signing_keys(change.conn, dropped)
