"""Secrets from one device of the account to another: asked for and handed out among verified ones only.

Spec: https://spec.matrix.org/v1.19/client-server-api/#sharing
"""

from __future__ import annotations

import logging
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

from client_desktop.core.clock import Clock
from client_desktop.core.crypto.device_keys import Device
from client_desktop.core.crypto.ports import ToDeviceMessage
from client_desktop.core.crypto.trust.ports import Devices, OwnDevice, ToDevicePort
from client_desktop.core.crypto.trust.trust import Trust
from client_desktop.core.shapes import as_text
from client_desktop.core.store import Store
from client_desktop.core.store.secrets import (
    SecretRequest,
    delete_request,
    select_request,
    select_requests,
    upsert_request,
)

log = logging.getLogger(__name__)

REQUEST: Final = "m.secret.request"
SEND: Final = "m.secret.send"
MAX_SECRET_CHARACTERS: Final = 16_384
WAITING_MS: Final = 15 * 60 * 1000
"""How long a request of a device that is not verified yet may wait for that."""
MAX_WAITING: Final = 32
MAX_ANSWERED: Final = 256

T = TypeVar("T")


class SecretSharing:
    """Both sides of it. `give` finds a secret that is here; `take` tells whether one that came is right."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        me: OwnDevice,
        devices: Devices,
        trust: Trust,
        to_device: ToDevicePort,
        give: Callable[[str], str | None],
        take: Callable[[str, str], Awaitable[bool]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._me = me
        self._devices = devices
        self._trust = trust
        self._to_device = to_device
        self._give = give
        self._take = take
        self._waiting: OrderedDict[tuple[str, str], tuple[str, int]] = OrderedDict()
        """Requests of devices that are not verified (yet): name and time, by device and request."""
        self._answered: OrderedDict[tuple[str, str], None] = OrderedDict()
        to_device.on(REQUEST, self._receive_request)
        to_device.on(SEND, self._receive_secret)

    async def request(self, names: Iterable[str]) -> bool:
        """Ask the account's other verified devices for secrets; tell whether there was one to ask.

        Raises: ClientError.
        """
        device_ids = tuple(device.device_id for device in self._verified_others())
        if not device_ids:
            return False
        for name in names:
            request = SecretRequest(name, secrets.token_urlsafe(16), device_ids, self._clock.now_ms())
            with self._store.transaction() as db:
                upsert_request(db, request)
            content = {
                "action": "request",
                "name": name,
                "requesting_device_id": self._me.device_id,
                "request_id": request.request_id,
            }
            await self._tell(device_ids, content)
        return True

    @property
    def requested(self) -> frozenset[str]:
        """Names of secrets that were asked for and have not come."""
        return frozenset(request.name for request in select_requests(self._store.db))

    async def withdraw(self, name: str) -> None:
        """Need a secret no more that was asked for.

        Raises: ClientError.
        """
        for request in select_requests(self._store.db):
            if request.name == name:
                await self._finish(request, answered_by="")

    async def answer_waiting(self) -> None:
        """Answer requests of devices that have been verified since they asked.

        Raises: ClientError.
        """
        for (device_id, request_id), (name, asked_ms) in list(self._waiting.items()):
            device = self._verified_device(device_id)
            if self._clock.now_ms() - asked_ms > WAITING_MS:
                self._waiting.pop((device_id, request_id), None)
            elif device is not None:
                self._waiting.pop((device_id, request_id), None)
                await self._hand_out(device, request_id, name)

    async def _receive_request(self, message: ToDeviceMessage) -> None:
        """Hear another device ask. Who says so is no matter: the answer goes to a verified device."""
        content = message.content
        device_id = as_text(content.get("requesting_device_id"), limit=255)
        request_id = as_text(content.get("request_id"), limit=255)
        if message.sender != self._me.user_id or device_id in ("", self._me.device_id) or not request_id:
            return
        if content.get("action") == "request_cancellation":
            self._waiting.pop((device_id, request_id), None)
            return
        name = as_text(content.get("name"), limit=255)
        if content.get("action") != "request" or (device_id, request_id) in self._answered:
            return
        device = self._verified_device(device_id)
        if device is not None:
            await self._hand_out(device, request_id, name)
        else:
            self._waiting[device_id, request_id] = name, self._clock.now_ms()
            _limit(self._waiting, MAX_WAITING)

    async def _hand_out(self, device: Device, request_id: str, name: str) -> None:
        secret = self._give(name)
        if secret is None:
            return
        self._answered[device.device_id, request_id] = None
        _limit(self._answered, MAX_ANSWERED)
        log.info("secret %s is given to own device %s", name, device.device_id)
        content = {"request_id": request_id, "secret": secret}
        await self._to_device.send(SEND, {device.user_id: {device.device_id: content}}, encrypted=True)

    async def _receive_secret(self, message: ToDeviceMessage) -> None:
        """Take a secret from a device that was asked for it, if that is a verified one of ours."""
        device, content = message.device, message.content
        request = select_request(self._store.db, as_text(content.get("request_id"), limit=255))
        secret = as_text(content.get("secret"))
        if request is None or device is None or not message.encrypted or not secret:
            return
        known = self._verified_device(device.device_id)
        asked = device.user_id == self._me.user_id and device.device_id in request.device_ids
        if not asked or known is None or known.ed25519 != device.ed25519:
            log.warning("a secret from a device that was not asked or is not verified is ignored")
            return
        if len(secret) <= MAX_SECRET_CHARACTERS and await self._take(request.name, secret):
            await self._finish(request, answered_by=device.device_id)

    async def _finish(self, request: SecretRequest, answered_by: str) -> None:
        """Forget a request and tell the others that they need not answer."""
        with self._store.transaction() as db:
            delete_request(db, request.name)
        others = tuple(device_id for device_id in request.device_ids if device_id != answered_by)
        content = {
            "action": "request_cancellation",
            "requesting_device_id": self._me.device_id,
            "request_id": request.request_id,
        }
        await self._tell(others, content)

    async def _tell(self, device_ids: Iterable[str], content: dict[str, str]) -> None:
        messages = {device_id: dict(content) for device_id in device_ids}
        if messages:
            await self._to_device.send(REQUEST, {self._me.user_id: messages})

    def _verified_others(self) -> list[Device]:
        found = (
            self._verified_device(device.device_id) for device in self._devices.of_user(self._me.user_id)
        )
        return [device for device in found if device is not None and not device.dehydrated]

    def _verified_device(self, device_id: str) -> Device | None:
        """Return another device of ours, if it is verified and not blocked."""
        device = self._devices.device(self._me.user_id, device_id)
        if device is None or device.blocked or device.ed25519 == self._me.ed25519:
            return None
        return device if self._trust.device_verified(device) else None


def _limit(entries: OrderedDict[tuple[str, str], T], most: int) -> None:
    while len(entries) > most:
        entries.popitem(last=False)
