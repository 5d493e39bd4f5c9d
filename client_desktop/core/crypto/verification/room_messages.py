"""Verification messages in rooms: sent so that everybody who is to read them can."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence

from client_desktop.core.api import Api, path
from client_desktop.core.crypto.crypto import Crypto
from client_desktop.core.crypto.errors import IdentityChanged
from client_desktop.core.crypto.room_settings import SendTo
from client_desktop.core.errors import BadAnswer
from client_desktop.core.events import ClearEvent
from client_desktop.core.json_types import ReadonlyJsonObject
from client_desktop.core.shapes import as_text


class RoomVerificationMessages:
    """Sends past the queue of what people write: a verification waits for nothing."""

    def __init__(self, api: Api, crypto: Crypto, direct_room: Callable[[str], Awaitable[str]]) -> None:
        self._api = api
        self._crypto = crypto
        self._direct_room = direct_room

    async def send(self, room_id: str, event_type: str, content: ReadonlyJsonObject) -> str:
        """Send an event and return its id.

        Raises: ClientError.
        """
        sent_type, sent_content = await self._encrypt(room_id, event_type, content)
        target = path("/_matrix/client/v3/rooms/{}/send/{}/{}", room_id, sent_type, uuid.uuid4().hex)
        event_id = as_text((await self._api.put(target, sent_content, retry=True)).get("event_id"))
        if not event_id:
            raise BadAnswer("an event without an id")
        return event_id

    async def direct_room(self, user_id: str) -> str:
        return await self._direct_room(user_id)

    async def decrypt(self, room_id: str, events: Sequence[ReadonlyJsonObject]) -> Sequence[ClearEvent]:
        return await self._crypto.decrypt_events(room_id, events)

    async def _encrypt(
        self, room_id: str, event_type: str, content: ReadonlyJsonObject
    ) -> tuple[str, ReadonlyJsonObject]:
        """Encrypt, unless those who are to be verified would be kept out just for not being verified.

        Spec: https://spec.matrix.org/v1.19/client-server-api/#key-verification-framework
        """
        open_to_all = self._crypto.settings.recipients(room_id) is SendTo.EVERYBODY
        if not self._crypto.is_encrypted(room_id) or not open_to_all:
            return event_type, content
        try:
            return await self._crypto.encrypt(room_id, event_type, content)
        except IdentityChanged:
            return event_type, content
