"""Puts together what concerns devices of other servers' users, and ours in their eyes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from federation.transport.client import FederationClient
from homeserver.e2ee.context import E2eeContext, NoPeerKeys
from homeserver.e2ee.to_device_context import ToDeviceContext
from homeserver.peers.devices import ServicesDevices
from homeserver.peers.edu_receivers import EduHandler
from homeserver.peers.follow_device_lists import DeviceListFollower
from homeserver.peers.receive_devices import device_edu_handlers
from homeserver.peers.remote_device_lists import RemoteDeviceLists
from homeserver.peers.remote_keys import PeersKeys


@dataclass(frozen=True, slots=True)
class DeviceParts:
    """What a FederationContext is given for devices, and what runs in the background."""

    e2ee: E2eeContext
    port: ServicesDevices
    edu_handlers: Mapping[str, EduHandler]
    keys: PeersKeys
    follower: DeviceListFollower


def make_devices(e2ee: E2eeContext, to_device: ToDeviceContext, client: FederationClient) -> DeviceParts:
    """Build the parts; nothing runs yet."""
    lists = RemoteDeviceLists(e2ee, client)
    return DeviceParts(
        e2ee,
        ServicesDevices(e2ee),
        device_edu_handlers(e2ee, to_device, lists),
        PeersKeys(e2ee, client, lists),
        DeviceListFollower(e2ee, to_device, lists),
    )


@asynccontextmanager
async def running_devices(parts: DeviceParts) -> AsyncIterator[None]:
    """Answer questions about other servers' users, and keep their lists, for the length of the block."""
    parts.e2ee.tailer.subscribe(parts.follower.apply, reset=parts.follower.missed)
    await parts.follower.start()
    parts.e2ee.peers.keys = parts.keys
    try:
        yield
    finally:
        parts.e2ee.peers.keys = NoPeerKeys()
        await parts.follower.stop()
