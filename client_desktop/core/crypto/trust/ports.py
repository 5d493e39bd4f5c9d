"""What identities, secrets and verifications need of the machine below."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.ports import ToDeviceHandler, ToDeviceMessages
from client_desktop.core.json_types import JsonObject

Authorize: TypeAlias = Callable[[Callable[[JsonObject | None], Awaitable[JsonObject]]], Awaitable[JsonObject]]
"""Sends a request, with proof that it is the account's owner who asks where the server wants one."""


class OwnDevice(Protocol):
    """This device. (`OlmAccount` is one.)"""

    @property
    def user_id(self) -> str: ...

    @property
    def device_id(self) -> str: ...

    @property
    def ed25519(self) -> str: ...

    def sign(self, message: bytes) -> str: ...

    def device_keys(self) -> JsonObject: ...


class Devices(Protocol):
    """Devices of people. (`DeviceLists` is one.)"""

    def of_user(self, user_id: str) -> list[Device]: ...

    def device(self, user_id: str, device_id: str) -> Device | None: ...

    async def current(
        self, user_ids: Sequence[str], *, even_if_current: bool = False
    ) -> dict[str, list[Device]]: ...


class ToDevicePort(Protocol):
    """What carries messages from device to device."""

    def on(self, event_type: str, handler: ToDeviceHandler) -> None: ...

    async def send(self, event_type: str, messages: ToDeviceMessages, *, encrypted: bool = False) -> None: ...
