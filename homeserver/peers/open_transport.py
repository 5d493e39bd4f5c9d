"""Opens the way to other servers, as the configuration wants it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.ports.destinations import BackOff
from federation.transport.open_transport import Identity, Transport, open_transport
from homeserver.clock import Clock
from homeserver.config import Settings
from homeserver.peers.key_store import StoredKeys
from homeserver.peers.transport_options import transport_options
from homeserver.rooms.build_event import Author
from homeserver.storage.db import Database
from homeserver.storage.signing_keys import select_retired_keys


@asynccontextmanager
async def open_way_to_peers(
    settings: Settings, clock: Clock, db: Database, author: Author, back_off: BackOff
) -> AsyncIterator[Transport]:
    """Reach other servers in this one's name, and know their keys, for the length of the block."""
    async with db.acquire() as conn:
        retired = await select_retired_keys(conn)
    async with open_transport(
        Identity(author.server_name, author.key, retired),
        transport_options(settings),
        clock.now_ms,
        key_store=StoredKeys(db),
        back_off=back_off,
    ) as transport:
        yield transport
