"""Puts federation together over the services, and runs what it does in the background."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from federation.context import FederationContext
from federation.ports.destinations import BackOff
from federation.transport.open_transport import Transport
from homeserver.accounts.context import AccountsContext
from homeserver.e2ee.context import E2eeContext
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.ephemeral.context import EphemeralContext
from homeserver.media.context import MediaContext
from homeserver.peers.directory import ServicesDirectory
from homeserver.peers.handshakes import ServicesHandshakes
from homeserver.peers.media_files import ServicesMediaFiles
from homeserver.peers.open_devices import make_devices, running_devices
from homeserver.peers.open_inbound import make_inbound, running_inbound
from homeserver.peers.open_remote_rooms import open_remote_rooms


@asynccontextmanager
async def open_federation(
    transport: Transport,
    accounts: AccountsContext,
    ephemeral: EphemeralContext,
    media: MediaContext,
    back_off: BackOff,
    e2ee: E2eeContext,
    to_device: ToDeviceContext,
) -> AsyncIterator[FederationContext]:
    """Take part in the federation for the length of the block."""
    rooms = ephemeral.rooms
    devices = make_devices(e2ee, to_device, transport.client)
    parts = make_inbound(ephemeral, devices.edu_handlers)
    ctx = FederationContext(
        server_name=rooms.server_name,
        signing_key=rooms.author.key,
        now_ms=rooms.clock.now_ms,
        client=transport.client,
        keyring=transport.keyring,
        rooms=parts.rooms,
        staging=parts.staging,
        edus=parts.edus,
        inbound=parts.inbound,
        handshakes=ServicesHandshakes(rooms),
        directory=ServicesDirectory(accounts, rooms),
        devices=devices.port,
        media=ServicesMediaFiles(media),
        back_off=back_off,
    )
    async with running_devices(devices), running_inbound(parts, ctx), open_remote_rooms(ctx, rooms):
        yield ctx
