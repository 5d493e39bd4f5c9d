"""Following by simplified sliding sync: the liveliest rooms come first, the others soon after.

Spec: https://github.com/matrix-org/matrix-spec-proposals/blob/main/proposals/4186-simplified-sliding-sync.md
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import orjson

from client_desktop.core.api import Api
from client_desktop.core.errors import MatrixError
from client_desktop.core.json_types import JsonObject
from client_desktop.core.shapes import as_count, as_object, as_optional_text, as_text
from client_desktop.core.sync.batch import SyncBatch
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.read_sliding import read_sliding
from client_desktop.core.sync.stored_token import SLIDING
from client_desktop.core.sync.sync_filter import TIMELINE_LIMIT
from client_desktop.core.sync.transport import TokenForgotten
from client_desktop.core.values import SyncTransport

PATH: Final = "/_matrix/client/unstable/org.matrix.simplified_msc3575/sync"
CONNECTION: Final = "parlour"
LIST: Final = "all"
FIRST_WINDOW: Final = 20
WINDOW_STEP: Final = 100
POLL_MS: Final = 30_000
MARGIN_S: Final = 60.0

SINGLE_STATE: Final = (
    "m.room.create",
    "m.room.name",
    "m.room.topic",
    "m.room.avatar",
    "m.room.canonical_alias",
    "m.room.encryption",
    "m.room.power_levels",
    "m.room.join_rules",
    "m.room.history_visibility",
    "m.room.guest_access",
    "m.room.server_acl",
    "m.room.tombstone",
    "m.room.pinned_events",
    "m.room.policy",
)
KEYED_STATE: Final = (
    "m.space.child",
    "m.space.parent",
    "m.room.image_pack",
    "im.ponies.room_emotes",
    "m.room.third_party_invite",
)
REQUIRED_STATE: Final = (
    *((type_, "") for type_ in SINGLE_STATE),
    *((type_, "*") for type_ in KEYED_STATE),
    ("m.room.member", "$ME"),
    ("m.room.member", "$LAZY"),
)


@dataclass(frozen=True, slots=True)
class SlidingToken:
    """Where we are: `pos` on the connection, empty before its first answer, and in the to-device messages."""

    pos: str = ""
    to_device: str = ""

    def text(self) -> str:
        return orjson.dumps([self.pos, self.to_device]).decode()

    @classmethod
    def read(cls, text: str | None) -> SlidingToken:
        """Read what `text` wrote; what is none of it begins anew."""
        try:
            pos, to_device = orjson.loads(text or "[]")
        except (orjson.JSONDecodeError, ValueError, TypeError):
            return cls()
        return cls(as_text(pos), as_text(to_device))


class SlidingSync:
    """One connection whose window grows until it holds all rooms."""

    kind = SyncTransport.SLIDING
    token_kind = SLIDING

    def __init__(self, user_id: str, api: Api, presence: PresenceChoice) -> None:
        self._user_id = user_id
        self._api = api
        self._presence = presence
        self._window = FIRST_WINDOW
        self._complete = False
        self._seen: set[str] | None = None
        """Rooms shown since the connection began anew; None on one that goes on from before."""
        self._answered = False

    async def next(self, token: str | None) -> SyncBatch:
        at = SlidingToken.read(token)
        if not at.pos:
            self._begin()
        waits = self._complete and self._answered
        body = await self._ask(at, POLL_MS if waits else 0)
        return self._batch(at, body)

    async def applied(self, token: str) -> None:
        return None

    async def close(self) -> None:
        self._answered = False

    def _begin(self) -> None:
        self._window, self._complete, self._seen = FIRST_WINDOW, False, set()

    async def _ask(self, at: SlidingToken, timeout_ms: int) -> JsonObject:
        query = {"pos": at.pos or None, "timeout": timeout_ms, "set_presence": self._presence.state}
        try:
            return await self._api.post(
                PATH, self._request(at), query, timeout_s=timeout_ms / 1000 + MARGIN_S
            )
        except MatrixError as error:
            if error.errcode == "M_UNKNOWN_POS":
                raise TokenForgotten(str(error), keep=SlidingToken("", at.to_device).text()) from error
            raise

    def _request(self, at: SlidingToken) -> JsonObject:
        to_device: JsonObject = {"enabled": True}
        if at.to_device:
            to_device["since"] = at.to_device
        enabled = {name: {"enabled": True} for name in ("e2ee", "account_data", "receipts", "typing")}
        wanted = {
            "ranges": [[0, self._window - 1]],
            "timeline_limit": TIMELINE_LIMIT,
            "required_state": [list(pair) for pair in REQUIRED_STATE],
        }
        return {
            "conn_id": CONNECTION,
            "lists": {LIST: wanted},
            "extensions": {"to_device": to_device, **enabled},
        }

    def _batch(self, at: SlidingToken, body: JsonObject) -> SyncBatch:
        batch = read_sliding(body, self._user_id)
        to_device = as_object(as_object(body.get("extensions")).get("to_device"))
        here = SlidingToken(batch.next_token, as_optional_text(to_device.get("next_batch")) or at.to_device)
        count = as_count(as_object(as_object(body.get("lists")).get(LIST)).get("count"))
        was_complete, self._complete = self._complete, self._window >= count
        if self._seen is not None:
            self._seen |= {room_id for room_id, room in batch.rooms.items() if room.membership is not None}
        all_rooms = None
        if self._complete and not was_complete and self._seen is not None:
            all_rooms, self._seen = frozenset(self._seen), None
        if not self._complete or self._window < count + WINDOW_STEP // 2:
            self._window = max(self._window, FIRST_WINDOW) + WINDOW_STEP
        self._answered = True
        return replace(
            batch,
            next_token=here.text(),
            whole=not at.pos,
            all_rooms=all_rooms,
            complete=self._complete,
        )
