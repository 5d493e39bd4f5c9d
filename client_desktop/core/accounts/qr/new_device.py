"""Sign in with the help of a device that is signed in.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from client_desktop.core.accounts.device_grant import poll_for_tokens, start_device_grant
from client_desktop.core.accounts.discovery import discover
from client_desktop.core.accounts.oauth_client import (
    ClientDescription,
    new_device_id,
    register_oauth_client,
)
from client_desktop.core.accounts.oauth_sign_in import session_of_tokens
from client_desktop.core.accounts.qr.channel import KeyPair
from client_desktop.core.accounts.qr.code import QrCode, QrIntent
from client_desktop.core.accounts.qr.conversation import (
    ACCEPTED,
    DEVICE_GRANT,
    PROTOCOL,
    PROTOCOLS,
    SECRETS,
    SUCCESS,
    Conversation,
    QrPrompt,
)
from client_desktop.core.accounts.qr.errors import UNSUPPORTED, NotAQrCode, QrFailed
from client_desktop.core.accounts.qr.rendezvous import POLL_S, Rendezvous
from client_desktop.core.accounts.session import Session
from client_desktop.core.clock import Clock
from client_desktop.core.errors import ClientError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_text, as_texts

CLOSING_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class QrSignIn:
    session: Session
    secrets: JsonObject = field(repr=False)
    """The account's secrets as the other device handed them over: `cross_signing`, perhaps `backup`."""


class NewDevice:
    """One sign-in of this client with a QR code."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        clock: Clock,
        prompt: QrPrompt,
        description: ClientDescription,
        poll_s: float = POLL_S,
    ) -> None:
        self._http = http
        self._clock = clock
        self._prompt = prompt
        self._description = description
        self._poll_s = poll_s

    async def show(self, rendezvous_server_url: str) -> QrSignIn:
        """Show a code for the other device to scan; any server that has rendezvous will do for meeting.

        Raises: QrInsecure, QrExpired, Cancelled, QrFailed, ClientError.
        """
        rendezvous = await Rendezvous.create(self._http, rendezvous_server_url, self._poll_s)
        keys = KeyPair()
        await self._prompt.show_code(QrCode(QrIntent.SIGN_IN, keys.public, rendezvous.url).encode())
        async with closing(rendezvous):
            talk = await Conversation.be_scanned(rendezvous, keys, self._prompt)
            async with telling(talk):
                offer = await talk.hear(PROTOCOLS)
                if DEVICE_GRANT not in as_texts(offer.get("protocols")):
                    raise QrFailed(UNSUPPORTED)
                await talk.compare()
                return await self._sign_in(talk, as_text(offer.get("homeserver")))

    async def scan(self, code: QrCode) -> QrSignIn:
        """Sign in to the account of the device whose code was scanned.

        Raises: as `show`; NotAQrCode for a code of another new device.
        """
        if code.intent is not QrIntent.LET_IN:
            raise NotAQrCode("the code of another new device")
        rendezvous = Rendezvous(self._http, code.rendezvous_url, poll_s=self._poll_s)
        async with closing(rendezvous):
            talk = await Conversation.scan(rendezvous, code.public_key, self._prompt)
            async with telling(talk):
                return await self._sign_in(talk, code.server_name)

    async def _sign_in(self, talk: Conversation, server_name: str) -> QrSignIn:
        homeserver = await discover(self._http, server_name)
        metadata = homeserver.oauth
        if metadata is None or not metadata.can_use_device_code:
            raise QrFailed(UNSUPPORTED)
        client_id = await register_oauth_client(self._http, metadata, self._description)
        device_id = new_device_id()
        grant = await start_device_grant(self._http, metadata, client_id, device_id)
        pages = {
            "verification_uri": grant.verification_uri,
            "verification_uri_complete": grant.verification_uri_complete,
        }
        shown = {name: url for name, url in pages.items() if url is not None}
        await talk.say(PROTOCOL, protocol=DEVICE_GRANT, device_id=device_id, device_authorization_grant=shown)
        await self._prompt.open_page("", grant.user_code)
        await talk.hear(ACCEPTED)
        tokens = await poll_for_tokens(self._http, metadata, client_id, grant, self._clock)
        session = await session_of_tokens(self._http, homeserver.url, metadata, client_id, device_id, tokens)
        await talk.say(SUCCESS)
        secrets = await talk.hear(SECRETS)
        return QrSignIn(session, {name: value for name, value in secrets.items() if name != "type"})


@asynccontextmanager
async def telling(talk: Conversation) -> AsyncIterator[None]:
    """Tell the other side what ends the block."""
    try:
        yield
    except ClientError as error:
        await talk.fail(error)
        raise


@asynccontextmanager
async def closing(rendezvous: Rendezvous) -> AsyncIterator[None]:
    """Delete the note once the other side has had time to read what ended the talk."""
    try:
        yield
    except (ClientError, asyncio.CancelledError):
        # It expires within minutes; deleted now, the other side would never learn why.
        raise
    else:
        async with asyncio.timeout(CLOSING_S):
            await rendezvous.close()
