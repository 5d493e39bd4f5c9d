"""Puts together what takes in the events and EDUs of other servers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from federation.context import FederationContext
from federation.inbound.inbound import Inbound
from homeserver.ephemeral.context import EphemeralContext
from homeserver.peers.edu_receivers import EduHandler, EduReceivers
from homeserver.peers.late_receipts import LateReceipts
from homeserver.peers.receive_presence import receive_presence
from homeserver.peers.receive_receipts import receive_receipts
from homeserver.peers.receive_typing import receive_typing
from homeserver.peers.remote_history import PeersHistory
from homeserver.peers.room_store import StoredRooms
from homeserver.peers.staging import StoredStaging
from homeserver.rooms.remote_history import NoRemoteHistory
from homeserver.rooms.remote_rooms import Gateway


@dataclass(frozen=True, slots=True)
class InboundParts:
    """What a FederationContext is given for what comes in, and what has to be stopped again."""

    rooms: StoredRooms
    staging: StoredStaging
    edus: EduReceivers
    inbound: Inbound
    late_receipts: LateReceipts
    gateway: Gateway


def make_inbound(ephemeral: EphemeralContext, edu_handlers: Mapping[str, EduHandler]) -> InboundParts:
    """Build the ports for what comes in. `edu_handlers` are those beyond typing, receipts and presence."""
    rooms = StoredRooms(ephemeral.rooms)
    late = LateReceipts(ephemeral.receipts)
    ephemeral.rooms.tailer.subscribe(late.apply)
    handlers: dict[str, EduHandler] = {
        "m.typing": partial(receive_typing, ephemeral, rooms),
        "m.receipt": partial(receive_receipts, ephemeral, rooms, late),
        "m.presence": partial(receive_presence, ephemeral),
    }
    staging = StoredStaging(
        ephemeral.rooms.db, ephemeral.rooms.names, ephemeral.rooms.clock, ephemeral.rooms.shares
    )
    return InboundParts(
        rooms, staging, EduReceivers(handlers | dict(edu_handlers)), Inbound(), late, ephemeral.rooms.gateway
    )


@asynccontextmanager
async def running_inbound(parts: InboundParts, ctx: FederationContext) -> AsyncIterator[None]:
    """Deal with what is staged, for the length of the block."""
    history = PeersHistory(ctx)
    parts.gateway.history = history
    await parts.inbound.start(ctx)
    try:
        yield
    finally:
        parts.gateway.history = NoRemoteHistory()
        await history.stop()
        await parts.inbound.stop()
        await parts.late_receipts.stop()
