"""Opens the way into other servers' rooms, and completes those that were joined in part."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.context import FederationContext
from homeserver.peers.complete_joins import JoinCompleter
from homeserver.peers.remote_rooms import PeersRooms
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.remote_rooms import NoRemoteRooms


@asynccontextmanager
async def open_remote_rooms(ctx: FederationContext, rooms: RoomsContext) -> AsyncIterator[None]:
    """Let users of this server into rooms of others for the length of the block."""
    completer = JoinCompleter(ctx, rooms)
    remote = PeersRooms(ctx, rooms, completer.complete)
    await completer.start()
    rooms.gateway.rooms = remote
    try:
        yield
    finally:
        rooms.gateway.rooms = NoRemoteRooms()
        await remote.close()
        await completer.stop()
