"""The page "Devices": where one is signed in, which of them are verified, and signing them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Property, QObject, Signal, Slot

from client_desktop.core.accounts.managed_elsewhere import ManagedInBrowser
from client_desktop.core.accounts.own_devices import DeviceRecord
from client_desktop.core.changes import DevicesChanged, EncryptionStateChanged
from client_desktop.core.errors import ClientError
from client_desktop.core.values import DeviceSummary
from client_desktop.viewmodels.bridge import Bridge
from client_desktop.viewmodels.browser import Browser
from client_desktop.viewmodels.flow import Flow, shown
from client_desktop.viewmodels.list_model import ValueListModel
from client_desktop.viewmodels.prompt import PromptModel
from client_desktop.viewmodels.words import word

ACTIVE_MS: Final = 5 * 60 * 1000
MINUTE_MS: Final = 60 * 1000
HOUR_MS: Final = 60 * MINUTE_MS
DAY_MS: Final = 24 * HOUR_MS
INACTIVE_MS: Final = 90 * DAY_MS
MONTH_MS: Final = 30 * DAY_MS
PHONES: Final = ("android", "ios", "iphone", "ipad", "element x", "schildi", "fluffychat")
BROWSERS: Final = ("web", "firefox", "chrome", "safari", "edge", "opera", "http")


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """One device as the page shows it."""

    device_id: str
    name: str
    detail: str
    """How and when it was last seen."""
    icon: str
    own: bool
    verified: bool
    can_verify: bool
    """It has keys, and this device may vouch for it."""
    dehydrated: bool
    inactive: bool
    key: str
    """Its fingerprint in groups of four."""


class DevicesModel(Flow):
    """`app.settings.devices`."""

    changed = Signal()

    def __init__(
        self, bridge: Bridge, prompt: PromptModel, browser: Browser, parent: QObject | None = None
    ) -> None:
        super().__init__(bridge, parent)
        self._prompt = prompt
        self._browser = browser
        self._others: ValueListModel[DeviceRow] = ValueListModel(DeviceRow, lambda row: row.device_id, self)
        self._current: DeviceRow | None = None
        self._unverified = 0
        self._loaded = False
        self.listen(DevicesChanged, self._devices_changed)
        self.listen(EncryptionStateChanged, self._encryption_changed)

    current = shown("QVariant", "_current", changed)
    others = Property(QObject, lambda self: self._others, constant=True)
    unverified = shown(int, "_unverified", changed)
    """How many others are not verified."""
    loaded = shown(bool, "_loaded", changed)

    async def account_changed(self) -> None:
        self._others.reset(())
        self.show(_current=None, _unverified=0, _loaded=False)

    @Slot()
    def refresh(self) -> None:
        """Ask the server again: the page is shown."""
        if self.user_id:
            self.act(self._refresh())

    @Slot(str, str)
    def rename(self, device_id: str, name: str) -> None:
        """Give a device another name."""
        if name.strip():
            self.act(self._rename(device_id, name.strip()))

    @Slot(str)
    def signOut(self, device_id: str) -> None:  # noqa: N802
        """Sign another device out."""
        self.act(self._sign_out(device_id))

    @Slot()
    def signOutAll(self) -> None:  # noqa: N802
        """Sign every other device out."""
        self.act(self._sign_out(None))

    async def _refresh(self) -> None:
        client = self.client
        records = await self.bridge.call(client.account.devices)
        now_ms = await self.bridge.call(client.clock.now_ms)
        known = await self.bridge.call(lambda: client.crypto.devices_of(client.me.user_id))
        keys = {device.device_id: device for device in known}
        rows = [device_row(record, keys.get(record.device_id), now_ms) for record in records]
        others = [row for row in rows if not row.own]
        self._others.update(others)
        self.show(
            _current=next((row for row in rows if row.own), None),
            _unverified=sum(1 for row in others if not row.verified and not row.dehydrated),
            _loaded=True,
        )

    async def _rename(self, device_id: str, name: str) -> None:
        client = self.client
        await self.bridge.call(lambda: client.account.rename_device(device_id, name))
        await self._refresh()

    async def _sign_out(self, device_id: str | None) -> None:
        client, prompt = self.client, self._prompt
        try:
            if device_id is None:
                await self.bridge.call(lambda: client.account.sign_out_all_others(prompt))
            else:
                await self.bridge.call(lambda: client.account.sign_out_devices([device_id], prompt))
        except ManagedInBrowser as elsewhere:
            if elsewhere.url is None:
                raise
            await self._browser.open(elsewhere.url)
            return
        await self._refresh()

    def _devices_changed(self, change: DevicesChanged) -> None:
        if change.account == self.user_id and self.user_id in change.user_ids:
            self._refresh_quietly()

    def _encryption_changed(self, change: EncryptionStateChanged) -> None:
        if change.account == self.user_id:
            self._refresh_quietly()

    def _refresh_quietly(self) -> None:
        """What is shown is renewed; a page that was never opened needs nothing."""
        if self._loaded:
            self.start(self._try_refresh())

    async def _try_refresh(self) -> None:
        try:
            await self._refresh()
        except ClientError:
            return  # the next change, or opening the page, asks again


def device_row(record: DeviceRecord, keys: DeviceSummary | None, now_ms: int) -> DeviceRow:
    """Join what the server tells of a device with what is known of its keys."""
    dehydrated = keys is not None and keys.dehydrated
    return DeviceRow(
        device_id=record.device_id,
        name=record.name or word("settings.devices_unnamed"),
        detail=word("settings.devices_dehydrated") if dehydrated else _detail(record, now_ms),
        icon=_icon(record.name),
        own=record.own,
        verified=keys is not None and keys.verified,
        can_verify=keys is not None and not keys.verified and not record.own,
        dehydrated=dehydrated,
        inactive=_age_ms(record, now_ms) > INACTIVE_MS,
        key=grouped(keys.ed25519_key) if keys is not None else "",
    )


def grouped(key: str) -> str:
    """Write a key in groups of four, as people compare it."""
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def last_seen_text(age_ms: int) -> str:
    """Say how long ago something was, roughly."""
    if age_ms < ACTIVE_MS:
        return word("settings.devices_active_now")
    if age_ms < HOUR_MS:
        return word("settings.time_minutes", n=age_ms // MINUTE_MS)
    if age_ms < DAY_MS:
        return word("settings.time_hours", n=age_ms // HOUR_MS)
    if age_ms < 2 * DAY_MS:
        return word("settings.time_yesterday")
    return word("settings.time_days", n=age_ms // DAY_MS)


def _detail(record: DeviceRecord, now_ms: int) -> str:
    if record.own:
        seen = word("settings.devices_active_now")
    elif record.last_seen_ms is None:
        seen = word("settings.devices_unknown_time")
    else:
        seen = last_seen_text(_age_ms(record, now_ms))
    return " · ".join(part for part in (record.last_seen_ip or "", seen) if part)


def _age_ms(record: DeviceRecord, now_ms: int) -> int:
    return 0 if record.own or record.last_seen_ms is None else max(0, now_ms - record.last_seen_ms)


def _icon(name: str) -> str:
    folded = name.casefold()
    if any(phone in folded for phone in PHONES):
        return "smartphone"
    return "globe" if any(browser in folded for browser in BROWSERS) else "monitor"
