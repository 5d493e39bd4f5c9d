"""Messages between the two devices once the channel is there, and how it comes to be."""

from __future__ import annotations

import hmac
from typing import Final, Protocol

import orjson

from client_desktop.core.accounts.qr.channel import OK, Channel, KeyPair
from client_desktop.core.accounts.qr.errors import (
    UNEXPECTED,
    USER_CANCELLED,
    QrExpired,
    QrFailed,
    QrInsecure,
)
from client_desktop.core.accounts.qr.rendezvous import Rendezvous
from client_desktop.core.errors import Cancelled, ClientError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_text

PROTOCOLS: Final = "m.login.protocols"
PROTOCOL: Final = "m.login.protocol"
ACCEPTED: Final = "m.login.protocol_accepted"
DECLINED: Final = "m.login.declined"
SUCCESS: Final = "m.login.success"
SECRETS: Final = "m.login.secrets"
FAILURE: Final = "m.login.failure"
DEVICE_GRANT: Final = "device_authorization_grant"


class QrPrompt(Protocol):
    """What the user is shown and asked, on either device."""

    async def show_code(self, code: bytes) -> None:
        """Show a QR code with these bytes; returns at once."""
        ...

    async def show_check_code(self, digits: str) -> None:
        """Show the two digits to be typed on the other device; returns at once."""
        ...

    async def ask_check_code(self) -> str | None:
        """Return the digits that the other device shows; None gives up."""
        ...

    async def open_page(self, url: str, user_code: str) -> None:
        """On the device that is signed in: open the page on which the user agrees, in the browser.

        On the new device (`url` empty): show the code, in case the page asks for it.
        """
        ...


class Conversation:
    """The two devices' talk. Everything that goes wrong is told to the other side, once."""

    def __init__(self, rendezvous: Rendezvous, channel: Channel, prompt: QrPrompt) -> None:
        self._rendezvous = rendezvous
        self._channel = channel
        self._prompt = prompt

    @classmethod
    async def scan(cls, rendezvous: Rendezvous, their_key: bytes, prompt: QrPrompt) -> Conversation:
        """As the device that scanned.

        Raises: QrInsecure, QrExpired, ClientError.
        """
        channel, first = KeyPair().scanned(their_key)
        await rendezvous.send(first)
        if channel.decrypt(await rendezvous.receive()) != OK:
            raise QrInsecure("another answer")
        await prompt.show_check_code(channel.check_code)
        return cls(rendezvous, channel, prompt)

    @classmethod
    async def be_scanned(cls, rendezvous: Rendezvous, keys: KeyPair, prompt: QrPrompt) -> Conversation:
        """As the device that shows the code. Nothing may be trusted before `compare`.

        Raises: QrInsecure, QrExpired, ClientError.
        """
        channel = keys.was_scanned(await rendezvous.receive())
        await rendezvous.send(channel.encrypt(OK))
        return cls(rendezvous, channel, prompt)

    async def compare(self) -> None:
        """Have the user type what the other device shows.

        Raises: QrInsecure, Cancelled.
        """
        typed = await self._prompt.ask_check_code()
        if typed is None:
            raise Cancelled("given up")
        if not hmac.compare_digest(typed.strip().encode(), self._channel.check_code.encode()):
            raise QrInsecure("the digits are others")

    async def say(self, kind: str, **members: object) -> None:
        """Raises: QrExpired, ClientError."""
        await self._rendezvous.send(self._channel.encrypt(orjson.dumps({"type": kind, **members})))

    async def hear(self, *kinds: str) -> JsonObject:
        """Wait for a message of one of these kinds.

        Raises: QrFailed for any other, with the other side's reason; Cancelled where its user said no.
        """
        try:
            message = orjson.loads(self._channel.decrypt(await self._rendezvous.receive()))
        except orjson.JSONDecodeError:
            raise QrFailed(UNEXPECTED) from None
        kind = as_text(message.get("type")) if isinstance(message, dict) else ""
        if kind in kinds:
            return dict(message)
        reason = as_text(message.get("reason"), limit=100) if kind == FAILURE else ""
        if kind == DECLINED or reason == USER_CANCELLED:
            raise Cancelled("refused on the other device")
        raise QrFailed(reason or UNEXPECTED)

    async def fail(self, error: ClientError) -> None:
        """Tell the other side why this ends; somebody who is not the other side is left with nothing."""
        if isinstance(error, QrInsecure):
            await self._rendezvous.close()
        if isinstance(error, QrExpired | QrInsecure):
            return
        reason = error.reason if isinstance(error, QrFailed) else USER_CANCELLED
        try:
            await self.say(FAILURE, reason=reason)
        except ClientError:
            return
