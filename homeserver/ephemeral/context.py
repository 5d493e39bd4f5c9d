"""What the ephemeral services work with, and how they are started and stopped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from homeserver.ephemeral.members_who_left import MembersWhoLeft
from homeserver.ephemeral.presence import NoPresence, Presence, PresenceInMemory
from homeserver.ephemeral.receipt_writer import ReceiptWriter
from homeserver.ephemeral.typing import Typing, TypingInMemory
from homeserver.fanout.ports import Fanout
from homeserver.fanout.stamps import Stamps
from homeserver.rooms.context import RoomsContext


@dataclass(frozen=True, slots=True)
class EphemeralContext:
    """The dependencies of every verb in this package, put together once at start.

    `stamps.last` is what a sync token holds of typing and presence.
    """

    rooms: RoomsContext
    stamps: Stamps
    typing: Typing
    presence: Presence
    receipts: ReceiptWriter


@asynccontextmanager
async def open_ephemeral(rooms: RoomsContext, fanout: Fanout) -> AsyncIterator[EphemeralContext]:
    """Start the receipt writer and the timers, and end them again; receipts already taken are written."""
    stamps = fanout.stamps
    typing = TypingInMemory(rooms.clock, fanout)
    presence = PresenceInMemory(rooms.clock, fanout) if rooms.settings.presence.enabled else None
    receipts = ReceiptWriter(rooms.positions)
    rooms.tailer.subscribe(MembersWhoLeft(typing).apply)
    receipts.start()
    try:
        yield EphemeralContext(rooms, stamps, typing, presence or NoPresence(), receipts)
    finally:
        await receipts.stop()
        typing.stop()
        if presence is not None:
            presence.stop()
