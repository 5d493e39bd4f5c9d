"""What each worker runs for pushers: one task that finds what they have to tell, and one that tells it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from homeserver.config import Settings
from homeserver.mail.context import MailContext
from homeserver.outgoing.json_client import JsonClient
from homeserver.push.context import PushContext
from homeserver.pushers.context import PushersContext
from homeserver.pushers.feed import PushFeed
from homeserver.pushers.sender import PushSender
from homeserver.pushers.vapid import Vapid
from homeserver.rooms.context import RoomsContext
from homeserver.sync.context import SyncContext


@dataclass(frozen=True, slots=True)
class Pushers:
    """The running tasks, beside what the verbs need."""

    ctx: PushersContext
    feed: PushFeed
    sender: PushSender

    async def until_idle(self) -> None:
        """Return once all that was committed so far, and can be told now, was told."""
        await self.feed.until_idle()
        await self.sender.until_idle()


@asynccontextmanager
async def open_pushers(
    settings: Settings, rooms: RoomsContext, push: PushContext, sync: SyncContext, mail: MailContext
) -> AsyncIterator[Pushers]:
    """Notify users for the length of the block."""
    outgoing = JsonClient(
        allow_private_addresses=settings.federation.allow_private_addresses,
        verify_tls=settings.federation.verify_tls,
        ca_file=settings.federation.ca_file,
    )
    vapid, due = Vapid(settings, rooms.clock), rooms.shares.call("pushers")
    ctx = PushersContext(settings, rooms, push, sync, mail, outgoing, vapid, due)
    pushers = Pushers(ctx, PushFeed(ctx), PushSender(ctx))
    pushers.feed.start()
    pushers.sender.start()
    try:
        yield pushers
    finally:
        await pushers.feed.stop()
        await pushers.sender.stop()
        await outgoing.close()
