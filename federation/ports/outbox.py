"""What the sender of transactions needs of whoever stores events, EDUs and how far each server was told.

Positions are numbers that order all events and receipts of this server; a server that was told everything up
to one is told what comes behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from federation.protocol.ids import EventId, RoomId, ServerName, UserId


@dataclass(frozen=True, slots=True)
class DuePdu:
    """An event that a server is to be sent."""

    position: int
    event_id: EventId


@dataclass(frozen=True, slots=True)
class DueReceipt:
    """A receipt that a server is to be sent. `thread` is empty for an unthreaded one; `ts` is in ms."""

    position: int
    room_id: RoomId
    user_id: UserId
    thread: str
    event_id: EventId
    ts: int


@dataclass(frozen=True, slots=True)
class DueEdu:
    """An EDU that must arrive: `row` names it in the store, `json` is the whole EDU in canonical form."""

    row: int
    json: bytes


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is sent in one request, and again with the same id and body until there is an answer.

    Once it has arrived the server was told everything up to `upto`, and the EDUs of `rows`. `pdus` and `edus`
    are how many are in it, at most. `may_be_lost` where it has nothing but typing and presence.
    """

    txn_id: str
    body: bytes
    upto: int
    rows: tuple[int, ...]
    pdus: int
    edus: int
    may_be_lost: bool = False


@dataclass(frozen=True, slots=True)
class Laggard:
    """A server that was told everything up to `cursor` only.

    `in_flight` is a transaction of unknown outcome.
    """

    destination: ServerName
    cursor: int
    behind_since_ms: int
    in_flight: Transaction | None


class Outbox(Protocol):
    """Reads what is due, and remembers what has arrived."""

    async def load_pdus(self, event_ids: Sequence[EventId]) -> Mapping[EventId, bytes]:
        """Return the canonical bytes of those events that are still stored, as others are to have them."""

    async def missed_pdus(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DuePdu]:
        """Return the first events of a span that concern a server, in order."""

    async def newest_missed_pdus(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DuePdu]:
        """Return the newest event of each room in a span that concerns a server, in order."""

    async def missed_receipts(
        self, destination: ServerName, since: int, upto: int, limit: int
    ) -> Sequence[DueReceipt]:
        """Return the newest receipts of a span that concern a server, in order."""

    async def due_edus(self, destination: ServerName, limit: int) -> Sequence[DueEdu]:
        """Return the first EDUs that must arrive and have not, in order."""

    async def delete_edus(self, rows: Sequence[int]) -> None:
        """Forget EDUs that have arrived."""

    async def load_in_flight(self, destination: ServerName) -> Transaction | None:
        """Return the transaction of unknown outcome of a laggard."""

    async def save(
        self, checkpoints: Mapping[int, int], laggards: Sequence[Laggard], caught_up: Sequence[ServerName]
    ) -> None:
        """Remember how far servers were told: a share's checkpoint stands for all of it that are no laggards.

        What concerns shares that are another process's by now is left out.
        """
