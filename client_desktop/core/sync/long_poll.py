"""Following by `/v3/sync`, which every server knows."""

from __future__ import annotations

import orjson

from client_desktop.core.api import Api
from client_desktop.core.errors import MatrixError
from client_desktop.core.sync.batch import SyncBatch
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.read_v3 import read_v3
from client_desktop.core.sync.stored_token import V3
from client_desktop.core.sync.sync_filter import SYNC_FILTER
from client_desktop.core.sync.transport import TokenForgotten
from client_desktop.core.values import SyncTransport

POLL_MS = 30_000
MARGIN_S = 30.0
WHOLE_TIMEOUT_S = 600.0
"""The first answer of a large account takes a server its time."""


class LongPoll:
    """Ask, wait, ask again."""

    kind = SyncTransport.LONG_POLL
    token_kind = V3

    def __init__(self, api: Api, presence: PresenceChoice) -> None:
        self._api = api
        self._presence = presence
        self._caught_up = False

    async def next(self, token: str | None) -> SyncBatch:
        timeout_ms = POLL_MS if self._caught_up and token is not None else 0
        query = {
            "filter": orjson.dumps(SYNC_FILTER).decode(),
            "since": token,
            "timeout": timeout_ms,
            "set_presence": self._presence.state,
            "use_state_after": True,
            "org.matrix.msc4222.use_state_after": True,
        }
        timeout_s = WHOLE_TIMEOUT_S if token is None else timeout_ms / 1000 + MARGIN_S
        try:
            body = await self._api.get("/_matrix/client/v3/sync", query, timeout_s=timeout_s)
        except MatrixError as error:
            if token is not None and error.status == 400:
                raise TokenForgotten(str(error)) from error
            raise
        self._caught_up = True
        return read_v3(body, whole=token is None)

    async def applied(self, token: str) -> None:
        return None

    async def close(self) -> None:
        self._caught_up = False
