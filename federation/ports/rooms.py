"""What is needed of whoever stores rooms: what becomes of others' events, and what others are shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from federation.protocol.ids import EventId, RoomId, ServerName
from federation.protocol.pdu import Pdu
from federation.protocol.room_versions import RoomVersion
from federation.protocol.server_acl import ServerAcl


class Outcome(Enum):
    """What became of an event. MISSING: nothing was stored, other events have to come first."""

    ACCEPTED = "accepted"
    SOFT_FAILED = "soft_failed"
    REJECTED = "rejected"
    KNOWN = "known"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome with its reason; `missing` names the events that have to come first."""

    outcome: Outcome
    reason: str = ""
    missing: tuple[EventId, ...] = ()


class TryLater(Exception):
    """An event cannot be decided on now, through no fault of its own: it is kept and tried again."""


class UnusableState(Exception):
    """What a server gave as a state is none: two events for one entry, or no create event."""


class Standing(Enum):
    """How an event is stored: with the state before it, or as an outlier, whose place nobody knows yet."""

    PLACED = "placed"
    OUTLIER = "outlier"


class RoomWriter(Protocol):
    """Rooms, as those see them who bring events of other servers. All PDUs have passed `check_pdus`."""

    async def version_of(self, room_id: RoomId) -> RoomVersion | None:
        """Return the version of a room that this server knows, None of all others."""

    async def is_resident(self, room_id: RoomId) -> bool:
        """Tell whether this server has a member in a room, and so a say in what happens there."""

    async def servers_in(self, room_id: RoomId) -> Sequence[ServerName]:
        """Return the other servers in a room, those of longest standing first."""

    async def server_acl(self, room_id: RoomId) -> ServerAcl | None:
        """Return the compiled access control list of a room, None where there is none."""

    async def standing(self, room_id: RoomId, event_ids: Collection[EventId]) -> Mapping[EventId, Standing]:
        """Return how these events are stored; those of other rooms are left out like unknown ones."""

    async def of_other_rooms(self, room_id: RoomId, event_ids: Collection[EventId]) -> set[EventId]:
        """Return those of the events that are stored, but in another room."""

    async def forward_extremities(self, room_id: RoomId) -> Sequence[EventId]:
        """Return the events that a room ends with at present."""

    async def backward_extremities(self, room_id: RoomId, limit: int) -> Sequence[EventId]:
        """Return events that lack in a room's history, those that the latest events refer to first."""

    async def expect(self, pdus: Sequence[Pdu]) -> None:
        """Prepare for events that are about to be received: what they share is done once for all."""

    async def receive(self, room_id: RoomId, pdu: Pdu) -> Verdict:
        """Check an event and store it with what the checks found.

        Raises: TryLater.
        """

    async def store_outliers(self, room_id: RoomId, pdus: Sequence[Pdu]) -> Mapping[EventId, Verdict]:
        """Store events, in any order, without a place in the room; each is checked by its auth events.

        Raises: TryLater.
        """

    async def usable_state(
        self, room_id: RoomId, event_ids: Sequence[EventId], *, then: EventId | None = None
    ) -> Sequence[EventId]:
        """Return those of the events that are stored and may be part of a state: not rejected, no messages.

        `then` is an event that comes on top of them.

        Raises: UnusableState.
        """

    async def receive_after_gap(
        self, room_id: RoomId, pdu: Pdu, states: Mapping[EventId, Sequence[EventId]]
    ) -> Verdict:
        """Receive an event of whose prev events some stay unknown: `states` has the state after each of them.

        The events of these states are stored, as outliers at least.

        Raises: TryLater.
        """

    async def store_history(self, room_id: RoomId, pdus: Sequence[Pdu], state: Sequence[EventId]) -> None:
        """Store events from before what is known of a room; `state` is that before the oldest of them.

        Only events that backward extremities lead to are taken.

        Raises: TryLater.
        """


@dataclass(frozen=True, slots=True)
class ServedEvent:
    """An event as another server may see it: `json` is the PDU, redacted where that server was not there."""

    event_id: EventId
    origin_server_ts: int
    json: bytes


@dataclass(frozen=True, slots=True)
class StateIds:
    """A state of a room, and all that authorised it."""

    state: Sequence[EventId]
    auth_chain: Sequence[EventId]


class RoomReader(Protocol):
    """Rooms, as other servers may read them. Ids of another room are answered like unknown ones."""

    async def is_server_in(self, room_id: RoomId, server: ServerName) -> bool:
        """Tell whether a server has a member in a room; False for a room that is not known."""

    async def room_of_event(self, event_id: EventId) -> RoomId | None:
        """Return the room of a stored event: the caller checks who may know of it."""

    async def event_for(self, server: ServerName, room_id: RoomId, event_id: EventId) -> ServedEvent | None:
        """Return an event, accepted or not, as a server may see it."""

    async def state_before(self, room_id: RoomId, event_id: EventId) -> StateIds | None:
        """Return the state before an event, None where there is none, or its state is not known or rejected.

        Raises: TryLater for an auth chain beyond all bounds.
        """

    async def auth_chain_of(self, room_id: RoomId, event_id: EventId) -> Sequence[EventId] | None:
        """Return all that authorised an event, None where there is no such event.

        Raises: TryLater.
        """

    async def load_pdus(self, room_id: RoomId, event_ids: Sequence[EventId]) -> Sequence[bytes]:
        """Return state events, in the order asked for; redacted where they have been redacted."""

    async def backfill(
        self, server: ServerName, room_id: RoomId, event_ids: Sequence[EventId], limit: int
    ) -> Sequence[ServedEvent]:
        """Return events and what came before them, the newest first, as a server may see them."""

    async def missing_events(
        self, server: ServerName, room_id: RoomId, query: "MissingEventsQuery"
    ) -> Sequence[ServedEvent]:
        """Return ancestors of events, up to others, the oldest first, as a server may see them."""

    async def closest_event(
        self, server: ServerName, room_id: RoomId, timestamp_ms: int, *, forwards: bool
    ) -> ServedEvent | None:
        """Return the first event at or after a time that a server may see, or the last at or before it."""


@dataclass(frozen=True, slots=True)
class MissingEventsQuery:
    """What another server lacks: the ancestors of `latest`, without `earliest` and what lies behind it."""

    latest: Sequence[EventId]
    earliest: frozenset[EventId]
    limit: int
    min_depth: int


class RoomStore(RoomWriter, RoomReader, Protocol):
    """Both sides."""
