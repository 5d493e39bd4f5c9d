"""How the services of client data are started and stopped."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeserver.client_data.context import ClientDataContext
from homeserver.client_data.follow_upgrades import FollowUpgrades
from homeserver.rooms.context import RoomsContext


@asynccontextmanager
async def open_client_data(rooms: RoomsContext) -> AsyncIterator[ClientDataContext]:
    """Put the context together, and carry data over to upgraded rooms for the length of the block."""
    client_data = ClientDataContext.of(rooms)
    upgrades = FollowUpgrades(rooms, client_data)
    rooms.tailer.subscribe(upgrades.apply)
    upgrades.start()
    try:
        yield client_data
    finally:
        await upgrades.stop()
