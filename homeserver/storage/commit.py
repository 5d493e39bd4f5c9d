"""The commit of local events: one round trip for a whole batch.

The SQL function behind it takes the positions lock, leaves out the rooms whose head has moved, and writes
the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from federation.protocol.ids import EventId
from federation.protocol.pdu import Pdu
from homeserver.storage.db import Connection
from homeserver.storage.rooms import Room
from homeserver.storage.text import to_text

# Numbers travel as text: asyncpg asks of every element of an array whether it is a list itself, which costs
# several times what PostgreSQL takes to read the digits.
NUMBERS = dict.fromkeys((1, 2, 6, 9, 10, 11, 12, 13, 14), "bigint[]") | {16: "integer[]"}
SELECT_COMMIT_EVENTS = f"""
SELECT * FROM commit_events(
    {", ".join(f"${n}::text::{NUMBERS[n]}" if n in NUMBERS else f"${n}" for n in range(1, 31))})
"""


@dataclass(frozen=True, slots=True)
class Relation:
    """What `m.relates_to` says: the event related to, how, and the key of an annotation."""

    parent_id: EventId
    rel_type: str
    key: str | None


class NewEvent(Struct, frozen=True, gc=False):
    """A built, authorised and signed local event, with all that its commit writes."""

    room: Room
    pdu: Pdu
    sender_nid: int
    key_nid: int | None
    topo: int
    notify_count: int
    device_nid: int | None
    txn_id: str | None
    auth_height: int | None
    member: tuple[int, str] | None
    relation: Relation | None
    redacts: EventId | None
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CommitResult:
    """What a commit did: positions by index (None: left out), and which rooms were left out, and why."""

    previous: int
    positions: Sequence[int | None]
    moved_rooms: frozenset[int]
    duplicates: Mapping[int, EventId]


async def commit_events(
    conn: Connection, heads: Mapping[int, int | None], new_rooms: Sequence[Room], events: Sequence[NewEvent]
) -> CommitResult:
    """Write events, in order, into the rooms whose newest position is still the one in `heads`.

    A room in `heads` with None is new. Rooms that moved, or that hold a transaction committed before, are
    left out whole.
    """
    row = await conn.fetchrow(
        SELECT_COMMIT_EVENTS,
        _numbers(heads.keys()), _numbers(heads.values()),
        [room.nid for room in new_rooms],
        [room.room_id for room in new_rooms],
        [room.version.identifier for room in new_rooms],
        *_event_columns(events), *_member_columns(events), *_auth_columns(events), *_relation_columns(events),
        *_redaction_columns(events), *_mention_columns(events),
    )  # fmt: skip
    assert row is not None
    duplicates = zip(row["duplicate_index"] or (), row["duplicate_id"] or (), strict=True)
    return CommitResult(
        row["previous"],
        row["positions"],
        frozenset(row["moved"]),
        {index - 1: EventId(event_id) for index, event_id in duplicates},
    )


def _event_columns(events: Sequence[NewEvent]) -> list[Any]:
    return [
        _numbers([e.room.nid for e in events]),
        [e.pdu.event_id for e in events],
        [to_text(e.pdu.type) for e in events],
        _numbers([e.key_nid for e in events]),
        _numbers([e.sender_nid for e in events]),
        _numbers([e.topo for e in events]),
        _numbers([e.pdu.origin_server_ts for e in events]),
        _numbers([e.notify_count for e in events]),
        _numbers([e.device_nid for e in events]),
        [e.txn_id for e in events],
        _numbers([e.auth_height for e in events]),
        [e.pdu.canonical for e in events],
    ]


def _numbers(values: Iterable[int | None]) -> str:
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


# PostgreSQL counts array elements from one.
def _member_columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    rows = [(i, *e.member) for i, e in enumerate(events, 1) if e.member is not None]
    return _transposed(rows, 3)


def _auth_columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    rows = [
        (i, auth_id)
        for i, e in enumerate(events, 1)
        if e.key_nid is not None
        for auth_id in e.pdu.auth_events
    ]
    return _transposed(rows, 2)


def _relation_columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    rows = [
        (i, to_text(r.parent_id), to_text(r.rel_type), None if r.key is None else to_text(r.key))
        for i, r in ((i, e.relation) for i, e in enumerate(events, 1))
        if r is not None
    ]
    return _transposed(rows, 4)


def _redaction_columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    return _transposed([(i, e.redacts) for i, e in enumerate(events, 1) if e.redacts is not None], 2)


def _mention_columns(events: Sequence[NewEvent]) -> list[list[Any]]:
    return _transposed([(i, user) for i, e in enumerate(events, 1) for user in e.mentions], 2)


def _transposed(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
