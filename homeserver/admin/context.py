"""What the verbs of administrators work with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from homeserver.accounts.context import AccountsContext
from homeserver.client_data.context import ClientDataContext
from homeserver.media.context import MediaContext
from homeserver.retention.context import RetentionContext
from homeserver.rooms.context import RoomsContext


@dataclass(frozen=True, slots=True)
class AdminContext:
    """The dependencies of every verb of this package."""

    accounts: AccountsContext
    rooms: RoomsContext
    client_data: ClientDataContext
    media: MediaContext
    retention: RetentionContext


@asynccontextmanager
async def open_admin(
    accounts: AccountsContext,
    rooms: RoomsContext,
    client_data: ClientDataContext,
    retention: RetentionContext,
) -> AsyncIterator[AdminContext]:
    """Put the context together, and let this worker do the jobs of this package."""
    yield AdminContext(accounts, rooms, client_data, retention.media, retention)
