"""The certificates of all listeners: taken up when they are renewed, told of before they expire."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

import structlog

from homeserver.clock import Clock
from homeserver.config.listeners import Listener
from homeserver.http.gauges import Sample
from homeserver.http.tls import Certificate, CertificateUnusable

log = structlog.get_logger(__name__)

CHECK_EVERY_S: Final = 60.0
SOON: Final = timedelta(days=7)
"""Who renews by a program does so weeks before."""


class State(StrEnum):
    """How a certificate stands with the clock; each is told once."""

    VALID = "valid"
    EXPIRES_SOON = "certificate_expires_soon"
    EXPIRED = "certificate_expired"


class ServedCertificates:
    """What the listeners of this process show to those who connect."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states: dict[Certificate, State] = {}
        self._watcher: asyncio.Task[None] | None = None

    def context_of(self, listener: Listener) -> ssl.SSLContext | None:
        """Load a listener's certificate, None where it speaks no TLS. Raises: CertificateUnusable."""
        if listener.tls_certificate is None or listener.tls_key is None:
            return None
        certificate = Certificate(listener.tls_certificate, listener.tls_key)
        self._states[certificate] = State.VALID
        self._look_at(certificate)
        self._watcher = self._watcher or asyncio.create_task(self._watch(), name="certificate-watcher")
        return certificate.context

    def reload(self) -> None:
        """Take up renewed certificates; one that cannot be read is logged and the old one stays."""
        for certificate in self._states:
            try:
                if certificate.reload_if_changed():
                    log.info("certificate_reloaded", file=str(certificate.file))
            except CertificateUnusable as error:
                log.error("certificate_not_reloaded", file=str(certificate.file), reason=str(error))
            self._look_at(certificate)

    def samples(self) -> Iterator[Sample]:
        """Say when each expires, in seconds since the epoch."""
        name, text = "certificate_expiry_timestamp_seconds", "When a listener's certificate expires"
        for certificate in self._states:
            labels = {"file": str(certificate.file)}
            yield Sample(name, text, certificate.expires.timestamp(), labels=labels)

    async def stop(self) -> None:
        """End the watching."""
        if self._watcher:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_EVERY_S)
            self.reload()

    def _look_at(self, certificate: Certificate) -> None:
        state = self._state_of(certificate)
        if state is not self._states[certificate] and state is not State.VALID:
            tell = log.error if state is State.EXPIRED else log.warning
            tell(
                state.value,
                file=str(certificate.file),
                expires=certificate.expires.isoformat(),
                remedy="renew the file: it is taken up within a minute, or at once with SIGHUP",
            )
        self._states[certificate] = state

    def _state_of(self, certificate: Certificate) -> State:
        now = datetime.fromtimestamp(self._clock.now_ms() / 1000, UTC)
        if now >= certificate.expires:
            return State.EXPIRED
        return State.EXPIRES_SOON if now + SOON >= certificate.expires else State.VALID
