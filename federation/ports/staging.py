"""Where events of other servers wait until they were dealt with: it must survive a crash."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.protocol.canonical_json import JsonObject
from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu


@dataclass(frozen=True, slots=True)
class StagedPdu:
    """A checked event that waits. `failures` counts the attempts to fetch what it refers to."""

    staged_nid: int
    origin: ServerName
    pdu: Pdu
    received_ms: int
    failures: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits in all, and since when the oldest does; 0 where nothing waits."""

    pdus: int
    oldest_ms: int


class Staging(Protocol):
    """Durable. `has_gap` marks the events that need something fetched before they can be dealt with.

    Where several processes share one, each room's events are for one of them to deal with.
    """

    async def is_ours(self, room_id: RoomId) -> bool:
        """Whether it is this process that deals with a room's events."""

    def ask_others(self) -> None:
        """Have the other processes look for what is theirs to deal with."""

    async def until_asked(self, within_s: float) -> None:
        """Return once another process has staged something, or after so long."""

    async def answer_of(self, origin: ServerName, txn_id: str) -> JsonObject | None:
        """Return what a transaction was answered, None for one that is new, or long ago."""

    async def stage(
        self, origin: ServerName, txn_id: str | None, answer: JsonObject, pdus: Mapping[RoomId, Sequence[Pdu]]
    ) -> None:
        """Keep events and the answer to the transaction that brought them, or nothing at all.

        What waits already is left as it is.
        """

    async def waiting_of(self, origin: ServerName) -> int:
        """Return how many events of an origin wait."""

    async def due(self, room_id: RoomId, *, has_gap: bool, limit: int) -> Sequence[StagedPdu]:
        """Return events of a room that may be tried now, the oldest first, each origin's share at most."""

    async def due_from(self, room_id: RoomId, origin: ServerName, limit: int) -> Sequence[StagedPdu]:
        """Return events of a room and an origin that need something fetched and may be tried now."""

    async def mark_gaps(self, staged_nids: Collection[int]) -> None:
        """Note that these events need something fetched."""

    async def settle(self, staged_nids: Collection[int]) -> None:
        """Let go of events that were dealt with."""

    async def postpone(self, staged_nid: int, delay_ms: int) -> None:
        """Count a failure, and leave an event alone for a while."""

    async def due_rooms(self) -> Sequence[tuple[RoomId, ServerName, bool]]:
        """Return every (room, origin, has_gap) of which something may be tried now."""

    async def waiting_ids(self, room_id: RoomId, event_ids: Collection[EventId]) -> set[EventId]:
        """Return those of the events that wait."""

    async def backlog(self) -> Backlog:
        """Return how much waits."""

    async def forget_old(self) -> None:
        """Drop answers and events that nobody can be waiting for any more."""
