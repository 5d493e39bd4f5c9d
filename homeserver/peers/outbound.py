"""Everything that goes out to other servers by itself: starts it, looks after it, ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from federation.outbound.sender import Sender
from federation.ports.outbox import Laggard
from federation.protocol.ids import ServerName
from federation.transport.client import FederationClient
from federation.transport.server_names import ServerLists
from homeserver.clock import Clock
from homeserver.ephemeral.context import EphemeralContext
from homeserver.peers.back_off import StoredBackOff
from homeserver.peers.outbound_feed import OutboundFeed
from homeserver.peers.outbound_presence import OutboundPresence
from homeserver.peers.outbound_typing import OutboundTyping
from homeserver.peers.outbox import StoredOutbox
from homeserver.storage import destinations, edu_outbox, room_servers
from homeserver.storage.db import Database, DatabaseUnavailable

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
SAVE_EVERY_S: Final = 5.0
CLEAN_EVERY_S: Final = 60 * 60.0
MAX_REPLAYED: Final = 20_000
"""Positions since the checkpoint that are queued at start; behind by more, each server catches up alone."""

GIVEN_UP_AFTER_MS: Final = 60 * 24 * 3600 * 1000
"""How long EDUs wait for a server that is never reached."""


class Outbound:
    """The sender, what feeds it, and what has to be done from time to time."""

    def __init__(self, db: Database, clock: Clock, own: ServerName, back_off: StoredBackOff) -> None:
        self._db = db
        self._clock = clock
        self._own = own
        self._back_off = back_off
        self._save_at = self._clean_at = clock.monotonic()
        self.sender: Sender
        self.feed: OutboundFeed
        self._typing: OutboundTyping
        self._presence: OutboundPresence
        self._deaf_to_due: Callable[[], None] = lambda: None

    async def start(self, ephemeral: EphemeralContext, client: FederationClient, lists: ServerLists) -> None:
        """Go on where the last process ended."""
        rooms = ephemeral.rooms
        outbox = StoredOutbox(self._db, self._clock, self._own)
        self.sender = Sender(self._own, client, self._back_off, outbox, self._clock.now_ms)
        self._typing = OutboundTyping(ephemeral.typing, self._clock, self._own)
        self._presence = OutboundPresence(ephemeral.presence, self._db, self._clock, self._own)
        self.feed = OutboundFeed(rooms, self.sender, outbox, lists, self._typing, self._presence)
        await self._restore(rooms.tailer.applied, lists)
        self._deaf_to_due = self._back_off.on_due(self.sender.try_again)
        self.feed.start(rooms.tailer.applied)

    async def stop(self) -> None:
        """Let go of what is under way; what has not arrived is remembered."""
        self._deaf_to_due()
        self._typing.stop()
        self._presence.stop()
        await self.feed.stop()
        try:
            await self.sender.stop()
        except DatabaseUnavailable:
            # The checkpoint of a few seconds ago stands: what was sent since is sent again, harmlessly.
            log.warning("outbound.not_saved")

    async def run(self) -> None:
        """Look after it all, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                await self.look_again()
            except Exception:
                log.exception("outbound.look_again_failed")

    async def look_again(self) -> None:
        """Do what time makes due; to be called about every second."""
        self.sender.look_again()
        self._typing.look_again()
        self._presence.look_again()
        now = self._clock.monotonic()
        if now >= self._save_at:
            self._save_at = now + SAVE_EVERY_S
            await self.sender.save()
            await self._take_retries()
            self.feed.look_for_edus()
        if now >= self._clean_at:
            self._clean_at = now + CLEAN_EVERY_S
            await self._clean()

    async def until_idle(self) -> None:
        """Return once all that can be sent now was sent."""
        await self.feed.until_idle()
        await self.sender.until_idle()

    async def _restore(self, applied: int, lists: ServerLists) -> None:
        async with self._db.acquire() as conn:
            rows = await destinations.select_laggards(conn)
            checkpoint, saved_ms = await destinations.select_checkpoint(conn) or (applied, 0)
            is_far_behind = applied - checkpoint > MAX_REPLAYED
            others = await room_servers.select_servers_present_since(conn, self._own, checkpoint)
        laggards = [
            (Laggard(row.server, row.cursor, row.behind_since_ms, None), row.has_in_flight) for row in rows
        ]
        self.sender.restore(applied if is_far_behind else checkpoint, laggards)
        if is_far_behind:
            log.info("outbound.far_behind", positions=applied - checkpoint, servers=len(others))
            self.sender.leave_behind(filter(lists.permit, others), checkpoint, saved_ms)

    async def _take_retries(self) -> None:
        async with self._db.acquire() as conn:
            asked = await destinations.take_retries(conn)
        for server in asked:
            self._back_off.retry(server)

    async def _clean(self) -> None:
        async with self._db.acquire() as conn:
            given_up = await edu_outbox.delete_edus_of_the_dead(
                conn, self._clock.now_ms() - GIVEN_UP_AFTER_MS
            )
            told = [queue.told_upto(self.sender.processed) for queue in self.sender.queues.values()]
            await room_servers.delete_ended_stays(conn, min([*told, self.sender.processed]))
        if given_up:
            log.warning("outbound.edus_given_up", count=given_up)


@dataclass(slots=True)
class CurrentSender:
    """The sender of this worker; None while another worker sends."""

    sender: Sender | None = None


@asynccontextmanager
async def open_outbound(
    ephemeral: EphemeralContext,
    client: FederationClient,
    lists: ServerLists,
    back_off: StoredBackOff,
    current: CurrentSender,
) -> AsyncIterator[Outbound]:
    """Send to other servers what concerns them, for the length of the block."""
    rooms = ephemeral.rooms
    outbound = Outbound(rooms.db, rooms.clock, rooms.server_name, back_off)
    await outbound.start(ephemeral, client, lists)
    current.sender = outbound.sender
    task = asyncio.create_task(outbound.run(), name="outbound")
    try:
        yield outbound
    finally:
        current.sender = None
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await outbound.stop()
