"""Let a new device in, from one that is signed in, and hand it the account's secrets.

Spec: https://github.com/matrix-org/matrix-spec-proposals/pull/4108
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

import aiohttp

from client_desktop.core.accounts.answers import MAX_DEVICE_ID_CHARACTERS
from client_desktop.core.accounts.oauth_metadata import fetch_oauth_metadata
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
from client_desktop.core.accounts.qr.errors import (
    DEVICE_EXISTS,
    DEVICE_NOT_FOUND,
    UNEXPECTED,
    UNSUPPORTED,
    NotAQrCode,
    QrFailed,
)
from client_desktop.core.accounts.qr.new_device import telling
from client_desktop.core.accounts.qr.rendezvous import POLL_S, Rendezvous
from client_desktop.core.accounts.web import checked_url
from client_desktop.core.api import Api, path
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_object, as_text
from federation.protocol.ids import server_name_of

DEVICE: Final = "/_matrix/client/v3/devices/{}"
LOOKS: Final = 10
"""How often it is looked for the new device, a second apart."""

Secrets: TypeAlias = Callable[[], Awaitable[JsonObject]]
"""Returns what makes the new device one of the account's: `cross_signing`, and `backup` if there is one."""


class ExistingDevice:
    """One new device that this client lets in."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        api: Api,
        user_id: str,
        prompt: QrPrompt,
        secrets: Secrets,
        poll_s: float = POLL_S,
    ) -> None:
        self._http = http
        self._api = api
        self._user_id = user_id
        self._prompt = prompt
        self._secrets = secrets
        self._poll_s = poll_s

    async def show(self) -> str:
        """Show a code for the new device to scan; return the new device's id.

        Raises: QrInsecure, QrExpired, Cancelled, QrFailed, ClientError.
        """
        await self._require_grant()
        rendezvous = await Rendezvous.create(self._http, self._api.base_url, self._poll_s)
        keys = KeyPair()
        name = server_name_of(self._user_id)
        code = QrCode(QrIntent.LET_IN, keys.public, rendezvous.url, name)
        await self._prompt.show_code(code.encode())
        talk = await Conversation.be_scanned(rendezvous, keys, self._prompt)
        async with telling(talk):
            return await self._let_in(talk, compare=True)

    async def scan(self, code: QrCode) -> str:
        """Let in the device whose code was scanned; return its id.

        Raises: as `show`; NotAQrCode for a code of a device that is signed in.
        """
        if code.intent is not QrIntent.SIGN_IN:
            raise NotAQrCode("the code of a device that is signed in")
        await self._require_grant()
        rendezvous = Rendezvous(self._http, code.rendezvous_url, poll_s=self._poll_s)
        talk = await Conversation.scan(rendezvous, code.public_key, self._prompt)
        async with telling(talk):
            name = server_name_of(self._user_id)
            await talk.say(PROTOCOLS, protocols=[DEVICE_GRANT], homeserver=name)
            return await self._let_in(talk, compare=False)

    async def _require_grant(self) -> None:
        metadata = await fetch_oauth_metadata(self._http, self._api.base_url)
        if metadata is None or not metadata.can_use_device_code:
            raise QrFailed(UNSUPPORTED)

    async def _let_in(self, talk: Conversation, *, compare: bool) -> str:
        wanted = await talk.hear(PROTOCOL)
        if wanted.get("protocol") != DEVICE_GRANT:
            raise QrFailed(UNSUPPORTED)
        device_id = as_text(wanted.get("device_id"))
        if not 0 < len(device_id) <= MAX_DEVICE_ID_CHARACTERS:
            raise QrFailed(UNEXPECTED)
        if await self._device_exists(device_id):
            raise QrFailed(DEVICE_EXISTS)
        page = self._page(as_object(wanted.get(DEVICE_GRANT)))
        if compare:
            await talk.compare()
        await self._prompt.open_page(page, "")
        await talk.say(ACCEPTED)
        await talk.hear(SUCCESS)
        await self._until_here(device_id)
        await talk.say(SECRETS, **await self._secrets())
        return device_id

    def _page(self, grant: JsonObject) -> str:
        url = grant.get("verification_uri_complete") or grant.get("verification_uri")
        return checked_url(url, "the page", plain_http=self._api.base_url.startswith("http:"))

    async def _device_exists(self, device_id: str) -> bool:
        try:
            await self._api.get(path(DEVICE, device_id))
        except MatrixError as error:
            if error.status == 404:
                return False
            raise
        return True

    async def _until_here(self, device_id: str) -> None:
        for _ in range(LOOKS):
            if await self._device_exists(device_id):
                return
            await asyncio.sleep(self._poll_s)
        raise QrFailed(DEVICE_NOT_FOUND)
