"""m.receipt of other servers.

Spec: https://spec.matrix.org/v1.19/server-server-api/#receipts
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from federation.ports.rooms import RoomWriter
from federation.protocol.canonical_json import MAX_INTEGER, JsonObject, JsonValue
from federation.protocol.errors import InvalidIdentifier
from federation.protocol.ids import EventId, ServerName, UserId, parse_event_id
from homeserver.ephemeral.context import EphemeralContext
from homeserver.errors import Forbidden
from homeserver.peers.edu_rooms import joined_user, room_open_to, user_of_origin
from homeserver.peers.late_receipts import LateReceipts
from homeserver.storage.events import EventStatus, select_events
from homeserver.storage.receipts import READ, UNTHREADED, NewReceipt
from homeserver.storage.rooms import Room

MAX_RECEIPTS: Final = 1_000
"""How many of one EDU count."""

MAX_THREAD: Final = 255


@dataclass(frozen=True, slots=True)
class _Told:
    """One receipt as it was told."""

    user_id: UserId
    event_id: EventId
    thread: str
    ts: int


async def receive_receipts(
    ctx: EphemeralContext, access: RoomWriter, late: LateReceipts, origin: ServerName, content: JsonObject
) -> None:
    """Move the receipts of the sending server's users, in rooms that they have joined.

    Receipts for events that are still on their way wait for these. A bad one does not stop the others.

    Raises: Unavailable.
    """
    left = MAX_RECEIPTS
    for room_text, of_room in content.items():
        try:
            room = await room_open_to(ctx.rooms, access, room_text, origin)
        except (InvalidIdentifier, Forbidden):
            continue
        told = list(_told(of_room, origin))[:left]
        left -= len(told)
        await _receive(ctx, late, room, told)


async def _receive(ctx: EphemeralContext, late: LateReceipts, room: Room, told: Sequence[_Told]) -> None:
    async with ctx.rooms.db.acquire() as conn:
        events = await select_events(conn, [receipt.event_id for receipt in told])
    receipts: list[NewReceipt] = []
    is_late = False
    for receipt in told:
        try:
            user_nid = await joined_user(ctx.rooms, room, receipt.user_id)
        except Forbidden:
            continue
        event = events.get(receipt.event_id)
        position = 0 if event is None or event.position is None else event.position
        new = NewReceipt(room.nid, user_nid, READ, receipt.thread, receipt.event_id, position, receipt.ts)
        if event is None or event.status == EventStatus.OUTLIER:
            late.keep(new)
            is_late = True
        elif event.room_nid == room.nid and event.status == EventStatus.ACCEPTED:
            receipts.append(new)
    if receipts:
        await ctx.receipts.write(receipts)
    if is_late:
        # What was committed since the events were looked for has passed by unnoticed.
        async with ctx.rooms.db.acquire() as conn:
            events = await select_events(conn, [receipt.event_id for receipt in told])
        late.arrived([event for event in events.values() if event.status == EventStatus.ACCEPTED])


def _told(of_room: JsonValue, origin: ServerName) -> Iterator[_Told]:
    """Yield what is well-formed and of the server's own users. Only public receipts go between servers."""
    read = of_room.get(READ) if isinstance(of_room, dict) else None
    for user_text, receipt in read.items() if isinstance(read, dict) else ():
        try:
            user_id = user_of_origin(user_text, origin)
            event_id = _event_id(receipt)
        except (InvalidIdentifier, Forbidden):
            continue
        data = receipt.get("data") if isinstance(receipt, dict) else None
        data = data if isinstance(data, dict) else {}
        yield _Told(user_id, event_id, _thread(data.get("thread_id")), _ts(data.get("ts")))


def _event_id(receipt: JsonValue) -> EventId:
    event_ids = receipt.get("event_ids") if isinstance(receipt, dict) else None
    first = event_ids[0] if isinstance(event_ids, list) and event_ids else None
    return parse_event_id(first if isinstance(first, str) else "")


def _thread(value: JsonValue) -> str:
    if not isinstance(value, str) or not value or "\0" in value or len(value) > MAX_THREAD:
        return UNTHREADED
    return value


def _ts(value: JsonValue) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        return 0
    return min(max(value, 0), MAX_INTEGER)
