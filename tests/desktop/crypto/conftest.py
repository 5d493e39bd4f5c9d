"""Devices for tests of encryption."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.api.client import ApiClient
from tests.desktop.crypto.devices import EncryptingDevice, OpenDevice
from tests.desktop.crypto.secured_devices import OpenSecuredDevice
from tests.support.fake_clock import FakeClock


@pytest.fixture
async def open_device(
    nobody: ApiClient, http: aiohttp.ClientSession, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[OpenDevice]:
    opener = OpenDevice(nobody, http, clock, tmp_path / "devices")
    yield opener
    for device in opener.opened:
        device.crypto.close()
        device.store.close()


@pytest.fixture
async def alice(open_device: OpenDevice) -> EncryptingDevice:
    return await open_device("alice")


@pytest.fixture
async def bob(open_device: OpenDevice) -> EncryptingDevice:
    return await open_device("bob")


@pytest.fixture
async def open_secured(
    nobody: ApiClient, http: aiohttp.ClientSession, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[OpenSecuredDevice]:
    """Devices with identities, backup and verifications: `await open_secured("alice")`."""
    opener = OpenSecuredDevice(nobody, http, clock, tmp_path / "secured")
    yield opener
    await opener.close_all()
