"""Everything that goes out to other servers by itself: starts it, looks after it, ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

import structlog

from federation.outbound.sender import Sender
from federation.protocol.ids import ServerName
from federation.transport.client import FederationClient
from federation.transport.server_names import ServerLists
from homeserver.clock import Clock
from homeserver.ephemeral.context import EphemeralContext
from homeserver.fanout.shares import Shares, Shift, share_of
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
CLEANING: Final = "outbound cleaning"
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
        self._shares: Shares
        self.sender: Sender
        self.feed: OutboundFeed
        self._typing: OutboundTyping
        self._presence: OutboundPresence
        self._deaf_to_due: Callable[[], None] = lambda: None

    async def start(self, ephemeral: EphemeralContext, client: FederationClient, lists: ServerLists) -> None:
        """Go on where the last process ended, with the shares that this one has."""
        rooms = ephemeral.rooms
        self._shares = rooms.shares
        outbox = StoredOutbox(self._db, self._clock, self._own, self._shares)
        self.sender = Sender(self._own, client, self._back_off, outbox, self._clock.now_ms, share_of=share_of)
        self.sender.advance(rooms.tailer.applied)
        self._typing = OutboundTyping(ephemeral.typing, self._clock, self._own)
        self._presence = OutboundPresence(ephemeral.presence, self._db, self._clock, self._own)
        self.feed = OutboundFeed(
            rooms, self.sender, outbox, lists, self._typing, self._presence, self._back_off
        )
        await self.feed.take_over(self._shares.held)
        self._deaf_to_due = self._back_off.on_due(self.sender.try_again)
        self.feed.start(rooms.tailer.applied)
        self._shares.on_shift(self._shift)
        self._shares.before_release(self._let_go)

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

    def _shift(self, shift: Shift) -> None:
        if shift.lost:
            self.feed.lose(shift.lost)
            self.sender.drop(shift.lost)
        if shift.taken:
            self.feed.take(shift.taken)

    async def _let_go(self, shares: frozenset[int]) -> None:
        """Have shares in such a state that another worker can go on with them."""
        self.feed.lose(shares)
        await self.sender.let_go(shares)

    async def _take_retries(self) -> None:
        async with self._db.acquire() as conn:
            asked = await destinations.take_retries(conn, self._shares.holds_name)
        for server in asked:
            self._back_off.retry(server)

    async def _clean(self) -> None:
        if not self._shares.holds_name(CLEANING):
            return
        async with self._db.acquire() as conn:
            given_up = await edu_outbox.delete_edus_of_the_dead(
                conn, self._clock.now_ms() - GIVEN_UP_AFTER_MS
            )
            told = await destinations.select_told_upto(conn)
            if told is not None:
                await room_servers.delete_ended_stays(conn, told)
        if given_up:
            log.warning("outbound.edus_given_up", count=given_up)


@asynccontextmanager
async def open_outbound(
    ephemeral: EphemeralContext,
    client: FederationClient,
    lists: ServerLists,
    back_off: StoredBackOff,
) -> AsyncIterator[Outbound]:
    """Send to the other servers of this worker's shares what concerns them, for the length of the block."""
    rooms = ephemeral.rooms
    outbound = Outbound(rooms.db, rooms.clock, rooms.server_name, back_off)
    await outbound.start(ephemeral, client, lists)
    task = asyncio.create_task(outbound.run(), name="outbound")
    try:
        yield outbound
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await outbound.stop()
