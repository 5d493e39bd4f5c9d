"""What runs in the background for events from elsewhere, as seen by whoever hands it work."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from federation.ports.staging import Backlog
from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu


class InboundWork(Protocol):
    """The queue of rooms with staged events, and what is done once for all who ask at the same time."""

    @property
    def counts(self) -> Mapping[str, int]:
        """How many events came to what."""

    @property
    def backlog(self) -> Backlog:
        """How much waits, as of a few seconds ago."""

    def count(self, what: str) -> None:
        """Count something that happened to an event, for the metrics."""

    async def wake(self, room_id: RoomId, origin: ServerName) -> None:
        """Say that something of a server was staged for a room."""

    async def has_gap(self, room_id: RoomId, origin: ServerName) -> None:
        """Say that something staged needs events fetched first."""

    async def fetch_once(
        self, room_id: RoomId, event_id: EventId, work: Callable[[], Awaitable[Pdu | bool]]
    ) -> Pdu | bool:
        """Return what `work` comes to; it is not begun again while it runs for this event."""

    async def receive_once(
        self, origin: ServerName, txn_id: str, work: Callable[[], Awaitable[JsonObject]]
    ) -> JsonObject:
        """Return what `work` comes to; it is not begun again while it runs for this transaction.

        Raises: FederationRefusal 429 for a server that has too many transactions under way.
        """
