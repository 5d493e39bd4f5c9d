"""Devices with identities, backup and verifications, each step of theirs taken by the test."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import aiohttp

from client_desktop.core.api import Api, FixedToken
from client_desktop.core.crypto.account_crypto import AccountCrypto
from client_desktop.core.crypto.crypto import Crypto
from client_desktop.core.errors import NeedsInteractiveAuth
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import JsonObject
from client_desktop.core.store import Store
from client_desktop.core.store.account_data import upsert_account_data
from tests.api.client import ApiClient
from tests.desktop.crypto.devices import PICKLE_KEY, EncryptingDevice
from tests.support.fake_clock import FakeClock


class SecuredDevice(EncryptingDevice):
    """As `EncryptingDevice`, with everything on top."""

    rooms_with: dict[str, str]

    @property
    def secured(self) -> AccountCrypto:
        return cast("AccountCrypto", self.crypto)

    async def sync(self) -> dict[str, list[ClearEvent]]:
        batch = await self.pull()
        with self.store.transaction() as db:
            for event in batch.get("account_data", {}).get("events", []):
                upsert_account_data(db, "", event["type"], event["content"])
        events = await self.take(batch)
        self.since = batch["next_batch"]
        for room_id, of_room in events.items():
            self.secured.note_room_events(room_id, of_room)
        await self.crypto.after_sync()
        await self.secured.verifications.work()
        return events

    async def set_up(self, passphrase: str = "") -> str:
        """Make identity, storage and backup; return the recovery key."""
        recovery_key = await self.secured.recovery.set_up(without_proof, passphrase)
        await self.sync()
        return recovery_key

    def _open_crypto(self) -> Crypto:
        return AccountCrypto.open_account(
            self.user_id,
            self.device_id,
            self.api,
            self.store,
            self.changes,
            self.clock,
            self.rooms,
            self._direct_room,
            PICKLE_KEY,
        )

    async def _direct_room(self, user_id: str) -> str:
        return self.rooms_with[user_id]


class OpenSecuredDevice:
    """`device = await open_secured("alice")`: a new device of that account, signed in and synced once."""

    def __init__(
        self,
        nobody: ApiClient,
        http: aiohttp.ClientSession,
        clock: FakeClock,
        folder: Path,
        suffix: str,
    ) -> None:
        """`suffix` of every account's name: several tests share a server."""
        self._suffix = suffix
        self._nobody = nobody
        self._http = http
        self._clock = clock
        self._folder = folder
        self._known: set[str] = set()
        self.opened: list[SecuredDevice] = []

    async def __call__(self, name: str) -> SecuredDevice:
        name += self._suffix
        plain = await (self._nobody.log_in(name) if name in self._known else self._nobody.register(name))
        self._known.add(name)
        assert plain.access_token is not None
        api = Api(self._nobody.base_url, self._http, FixedToken(plain.access_token))
        store = Store.open(self._folder / f"{plain.device_id}.db")
        device = SecuredDevice(plain, api, store, self._clock)
        device.rooms_with = {}
        self.opened.append(device)
        await device.sync()
        return device

    async def close_all(self) -> None:
        for device in self.opened:
            await device.secured.stop()
            device.store.close()


async def without_proof(call: Callable[[JsonObject | None], Awaitable[JsonObject]]) -> JsonObject:
    """Send a request that needs no proof of who asks."""
    return await call(None)


class WithPassword:
    """Proves who asks by the password of the test's accounts."""

    def __init__(self, device: SecuredDevice) -> None:
        self._device = device
        self.asked = 0

    async def __call__(self, call: Callable[[JsonObject | None], Awaitable[JsonObject]]) -> JsonObject:
        try:
            return await call(None)
        except NeedsInteractiveAuth as need:
            self.asked += 1
            return await call(self._device.plain.password_auth(session=need.session))


async def settle(*devices: SecuredDevice, rounds: int = 4) -> None:
    """Let everybody hear of everything that the others did."""
    for _ in range(rounds):
        for device in devices:
            await device.sync()
