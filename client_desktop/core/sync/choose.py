"""Choose how to follow the server: the best way that it offers and that works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from client_desktop.core.api import Api
from client_desktop.core.clock import Clock
from client_desktop.core.sync.features import Features, read_features
from client_desktop.core.sync.long_poll import LongPoll
from client_desktop.core.sync.presence_choice import PresenceChoice
from client_desktop.core.sync.sliding import SlidingSync
from client_desktop.core.sync.transport import Transport
from client_desktop.core.sync.websocket import WebSocketSync
from client_desktop.core.values import SyncTransport

FAILURES_ALLOWED = 3
"""After so many failures in a row, a way that is not long-poll is left alone for a while."""
REST_S = 600.0
MOST_REST_S = 4 * 3600.0


class TransportChoice:
    """Remembers what the server offers and what has failed."""

    def __init__(
        self,
        user_id: str,
        api: Api,
        presence: PresenceChoice,
        clock: Clock,
        only: SyncTransport | None = None,
    ) -> None:
        """`only`: use this and no other, whatever the server says."""
        self._user_id = user_id
        self._api = api
        self._presence = presence
        self._only = only
        self._clock = clock
        self._rests_until: dict[SyncTransport, float] = {}
        self._failures: Counter[SyncTransport] = Counter()
        self.features = Features()

    async def choose(self) -> Transport:
        """Ask what the server offers, and give what to use.

        Raises: ClientError, when it does not answer: then nothing else is to be tried either.
        """
        self.features = await read_features(self._api)
        return self._make(self._only or self._best())

    def note_failure(self, kind: SyncTransport) -> bool:
        """Take notice that a transport failed, though the server answered `choose`.

        Tell whether that was but another try of one that has failed before: what worked meanwhile still does.
        """
        again = self._failures[kind] >= FAILURES_ALLOWED
        self._failures[kind] += 1
        if self._failures[kind] >= FAILURES_ALLOWED:
            rest_s = REST_S * 2 ** (self._failures[kind] - FAILURES_ALLOWED)
            self._rests_until[kind] = self._clock.monotonic() + min(rest_s, MOST_REST_S)
        return again and kind is not SyncTransport.LONG_POLL

    def note_success(self, kind: SyncTransport) -> None:
        self._failures[kind] = 0

    def better_than(self, kind: SyncTransport) -> bool:
        """Tell whether a way that is preferred to this one has rested long enough to be tried again."""
        return self._only is None and self._best() is not kind

    def _best(self) -> SyncTransport:
        offered = (
            (SyncTransport.WEBSOCKET, self.features.websocket),
            (SyncTransport.SLIDING, self.features.sliding),
        )
        return next(
            (kind for kind, is_offered in offered if is_offered and not self._rests(kind)),
            SyncTransport.LONG_POLL,
        )

    def _rests(self, kind: SyncTransport) -> bool:
        failed = self._failures[kind] >= FAILURES_ALLOWED
        return failed and self._clock.monotonic() < self._rests_until[kind]

    def _make(self, kind: SyncTransport) -> Transport:
        return self._makers()[kind]()

    def _makers(self) -> dict[SyncTransport, Callable[[], Transport]]:
        return {
            SyncTransport.WEBSOCKET: lambda: WebSocketSync(self._api, self._presence),
            SyncTransport.SLIDING: lambda: SlidingSync(self._user_id, self._api, self._presence),
            SyncTransport.LONG_POLL: lambda: LongPoll(self._api, self._presence),
        }
