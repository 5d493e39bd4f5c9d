"""Schedule an event to be sent later (MSC4140)."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

from federation.protocol.ids import RoomId
from homeserver.accounts.requester import Requester
from homeserver.errors import InvalidParam, LimitExceeded, MatrixError, UserSuspended
from homeserver.json_types import JsonObject
from homeserver.rooms.context import RoomsContext
from homeserver.rooms.send import check_txn_id
from homeserver.storage import delayed_events
from homeserver.storage.delayed_events import NewDelayedEvent

MAX_DELAY_MS: Final = 24 * 3_600_000
MAX_SCHEDULED: Final = 100
"""Of one user."""
MAX_TYPE_BYTES: Final = 255


@dataclass(frozen=True, slots=True)
class EventToDelay:
    """What is to be sent; `state_key` None: a message."""

    room_id: RoomId
    type: str
    content: JsonObject
    state_key: str | None = None
    origin_server_ts: int | None = None


async def delay_event(
    ctx: RoomsContext, requester: Requester, event: EventToDelay, delay_ms: int, txn_id: str | None
) -> str:
    """Keep an event until its time, and return an id that nobody can guess: it gives power over the event.

    Whether the user may send it is asked then, not now. A repetition of the transaction returns the first id.

    Raises: InvalidParam; MatrixError M_MAX_DELAY_EXCEEDED; LimitExceeded where too many wait; UserSuspended.
    """
    if requester.is_suspended:
        raise UserSuspended()
    _check(event, delay_ms)
    new = NewDelayedEvent(
        token_urlsafe(24), requester.user_nid, requester.txn_scope,
        None if txn_id is None else check_txn_id(txn_id), event.room_id, event.type, event.state_key,
        event.content, event.origin_server_ts, delay_ms,
    )  # fmt: skip
    async with ctx.db.acquire() as conn:
        scheduled, next_in_ms = await delayed_events.select_scheduled_use(conn, requester.user_nid)
        if scheduled >= MAX_SCHEDULED:
            raise LimitExceeded(max(1, next_in_ms or 0))
        delay_id = await delayed_events.insert_delayed(conn, new)
    ctx.delayed.ask()
    return delay_id


def _check(event: EventToDelay, delay_ms: int) -> None:
    if delay_ms <= 0:
        raise InvalidParam("The delay must be more than nothing")
    if delay_ms > MAX_DELAY_MS:
        raise MatrixError(
            "M_MAX_DELAY_EXCEEDED", 400, "The delay is longer than this server allows", max_delay=MAX_DELAY_MS
        )
    if any(len(text.encode()) > MAX_TYPE_BYTES for text in (event.type, event.state_key or "")):
        raise InvalidParam(f"Event types and state keys have at most {MAX_TYPE_BYTES} bytes")
