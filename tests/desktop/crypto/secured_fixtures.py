"""Fixtures of tests whose devices have identities, backup and verifications; a conftest.py imports them."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest_asyncio

from tests.api.client import ApiClient
from tests.desktop.crypto.secured_devices import OpenSecuredDevice, SecuredDevice
from tests.desktop.homeserver import Homeserver
from tests.support.fake_clock import FakeClock


@pytest_asyncio.fixture(loop_scope="module")
async def open_secured(
    shared_server: Homeserver,
    shared_http: aiohttp.ClientSession,
    shared_clock: FakeClock,
    account_numbers: Iterator[int],
    tmp_path: Path,
) -> AsyncIterator[OpenSecuredDevice]:
    """`await open_secured("alice")`: a new device of that account of this test's."""
    plain = ApiClient(shared_http, shared_server.url)
    suffix = f"-s{next(account_numbers)}"
    opener = OpenSecuredDevice(plain, shared_http, shared_clock, tmp_path / "secured", suffix)
    yield opener
    await opener.close_all()


@pytest_asyncio.fixture(loop_scope="module")
async def alice(open_secured: OpenSecuredDevice) -> SecuredDevice:
    return await open_secured("alice")


@pytest_asyncio.fixture(loop_scope="module")
async def bob(open_secured: OpenSecuredDevice) -> SecuredDevice:
    return await open_secured("bob")
