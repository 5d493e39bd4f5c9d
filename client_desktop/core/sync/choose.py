"""Choose how to follow the server: the best way that it offers and that works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from client_desktop.core.api import Api
from client_desktop.core.sync.features import Features, read_features
from client_desktop.core.sync.long_poll import LongPoll
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.sliding import SlidingSync
from client_desktop.core.sync.transport import Transport
from client_desktop.core.sync.websocket import WebSocketSync
from client_desktop.core.values import SyncTransport

FAILURES_ALLOWED = 3
"""After so many failures in a row, a way that is not long-poll is left alone for as long as we run."""


class TransportChoice:
    """Remembers what the server offers and what has failed."""

    def __init__(
        self, user_id: str, api: Api, presence: PresenceChoice, only: SyncTransport | None = None
    ) -> None:
        """`only`: use this and no other, whatever the server says."""
        self._user_id = user_id
        self._api = api
        self._presence = presence
        self._only = only
        self._failures: Counter[SyncTransport] = Counter()
        self.features = Features()

    async def choose(self) -> Transport:
        """Ask what the server offers, and give what to use.

        Raises: ClientError, when it does not answer: then nothing else is to be tried either.
        """
        self.features = await read_features(self._api)
        return self._make(self._only or self._best())

    def note_failure(self, kind: SyncTransport) -> None:
        """Take notice that a transport failed, though the server answered `choose`."""
        self._failures[kind] += 1

    def note_success(self, kind: SyncTransport) -> None:
        self._failures[kind] = 0

    def _best(self) -> SyncTransport:
        offered = (
            (SyncTransport.WEBSOCKET, self.features.websocket),
            (SyncTransport.SLIDING, self.features.sliding),
        )
        for kind, is_offered in offered:
            if is_offered and self._failures[kind] < FAILURES_ALLOWED:
                return kind
        return SyncTransport.LONG_POLL

    def _make(self, kind: SyncTransport) -> Transport:
        return self._makers()[kind]()

    def _makers(self) -> dict[SyncTransport, Callable[[], Transport]]:
        return {
            SyncTransport.WEBSOCKET: lambda: WebSocketSync(self._api, self._presence),
            SyncTransport.SLIDING: lambda: SlidingSync(self._user_id, self._api, self._presence),
            SyncTransport.LONG_POLL: lambda: LongPoll(self._api, self._presence),
        }
